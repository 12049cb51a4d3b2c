"""Find a model's files: in a local folder, in the hub's local cache or, with one quick try, on the hub itself."""

from __future__ import annotations

import hashlib
import logging
import re
from dataclasses import dataclass
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


@dataclass(frozen=True)
class ModelFiles:
    """Which files belong to a model.

    Attributes:
        patterns: names of the files that are fetched, also with ``*``; no file that holds code is among them.
        needed: groups of names; the model needs one of each group.
    """

    patterns: tuple[str, ...]
    needed: tuple[tuple[str, ...], ...]


BGE_M3_FILES = ModelFiles(FILES, (("config.json",), ("tokenizer.json",), WEIGHTS))
QUICK = 5.0  # seconds to wait for the hub's first answer; the hub's own client would try for minutes


def fetch_command(model: str, revision: str) -> str:
    """The shell command that puts a model into the hub's local cache."""
    return f'hf download {model} --revision {revision} --exclude "onnx/*"'


def model_identity(model: str, revision: str) -> str:
    """The name of a model in the keys of a cache: the pinned revision, or the digest of a local folder's files."""
    folder = Path(model)
    if not folder.is_dir():
        return f"{model}@{revision}"
    digest = hashlib.blake2b(digest_size=16)
    for name in FILES:
        if (folder / name).is_file():
            digest.update(f"{name} {file_digest(folder / name)}\n".encode())
    return f"folder@{digest.hexdigest()}"


def model_folder(model: str, revision: str, files: ModelFiles = BGE_M3_FILES) -> Path:
    """The folder with a model's files.

    Args:
        model: a local folder or a name on the hub.
        revision: commit of the hub's repository; a local folder has none.
        files: the files that the model has.

    Raises:
        InputError: a file is missing or has been changed, or the hub has no such model.
        MissingResourceError: the model is not on this machine, and the hub cannot be reached.
        TryAgainError: the download was interrupted.
    """
    folder = Path(model)
    if folder.is_dir():
        if lacking := _lacking(folder, files):
            raise InputError(f"{folder}: {lacking} is missing. A folder of a model has {', '.join(files.patterns)}.")
        return folder
    folder = _cached(model, revision, files) or _download(model, revision, files)
    _check_digests(folder, model, revision)
    return folder


def _cached(model: str, revision: str, files: ModelFiles) -> Path | None:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        patterns = list(files.patterns)
        folder = Path(snapshot_download(model, revision=revision, local_files_only=True, allow_patterns=patterns))
    except LocalEntryNotFoundError:
        return None
    except HFValidationError as error:
        raise InputError(
            f"model {model!r} is neither a folder on this machine nor a name on the hub: {error}"
        ) from error
    return None if _lacking(folder, files) else folder


def _download(model: str, revision: str, files: ModelFiles) -> Path:
    from huggingface_hub import HfApi, errors, snapshot_download

    command = fetch_command(model, revision)
    network = (OSError, errors.HTTPError)  # type: ignore[attr-defined]  # HTTPError of whichever library the hub uses
    try:
        HfApi().model_info(model, revision=revision, timeout=QUICK)
    except (errors.RepositoryNotFoundError, errors.RevisionNotFoundError) as error:
        raise InputError(f"{model}: the hub has no such model, or no revision {revision} of it: {error}") from error
    except network as error:
        raise MissingResourceError(
            f"{model} (revision {revision}) is not a folder on this machine and is not in the hub's local cache, "
            f"and the hub cannot be reached ({error}). On a machine with a network, run\n    {command}\n"
            "and copy the cache to this machine, or set `name` to a folder with the model's files. "
            "`encoder: auto` needs no download of this kind."
        ) from error
    log.info("fetching %s, revision %s; a model may have gigabytes (BGE-M3: 2.3 GB)", model, revision)
    try:
        folder = Path(snapshot_download(model, revision=revision, allow_patterns=list(files.patterns)))
    except network as error:
        raise TryAgainError(
            f"{model}: the download was interrupted ({error}). Run the same again, or run\n    {command}"
        ) from error
    if lacking := _lacking(folder, files):
        raise InputError(f"{model}, revision {revision}: the repository on the hub has no {lacking}.")
    return folder


def _lacking(folder: Path, files: ModelFiles) -> str | None:
    """The first file that a model needs and that the folder does not have; None if it has all."""
    for names in files.needed:
        if not any((folder / name).is_file() for name in names):
            return " or ".join(names)
    return None


def _check_digests(folder: Path, model: str, revision: str) -> None:
    """Compare large files with their SHA-256, their name in the hub's cache; damaged weights still give vectors."""
    for file in sorted(folder.rglob("*")):
        blob = file.resolve()
        if re.fullmatch("[0-9a-f]{64}", blob.name) and file_digest(blob) != blob.name:
            raise InputError(
                f"{blob} ({file.relative_to(folder)} of {model}) is damaged: its SHA-256 differs from its name. "
                f"Fetch it again: {fetch_command(model, revision)} --force-download"
            )
