"""Theta of whole texts: weighted means of their passages."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipeline.tables.catalogue import THETA, WHOLES
from pipeline.tables.wholes import pooled, whole_texts, with_whole_texts

VECTOR = pl.Array(pl.Float32, 2)
ROWS = [  # id, whole, words, first share
    ("a", None, 7, 0.3),
    ("b#1", "b", 1, 0.2),
    ("b#2", "b", 3, 0.6),
    ("b#3", "b", 0, None),
    ("c#1", "c", 0, None),
    ("c#2", "c", 0, None),
    ("d#1", "d", 2, 0.7),
]


def documents() -> pl.DataFrame:
    shares = [None if share is None else [share, 1 - share] for *_, share in ROWS]
    ids, wholes, words, _ = zip(*ROWS, strict=True)
    return pl.DataFrame({"id": ids, "whole": wholes}, {"id": pl.String, "whole": pl.String}).with_columns(
        pl.Series("words", words, pl.UInt32),
        pl.Series("lang", ["en"] * 4 + ["ja"] * 3),
        pl.Series("theta", shares, VECTOR),
        pl.Series("scores", shares, VECTOR),
        split=pl.lit("test"),
        label=pl.lit(None, pl.String),
        pair=pl.lit("p"),
    )


def test_theta_of_a_text_is_the_mean_by_known_words() -> None:
    table = whole_texts(documents())
    assert table["id"].to_list() == ["b", "c", "d"]
    assert table["lang"].to_list() == ["en", "ja", "ja"]
    assert table["passages"].to_list() == [3, 2, 1]
    assert table["words"].to_list() == [4, 0, 2]
    np.testing.assert_allclose(table["theta"][0], [0.5, 0.5], rtol=1e-6)
    assert table["theta"].is_null().to_list() == table["scores"].is_null().to_list() == [False, True, False]


def test_passages_known_by_their_vectors_alone_count_alike() -> None:
    table = documents().with_columns(
        pl.Series("theta", [None, None, None, None, [0.2, 0.8], [0.6, 0.4], None], VECTOR),
    )
    wholes = whole_texts(table.with_columns(scores="theta"))
    np.testing.assert_allclose(wholes["theta"][1], [0.4, 0.6], rtol=1e-6)
    assert wholes["words"][1] == 0
    assert wholes["theta"].is_null().to_list() == [True, False, True]


def test_a_single_passage_keeps_its_very_theta() -> None:
    theta = np.random.default_rng(0).dirichlet(np.ones(5), 300).astype(np.float32)
    column = pl.Series("theta", theta, pl.Array(pl.Float32, 5))
    words = pl.Series("words", np.arange(1, 301), pl.UInt32)
    table = pl.DataFrame([column, column.alias("scores"), words]).with_row_index("row")
    assert pooled(table, "row").select("row", "theta", "scores").equals(table.select("row", "theta", "scores"))


def test_whole_texts_take_the_place_of_their_passages() -> None:
    wholes = whole_texts(documents())
    table = with_whole_texts(documents().select(list(THETA.columns)), wholes)
    assert table["id"].to_list() == ["a", "b", "c", "d"]
    assert table["lang"].to_list() == ["en", "en", "ja", "ja"]
    assert "whole" not in table.columns


def test_without_long_texts_nothing_changes() -> None:
    uncut = documents().with_columns(whole=pl.lit(None, pl.String)).select(list(THETA.columns))
    wholes = whole_texts(uncut.with_columns(words=pl.lit(1, pl.UInt32)))
    assert wholes.is_empty() and set(wholes.columns) == set(WHOLES.columns)
    assert with_whole_texts(uncut, WHOLES.empty()).equals(uncut.drop("whole"))
