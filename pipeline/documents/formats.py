"""The files that hold documents: their formats by name, those of a folder, and those that are passed over."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Final, Literal

from pipeline.common.errors import InputError, first_names
from pipeline.common.wording import counted
from pipeline.documents.findings import Findings

log = logging.getLogger(__name__)

Format = Literal["jsonl", "json", "csv", "tsv", "text"]  # text: one document on each line, all in one language
Kind = Literal["jsonl", "json", "csv", "tsv", "parquet", "xlsx", "txt"]  # txt: the whole file is one document

KINDS: Final[dict[str, Kind]] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "tsv",
    ".parquet": "parquet",
    ".xlsx": "xlsx",
    ".txt": "txt",
}
PACKED = ".gz"
BINARY = frozenset({"parquet", "xlsx"})
FORMATS = (
    "JSON Lines (.jsonl, .ndjson), JSON (.json), CSV (.csv), TSV (.tsv), each also with .gz; Parquet (.parquet); "
    "Excel (.xlsx); or a folder of texts (.txt)"
)
ALWAYS_UNPACKED = 100_000_000  # bytes
LARGEST_RATIO = 200
REFERENCE_STEM = "reference"
# Files that stand beside documents and are never meant as such.
COMPANIONS = frozenset({".py", ".dvc", ".yaml", ".yml", ".sh"})
# Files of texts in formats that are not read.
FORMATTED = frozenset({".doc", ".docx", ".epub", ".htm", ".html", ".md", ".odt", ".pdf", ".rtf", ".tex", ".xml"})
NOTES = frozenset({"readme", "license", "licence", "copying", "citation", "changelog"})
TEXTS = "*.txt"  # what all texts of a folder are called together, where files are counted


@dataclass(frozen=True)
class DocumentFile:
    """A file of documents, or a folder of texts.

    Attributes:
        path: where it is.
        name: its name in the list of rejected rows; each text of a folder has its own there.
        stem: how the ids of rows without an id begin; no other file of the run has the same.
    """

    path: Path
    name: str
    stem: str


def find_documents(path: Path, findings: Findings) -> list[DocumentFile]:
    """The files of documents at ``path``: the file itself, or those of the folder, sorted by name.

    In a folder the files of tables (all formats except ``.txt``) directly in it are read; the few ``.txt`` files that
    may stand beside them are taken for notes. Where there are no tables, all ``.txt`` files in it and in the folders
    below it are documents, one each. What is passed over is named in a warning.

    Args:
        path: a file or a folder.
        findings: takes the names of what is passed over.

    Raises:
        InputError: ``path`` does not exist, there is no file of a known format, or there are tables and more texts than
            tables, so that either may be meant.
    """
    if not path.exists():
        raise InputError(f"{path} does not exist. Expected a file or a folder of {FORMATS}.")
    if not path.is_dir():  # a file, or something that can be read like one
        kind_of(path)
        return [DocumentFile(path, path.name, stem_of(path))]
    files = [file for file in files_in(path) if stem_of(file) != REFERENCE_STEM]
    texts = text_files(path)
    if not files and not texts:
        names = [file.relative_to(path).as_posix() for file in sorted(path.rglob("*")) if file.is_file()]
        raise InputError(
            f"{path} holds no documents. Expected files of {FORMATS}; found {first_names(names) or 'nothing'}."
            f"{next(filter(None, map(_hint, map(PurePath, names))), '')}"
        )
    if files and len(texts) > len(files):
        first_text = texts[0].relative_to(path).as_posix()
        raise InputError(
            f"{path} holds tables ({first_names([file.name for file in files])}) and {counted(len(texts), 'text')}, "
            f"such as {first_text}: either may be the documents. Move the others out of the folder, or set `path` to a "
            f"table, as in `path: {files[0].as_posix()}`."
        )
    if passed_over := _passed_over(path, set(files or texts)):
        findings.passed_over = passed_over
        log.warning("%s: not read: %s. Documents are files of %s.", path, first_names(passed_over), FORMATS)
    return named_files(files) or [DocumentFile(path, TEXTS, "")]


def files_in(folder: Path) -> list[Path]:
    """The files of tables directly in ``folder``, sorted by name, without hidden files."""
    files = (file for file in folder.iterdir() if _is_in(file, folder) and not _is_hidden(file, folder))
    return sorted(file for file in files if _known_kind(file) not in {None, "txt"})


def text_files(path: Path) -> list[Path]:
    """The text itself, or all texts (``.txt``) in a folder and in those below it, sorted by path."""
    if not path.is_dir():
        return [path]
    return [file for file in sorted(path.rglob("*")) if _is_text(file, path)]


def named_files(files: Sequence[Path]) -> list[DocumentFile]:
    """Files of one folder; where two have the same stem, the ids of each begin with its whole name."""
    count = Counter(map(stem_of, files))
    return [DocumentFile(file, file.name, stem_of(file) if count[stem_of(file)] == 1 else file.name) for file in files]


def kind_of(path: Path) -> Kind:
    """The format of a file, by its name; a folder is one of texts.

    Raises:
        InputError: the format is not known.
    """
    kind = "txt" if path.is_dir() else _known_kind(path)
    if kind is None:
        suffix = "".join(path.suffixes[-2:]) if is_packed(path) else path.suffix
        raise InputError(f"{path}: the format `{suffix}` is not known.{_hint(path)} Expected {FORMATS}.")
    return kind


def check_unpacked(path: Path, packed: int, unpacked: int) -> None:
    """Refuse a file that unpacks to far more than documents do: texts become some 3 to 20 times as large.

    Args:
        path: the file, for the message.
        packed: its size in bytes.
        unpacked: how many bytes it has unpacked to so far, or would.

    Raises:
        InputError: it is such a file.
    """
    if unpacked > max(ALWAYS_UNPACKED, LARGEST_RATIO * packed):
        raise InputError(
            f"{path}: its {packed:,} bytes unpack to more than {unpacked:,}, which no texts do. If you trust the file, "
            "unpack it yourself, or save it anew."
        )


def stem_of(path: PurePath) -> str:
    """The name of a file without the ending that tells its format."""
    return path.stem.removesuffix(PurePath(path.stem).suffix) if is_packed(path) else path.stem


def is_packed(path: PurePath) -> bool:
    """Whether the file is packed with gzip."""
    return path.suffix.lower() == PACKED


def _known_kind(path: Path) -> Kind | None:
    if not is_packed(path):
        return KINDS.get(path.suffix.lower())
    kind = KINDS.get(Path(path.stem).suffix.lower())
    return None if kind in BINARY else kind


def _is_text(file: Path, folder: Path) -> bool:
    return _is_in(file, folder) and not _is_hidden(file, folder) and _known_kind(file) == "txt" and not _is_note(file)


def _is_in(file: Path, folder: Path) -> bool:
    """Whether it is a file in the folder; a link that leads out of it is none, since others may have set it."""
    return file.is_file() and file.resolve().is_relative_to(folder.resolve())


def _is_hidden(file: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(folder).parts)


def _is_note(file: Path) -> bool:
    return file.name.lower().partition(".")[0] in NOTES


def _hint(path: PurePath) -> str:
    """What to do with a file in a format that is not read; it begins with a space, or is empty."""
    if path.suffix.lower() in FORMATTED:
        return f" Save {path.name} as plain text (.txt)."
    return f" Save {path.name} as .xlsx." if path.suffix.lower() in {".xls", ".ods", ".xlsm"} else ""


def _passed_over(folder: Path, read: set[Path]) -> list[str]:
    """What may hold documents and is not read: files beside those that are read, and folders that hold other files."""
    homes = {parent for file in read for parent in file.parents}
    names: dict[str, None] = {}
    for file in sorted(folder.rglob("*")):
        if file in read or not file.is_file() or _is_companion(file, folder):
            continue
        name = file.relative_to(folder)
        if not _is_in(file, folder):
            names[f"{name.as_posix()} (a link that leads out of the folder; put a copy of the file there)"] = None
        elif file.parent in homes:
            names[name.as_posix()] = None
        elif _known_kind(file) or file.suffix.lower() in FORMATTED:
            outermost = next(part for part in reversed(file.parents) if folder in part.parents and part not in homes)
            names[f"{outermost.relative_to(folder).as_posix()}/"] = None
    return list(names)


def _is_companion(file: Path, folder: Path) -> bool:
    """Whether a file that stands among documents is meant for something else."""
    is_reference = file.parent == folder and stem_of(file) == REFERENCE_STEM
    return is_reference or _is_hidden(file, folder) or _is_note(file) or file.suffix.lower() in COMPANIONS
