"""An encoder as a folder: config.json with its name and parameters, and the files that hold its state."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from pipeline.common.errors import InputError, MissingResourceError
from pipeline.common.files import file_digest
from pipeline.common.json_files import read_sealed_json, write_sealed_json
from pipeline.common.whole_files import MAKE_AGAIN, copy_folder

CONFIG = "config.json"


def write_config(folder: Path, name: str, params: BaseModel, files: Sequence[str] = ()) -> None:
    """Write ``config.json``, after the other files.

    Args:
        folder: the encoder's own folder.
        name: the encoder's name in the table of encoders.
        params: the encoder's parameters.
        files: names of the files in ``folder`` that hold the encoder's state.
    """
    digests = {file: file_digest(folder / file) for file in files}
    config = {"encoder": name, "params": params.model_dump(mode="json"), "sha256": digests}
    write_sealed_json(config, folder / CONFIG)


def read_config(folder: Path) -> dict[str, Any]:
    """What :func:`write_config` wrote, after a check that the state's files are the ones that were saved with it.

    Raises:
        MissingResourceError: there is no encoder in the folder.
        InputError: a file is missing, is damaged, or is not the one that was saved.
    """
    if not (folder / CONFIG).exists():
        raise MissingResourceError(f"{folder} holds no encoder. `dvc repro embed` makes one.")
    config = read_sealed_json(folder / CONFIG)
    try:
        changed = [file for file, digest in config["sha256"].items() if file_digest(folder / file) != digest]
    except (KeyError, TypeError, AttributeError, OSError) as error:
        raise damaged(folder, error) from error
    if changed:
        raise InputError(f"{folder / changed[0]} is not the file that was saved with this encoder. {MAKE_AGAIN}")
    return config


def copy_encoder(folder: Path, target: Path) -> None:
    """Copy an encoder, after a check of each file that has a digest; an encoder of several has a folder for each.

    Raises:
        InputError: as for :func:`read_config`.
    """
    for config in sorted(folder.rglob(CONFIG)):
        read_config(config.parent)
    copy_folder(folder, target)


def damaged(folder: Path, error: Exception) -> InputError:
    """The error for a folder with damaged files; its message says what to do."""
    reason = f"{type(error).__name__}: {error}"
    return InputError(f"{folder}: the files in it are damaged or do not fit together ({reason}). {MAKE_AGAIN}")
