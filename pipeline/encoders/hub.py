"""Find a model's files: a local folder, the hub's local cache, or (one quick try) the hub itself."""

from __future__ import annotations

import hashlib
import logging
import re
from pathlib import Path

from pipeline.common.errors import InputError, MissingResourceError, TryAgainError
from pipeline.common.files import file_digest

log = logging.getLogger(__name__)

WEIGHTS = ("model.safetensors", "pytorch_model.bin")  # in the order in which transformers prefers them
FILES = (
    "config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "sentencepiece.bpe.model",
    *WEIGHTS,
    "colbert_linear.pt",
    "sparse_linear.pt",
)
QUICK = 5.0  # seconds to wait for the hub's first answer; its own client would try for minutes


def fetch_command(model: str, revision: str) -> str:
    """The shell command that puts a model into the hub's local cache."""
    return f'hf download {model} --revision {revision} --exclude "onnx/*"'


def model_identity(model: str, revision: str) -> str:
    """What a cache may key vectors by: the pinned revision, or for a folder the digest of its files."""
    folder = Path(model)
    if not folder.is_dir():
        return f"{model}@{revision}"
    digest = hashlib.blake2b(digest_size=16)
    for name in FILES:
        if (folder / name).is_file():
            digest.update(f"{name} {file_digest(folder / name)}\n".encode())
    return f"folder@{digest.hexdigest()}"


def model_folder(model: str, revision: str) -> Path:
    """The folder with a model's files.

    Args:
        model: a local folder or a name on the hub.
        revision: commit of the hub's repository; a local folder has none.

    Raises:
        InputError: a file is missing or altered, or the hub knows no such model.
        MissingResourceError: the model is not here and the hub cannot be reached.
        TryAgainError: the download broke off.
    """
    folder = Path(model)
    if folder.is_dir():
        if lacking := _lacking(folder):
            raise InputError(f"{folder}: {lacking} is missing; a model's folder holds {', '.join(FILES)}.")
        return folder
    folder = _cached(model, revision) or _download(model, revision)
    _check_digests(folder, model, revision)
    return folder


def _cached(model: str, revision: str) -> Path | None:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        folder = Path(snapshot_download(model, revision=revision, local_files_only=True, allow_patterns=list(FILES)))
    except LocalEntryNotFoundError:
        return None
    except HFValidationError as error:
        raise InputError(f"model {model!r} is neither a folder here nor a name on the hub: {error}") from error
    return None if _lacking(folder) else folder


def _download(model: str, revision: str) -> Path:
    from huggingface_hub import HfApi, errors, snapshot_download

    command = fetch_command(model, revision)
    network = (OSError, errors.HTTPError)  # type: ignore[attr-defined]  # that of the hub's HTTP library, whichever
    try:
        HfApi().model_info(model, revision=revision, timeout=QUICK)
    except (errors.RepositoryNotFoundError, errors.RevisionNotFoundError) as error:
        raise InputError(f"{model}: no such model, or no revision {revision} of it, on the hub: {error}") from error
    except network as error:
        raise MissingResourceError(
            f"{model} (revision {revision}) is no folder here and not in the hub's local cache, "
            f"and the hub cannot be reached ({error}). Where there is a network, run\n    {command}\n"
            "and copy the cache here, or set `model` to a folder with its files. `encoder: aligned` needs no download."
        ) from error
    log.info("fetching %s, revision %s (BGE-M3 has 2.3 GB)", model, revision)
    try:
        folder = Path(snapshot_download(model, revision=revision, allow_patterns=list(FILES)))
    except network as error:
        raise TryAgainError(f"{model}: the download broke off ({error}). Run again, or run\n    {command}") from error
    if lacking := _lacking(folder):
        raise InputError(f"{model}, revision {revision}: the hub's repository has no {lacking}.")
    return folder


def _lacking(folder: Path) -> str | None:
    """The first file that a model cannot do without and that is not there."""
    for names in (("config.json",), ("tokenizer.json",), WEIGHTS):
        if not any((folder / name).is_file() for name in names):
            return " or ".join(names)
    return None


def _check_digests(folder: Path, model: str, revision: str) -> None:
    """Large files lie in the hub's cache under their SHA-256; damaged weights would still give vectors."""
    for name in FILES:
        blob = (folder / name).resolve()
        if re.fullmatch("[0-9a-f]{64}", blob.name) and file_digest(blob) != blob.name:
            raise InputError(
                f"{blob} ({name} of {model}) is damaged: its SHA-256 is not its name. "
                f"Fetch it again: {fetch_command(model, revision)} --force-download"
            )
