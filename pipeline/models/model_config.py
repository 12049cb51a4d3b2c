"""The configuration of a trained model, a JSON file in the model's folder; torch is not needed to read it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from pipeline.common.errors import InputError, MissingResourceError
from pipeline.common.files import read_json

CONFIG: Final = "config.json"
# A stage removes its results of the run before, so that a run that stops on the way leaves no model.
HOW_TO_GO_ON: Final = (
    "Mend what it said and type `make run`. To have the run before it back, put params.yaml and the documents back as "
    "they were and type `make run`: what was trained before is not trained again. A folder that `make export` "
    "wrote stays as it is."
)
_KEYS: Final = {"model", "languages", "topics", "params", "tokenise"}


def read_model_config(folder: Path) -> dict[str, Any]:
    """The model's name, languages, number of topics and parameters.

    Raises:
        MissingResourceError: there is no model in the folder.
        InputError: the configuration is damaged.
    """
    if not (folder / CONFIG).exists():
        raise MissingResourceError(
            f"{folder} holds no trained model: nothing was trained yet, or the last run stopped before. {HOW_TO_GO_ON}"
        )
    config = read_json(folder / CONFIG)
    if not isinstance(config, dict) or not config.keys() >= _KEYS:
        raise InputError(
            f"{folder / CONFIG} is not the configuration of a model. Delete the folder and run `dvc repro train`."
        )
    return config
