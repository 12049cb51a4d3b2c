"""One row of a file of documents, whatever its format."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple


class Written(str):
    """A number as it is written in JSON, so that an id 1.10 is not the id 1.1."""

    __slots__ = ()


class FileRow(NamedTuple):
    """One row of a file: the line it starts on, its fields by column, and why it cannot be used."""

    line: int
    fields: dict[str, Any]
    reason: str | None = None

    def without(self, columns: Collection[str]) -> FileRow:
        """The same row without the fields of ``columns``."""
        return self._replace(fields={name: value for name, value in self.fields.items() if name not in columns})
