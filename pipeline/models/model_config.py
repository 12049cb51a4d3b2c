"""The configuration of a trained model, a JSON file in the model's folder; torch is not needed to read it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pipeline.common.errors import InputError, MissingResourceError
from pipeline.common.files import read_json, sealed, unsealed, write_json

CONFIG: Final = "config.json"
_KEYS: Final = {"model", "languages", "topics", "params", "tokenise"}


def write_model_config(config: Mapping[str, Any], folder: Path) -> None:
    """Write the configuration, with a digest of itself."""
    write_json(sealed(config), folder / CONFIG)


def read_model_config(folder: Path) -> dict[str, Any]:
    """The model's name, languages, number of topics and parameters.

    Raises:
        MissingResourceError: there is no model in the folder.
        InputError: the configuration is damaged, or is not as it was written.
    """
    if not (folder / CONFIG).exists():
        raise MissingResourceError(f"{folder} holds no trained model. `dvc repro train` makes one.")
    config = read_json(folder / CONFIG)
    if not isinstance(config, dict) or not config.keys() >= _KEYS:
        raise InputError(
            f"{folder / CONFIG} is not the configuration of a model. Delete the folder and run `dvc repro train`."
        )
    return unsealed(config, folder / CONFIG)
