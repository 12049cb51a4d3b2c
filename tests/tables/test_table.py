"""Tables: what does not fit the catalogue is refused when it is written and when it is read, and named."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from pipeline.common.errors import InputError
from pipeline.common.parquet_files import write_parquet
from pipeline.tables.catalogue import BOW, DOCUMENTS, EMBEDDINGS, TABLES, THETA
from pipeline.tables.table import VECTOR


def documents(**changes: pl.Expr) -> pl.DataFrame:
    row = {"id": "a", "lang": "en", "split": "train", "text": "x", "label": None, "pair": None, "date": None}
    return pl.DataFrame([row | {"group": None}], schema=DOCUMENTS.empty().schema).with_columns(**changes)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    frame = documents()
    DOCUMENTS.write(frame.with_columns(more=pl.lit(1)), tmp_path)
    assert (tmp_path / "documents.parquet").exists()
    assert DOCUMENTS.read(tmp_path).equals(frame)
    assert DOCUMENTS.read(tmp_path, ["text", "id"]).columns == ["text", "id"]
    first = (tmp_path / "documents.parquet").read_bytes()
    DOCUMENTS.write(frame, tmp_path)
    assert (tmp_path / "documents.parquet").read_bytes() == first


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"lang": pl.lit(3)}, "column `lang` .* holds Int32; expected String"),
        ({"text": pl.lit(None, pl.String)}, "column `text` .* has no value in 1 row;"),
    ],
)
def test_what_does_not_fit_is_refused_by_both_sides(tmp_path: Path, changes: dict[str, pl.Expr], message: str) -> None:
    with pytest.raises(ValueError, match=f"^documents: {message}"):
        DOCUMENTS.write(documents(**changes), tmp_path)
    assert not list(tmp_path.iterdir())
    write_parquet(documents(**changes), DOCUMENTS.path(tmp_path))
    with pytest.raises(InputError, match=rf"documents\.parquet: {message}.* run `dvc repro`"):
        DOCUMENTS.read(tmp_path)
    assert DOCUMENTS.read(tmp_path, ["id"])["id"].to_list() == ["a"], "what is not asked for is not looked at"


def test_a_missing_column_is_named_by_both_sides(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"columns \['label'\] are missing"):
        DOCUMENTS.write(documents().drop("label"), tmp_path)
    write_parquet(documents().drop("label"), DOCUMENTS.path(tmp_path))
    with pytest.raises(InputError, match=r"columns \['label'\] are missing"):
        DOCUMENTS.read(tmp_path)
    assert DOCUMENTS.read_present(tmp_path).columns == [name for name in DOCUMENTS.columns if name != "label"]


@pytest.mark.parametrize(("inner", "fits"), [(pl.Float32, True), (pl.Float64, False), (pl.Int8, False)])
@pytest.mark.parametrize("width", [1, 7])
def test_vectors_may_have_any_width_and_one_kind_of_number(inner: type[pl.DataType], fits: bool, width: int) -> None:
    column = EMBEDDINGS.columns["vector"]
    assert column.holds(pl.Array(inner, width)) == fits
    assert not column.holds(pl.List(inner))
    assert column.type is VECTOR


def test_every_table_and_column_says_what_it_is() -> None:
    assert len({table.name for table in TABLES}) == len(TABLES) == 17
    for table in TABLES:
        assert table.meaning and table.empty().is_empty()
        assert all(column.meaning for column in table.columns.values())
    assert THETA.columns["theta"].null and BOW.columns["count"].null is None
