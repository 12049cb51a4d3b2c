"""What a table of the pipeline is: named columns with types and meanings, checked when written and when read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from pipeline.common.errors import InputError
from pipeline.common.files import parquet_columns, read_parquet, write_parquet

# The type of a column of float32 arrays. All are equally long, and how long is the run's affair: any width will do.
VECTOR: Final = pl.Array(pl.Float32, 1)


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes:
        type: what its values are; :data:`VECTOR` stands for arrays of any width.
        meaning: what the values say.
        null: what a missing value means; None where none may be missing.
    """

    type: type[pl.DataType] | pl.DataType
    meaning: str
    null: str | None = None

    def holds(self, found: pl.DataType) -> bool:
        """Whether values of the type ``found`` are what the column holds."""
        if self.type is VECTOR:
            return isinstance(found, pl.Array) and found.inner == VECTOR.inner and len(found.shape) == 1
        return found == self.type


@dataclass(frozen=True)
class Table:
    """A kind of Parquet file.

    Attributes:
        name: what it is called in messages and, with ``.parquet``, on disk.
        meaning: what one row is.
        columns: by name, in the order of the file.
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
            folder: where it lies.
            columns: which columns, in this order; by default all.

        Raises:
            InputError: the file is missing or damaged, lacks a column, or a column holds something else.
        """
        frame = read_parquet(path := self.path(folder), list(self.columns) if columns is None else columns)
        if fault := self._fault(frame):
            raise InputError(f"{path}: {fault} Another version wrote it, perhaps: delete it and run `dvc repro`.")
        return frame

    def read_present(self, folder: Path) -> pl.DataFrame:
        """Read those of the columns that the file has, for files that may hold less than all.

        Raises:
            InputError: as for :meth:`read`.
        """
        present = parquet_columns(self.path(folder))
        return self.read(folder, [name for name in self.columns if name in present])

    def write(self, frame: pl.DataFrame, folder: Path, columns: Sequence[str] | None = None) -> None:
        """Check a frame and write it; the same frame gives the same bytes.

        Args:
            frame: may have further columns, which are left out.
            folder: where the file is to lie.
            columns: which columns are written, where a file is to hold less than all of them.

        Raises:
            ValueError: a column is missing, or holds something else than the table says.
        """
        chosen = list(self.columns) if columns is None else list(columns)
        if missing := [name for name in chosen if name not in frame.columns]:
            raise ValueError(f"{self.name}: columns {missing} are missing")
        if fault := self._fault(frame.select(chosen)):
            raise ValueError(f"{self.name}: {fault}")
        write_parquet(frame.select(chosen), self.path(folder))

    def empty(self) -> pl.DataFrame:
        """A frame of this kind without rows."""
        return pl.DataFrame(schema={name: column.type for name, column in self.columns.items()})

    def _fault(self, frame: pl.DataFrame) -> str | None:
        for name, values in zip(frame.columns, frame, strict=True):
            column = self.columns[name]
            if not column.holds(values.dtype):
                return f"column `{name}` ({column.meaning}) holds {values.dtype}; expected {type_name(column.type)}."
            if column.null is None and values.null_count():
                return f"column `{name}` ({column.meaning}) has no value in {values.null_count()} rows; each needs one."
        return None


def type_name(kind: type[pl.DataType] | pl.DataType) -> str:
    """How a column's type is written for people."""
    return "arrays of Float32" if kind is VECTOR else str(kind)
