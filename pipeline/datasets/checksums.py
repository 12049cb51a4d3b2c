"""``SHA256SUMS``: the checksums of a data set's files when they were fetched (``sha256sum --check`` reads it too)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from pipeline.common.errors import InputError
from pipeline.common.files import file_digest
from pipeline.common.whole_files import write_text

SUMS = "SHA256SUMS"
_LINE = re.compile(r"([0-9a-f]{64})  (.+)")


def read_sums(home: Path) -> dict[str, str]:
    """The checksums in ``home/SHA256SUMS`` by file name, relative to ``home``; empty if the file is missing.

    Raises:
        InputError: a line is not a checksum, two spaces and a name.
    """
    path = home / SUMS
    sums = {}
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    for number, line in enumerate(lines, 1):
        match = _LINE.fullmatch(line)
        if match is None:
            raise InputError(
                f"{path}, line {number}: expected a SHA-256 checksum, two spaces and a file name, found {line!r}. "
                "Delete the file and fetch the data set again."
            )
        sums[match[2]] = match[1]
    return sums


def note_sums(home: Path, names: Iterable[str]) -> None:
    """Note the checksums of the files ``names`` as they are now; other lines stay."""
    sums = read_sums(home) | {name: file_digest(home / name) for name in names}
    write_text("".join(f"{sums[name]}  {name}\n" for name in sorted(sums)), home / SUMS)


def as_noted(home: Path, names: Iterable[str]) -> bool:
    """Whether every file of ``names`` exists and has the checksum that was noted."""
    sums = read_sums(home)
    return all((home / name).is_file() and sums.get(name) == file_digest(home / name) for name in names)
