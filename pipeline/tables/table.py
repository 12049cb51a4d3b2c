"""The definition of a table: named columns with types and meanings, checked when a table is written and read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from pipeline.common.errors import InputError
from pipeline.common.parquet_files import parquet_columns, read_parquet, write_parquet
from pipeline.common.wording import counted

# The type of a column of float32 arrays of equal length. The length depends on the run, so any width is accepted.
VECTOR: Final = pl.Array(pl.Float32, 1)


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes:
        type: the type of its values; :data:`VECTOR` means arrays of any width.
        meaning: what the values mean.
        null: what a missing value means; None where no value may be missing.
    """

    type: type[pl.DataType] | pl.DataType
    meaning: str
    null: str | None = None

    def holds(self, found: pl.DataType) -> bool:
        """Whether the column may hold values of the type ``found``."""
        if self.type is VECTOR:
            return isinstance(found, pl.Array) and found.inner == VECTOR.inner and len(found.shape) == 1
        return found == self.type


@dataclass(frozen=True)
class Table:
    """One kind of Parquet file.

    Attributes:
        name: its name in messages and, with ``.parquet``, on disk.
        meaning: what one row is.
        columns: the columns by name, in the order of the file.
    """

    name: str
    meaning: str
    columns: Mapping[str, Column]

    def path(self, folder: Path) -> Path:
        """The file of this kind in ``folder``."""
        return folder / f"{self.name}.parquet"

    def read(self, folder: Path, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """Read the file of this kind in a folder, and check it.

        Args:
            folder: the folder of the file.
            columns: the names of the columns to read, in this order; by default all columns.

        Raises:
            InputError: the file is missing or damaged, lacks a column, or a column holds wrong values.
        """
        frame = read_parquet(path := self.path(folder), list(self.columns) if columns is None else columns)
        if fault := self._fault(frame):
            raise InputError(f"{path}: {fault} Perhaps another version wrote the file: delete it and run `dvc repro`.")
        return frame

    def read_present(self, folder: Path) -> pl.DataFrame:
        """Read only the columns that the file has, for a file that may lack some of them.

        Raises:
            InputError: as for :meth:`read`.
        """
        present = parquet_columns(self.path(folder))
        return self.read(folder, [name for name in self.columns if name in present])

    def write(self, frame: pl.DataFrame, folder: Path, columns: Sequence[str] | None = None) -> None:
        """Check a frame and write it; the same frame gives the same bytes.

        Args:
            frame: the rows; further columns are left out.
            folder: the folder of the file.
            columns: the names of the columns to write; by default all columns.

        Raises:
            ValueError: a column is missing or holds wrong values.
        """
        names = list(self.columns) if columns is None else list(columns)
        if missing_columns := [name for name in names if name not in frame.columns]:
            raise ValueError(f"{self.name}: columns {missing_columns} are missing")
        if fault := self._fault(frame.select(names)):
            raise ValueError(f"{self.name}: {fault}")
        write_parquet(frame.select(names), self.path(folder))

    def empty(self) -> pl.DataFrame:
        """A frame of this kind without rows."""
        return pl.DataFrame(schema={name: column.type for name, column in self.columns.items()})

    def _fault(self, frame: pl.DataFrame) -> str | None:
        for name, values in zip(frame.columns, frame, strict=True):
            column = self.columns[name]
            if not column.holds(values.dtype):
                return f"column `{name}` ({column.meaning}) holds {values.dtype}; expected {type_name(column.type)}."
            if column.null is None and values.null_count():
                rows = counted(values.null_count(), "row")
                return f"column `{name}` ({column.meaning}) has no value in {rows}; all need one."
        return None


def type_name(kind: type[pl.DataType] | pl.DataType) -> str:
    """The name of a column's type in messages and documents."""
    return "arrays of Float32" if kind is VECTOR else str(kind)
