"""The configuration of a trained model, a JSON file in the model's folder; torch is not needed to read it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pipeline.common.errors import InputError, MissingResourceError
from pipeline.common.files import file_digest
from pipeline.common.json_files import read_sealed_json, write_sealed_json
from pipeline.common.whole_files import MAKE_AGAIN

CONFIG: Final = "config.json"
# A stage removes its results of the run before, so that a run that stops on the way leaves no model.
HOW_TO_GO_ON: Final = (
    "Mend what it said and type `make run`. To have the run before it back, put params.yaml and the documents back as "
    "they were and type `make run`: what was trained before is not trained again. A folder that `make export` "
    "wrote stays as it is."
)
_KEYS: Final = {"model", "languages", "topics", "params", "tokenise"}


def write_model_config(config: Mapping[str, Any], folder: Path) -> None:
    """Write the configuration, with a digest of itself."""
    write_sealed_json(config, folder / CONFIG)


def check_model_files(folder: Path, config: Mapping[str, Any]) -> None:
    """Refuse a model whose other files are not those that its configuration was written with.

    Raises:
        InputError: a file is missing or is another one.
    """
    for name, expected in config["sha256"].items():
        path = folder / name
        if not path.exists():
            raise InputError(f"{path} is missing. {MAKE_AGAIN}")
        if file_digest(path) != expected:
            raise InputError(f"{path} is not the file that was saved with this model. {MAKE_AGAIN}")


def read_model_config(folder: Path) -> dict[str, Any]:
    """The model's name, languages, number of topics and parameters.

    Raises:
        MissingResourceError: there is no model in the folder.
        InputError: the configuration is damaged, or is not as it was written.
    """
    if not (folder / CONFIG).exists():
        raise MissingResourceError(
            f"{folder} holds no trained model: nothing was trained yet, or the last run stopped before. {HOW_TO_GO_ON}"
        )
    config = read_sealed_json(folder / CONFIG)
    if not config.keys() >= _KEYS:
        raise InputError(f"{folder / CONFIG} is not the configuration of a model. {MAKE_AGAIN}")
    return config
