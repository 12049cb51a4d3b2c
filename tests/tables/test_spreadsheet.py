"""Texts of others in a spreadsheet are no formulas."""

from __future__ import annotations

import polars as pl
import pytest

from pipeline.tables.spreadsheet import inert_cells


@pytest.mark.parametrize("text", ["=1+1", "+1", "-2+3", "@SUM(A1)", "\t=1", " =1", "\r=1", "\n@x", "＝1+1", "＠x"])
def test_what_would_run_is_quoted(text: str) -> None:
    assert inert_cells(pl.DataFrame({"a": [text, None, "a=b"], "n": [-1, 2, 3]})).rows() == [
        (f"'{text}", -1),
        (None, 2),
        ("a=b", 3),
    ]
