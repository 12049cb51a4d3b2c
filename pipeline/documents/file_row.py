"""One row of a file of documents, whatever its format."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final, NamedTuple

import polars as pl

# Where a row of a table stands, as `place` says it.
PLACE: Final = pl.coalesce(pl.format("{}:{}", "file", "row"), "file")


class Written(str):
    """A number as it is written in JSON, so that an id 1.10 is not the id 1.1."""

    __slots__ = ()


class FileRow(NamedTuple):
    """One row of a file: the line it starts on, its fields by column, and why it cannot be used.

    A text that is a file of its own has no line; it has the name of its file.
    """

    line: int | None
    fields: dict[str, Any]
    reason: str | None = None
    file: str | None = None

    def without(self, columns: Collection[str]) -> FileRow:
        """The same row without the fields of ``columns``."""
        return self._replace(fields={name: value for name, value in self.fields.items() if name not in columns})


def place(file: str, row: int | None) -> str:
    """Where a row stands, for messages: ``file:row``, or the file alone where it is one document."""
    return file if row is None else f"{file}:{row}"
