"""Cells of spreadsheets that stay text."""

from __future__ import annotations

from typing import Final

import polars as pl

# With these a cell begins that a spreadsheet runs as a formula, also behind blanks and in full width.
_FORMULA: Final = r"^(\s*[=+\-@\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}])"


def inert_cells(table: pl.DataFrame) -> pl.DataFrame:
    """The table with an apostrophe before each text that a spreadsheet would run; numbers stay numbers."""
    return table.with_columns(pl.col(pl.String).str.replace(_FORMULA, "'${1}"))
