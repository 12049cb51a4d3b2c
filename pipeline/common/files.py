"""The text of files that people wrote, and digests that identify contents."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

from pipeline.common.errors import InputError


def read_utf8(path: Path) -> str:
    """The text of a file, without a byte order mark; line ends stay as they are.

    Raises:
        InputError: the file cannot be read or is not UTF-8.
    """
    try:
        content = path.read_bytes()
        return content.decode("utf-8").removeprefix("\ufeff")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"{path}, line {line}: not UTF-8 (byte {error.start} of the file). Save the file as UTF-8."
        ) from error


def read_lines(path: Path) -> list[str]:
    """The lines of a text file. Only LF and CR LF end a line; at the end of the file they add no empty line.

    Raises:
        InputError: as for :func:`read_utf8`.
    """
    text = read_utf8(path)
    return [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")] if text else []


def read_list(path: Path) -> list[str]:
    """The lines of a list that a person wrote, without blanks around them; CR ends a line as well, as on old Macs.

    Raises:
        InputError: as for :func:`read_utf8`.
    """
    return [line.strip() for line in re.split("[\r\n]", read_utf8(path).replace("\r\n", "\n"))]


def file_digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest(path: Path) -> str:
    """SHA-256 of a file, or of the names and digests of all files in a folder, except for byproducts of running."""
    if not path.is_dir():
        return file_digest(path)
    files = [file for file in sorted(path.rglob("*")) if file.is_file() and not is_byproduct(file)]
    names_and_digests = [(file.relative_to(path).as_posix(), file_digest(file)) for file in files]
    return hashlib.sha256(json.dumps(names_and_digests).encode()).hexdigest()


def is_byproduct(file: Path) -> bool:
    """Whether a file is only a byproduct of running Python (see .dvcignore)."""
    return file.suffix == ".pyc" or "__pycache__" in file.parts
