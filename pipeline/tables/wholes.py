"""Theta of whole texts from theta of their passages."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipeline.tables.vectors import Theta


def pooled(passages: pl.DataFrame, key: str) -> pl.DataFrame:
    """The means of theta and of the scores over the passages of each text, weighted by their known words.

    A text whose passages have a theta by their vectors alone, since no word is known, gets the plain means.

    Args:
        passages: columns theta, scores (null where nothing of a passage is known), words (how many tokens the model
            knows) and ``key``, which the passages of one text share; they stand together.
        key: the column that names the text.

    Returns:
        One row for each text, in the same order: key, passages (how many it has), words, theta and scores; these two
        are null where no passage has them.
    """
    texts = passages.group_by(key, maintain_order=True).agg(passages=pl.len(), words=pl.col("words").sum())
    counts, words = texts["passages"].to_numpy().astype(np.int64), texts["words"].to_numpy().astype(np.float64)
    starts = np.cumsum(counts) - counts
    weights = np.where(np.repeat(words, counts) > 0, passages["words"].to_numpy(), 1.0)
    means = {name: _mean(Theta.of(passages[name]), weights, starts) for name in ("theta", "scores")}
    return texts.with_columns(**means)


def whole_texts(documents: pl.DataFrame) -> pl.DataFrame:
    """The table :data:`pipeline.tables.catalogue.WHOLES`.

    Args:
        documents: the columns of :data:`pipeline.tables.catalogue.THETA`, and words (how many tokens are known).
    """
    passages = documents.filter(pl.col("whole").is_not_null())
    texts = passages.unique("whole", keep="first", maintain_order=True).select("lang", "split", "label", "pair")
    return texts.with_columns(pooled(passages, "whole").rename({"whole": "id"}))


def _mean(values: Theta, weights: np.ndarray, starts: np.ndarray) -> pl.Series:
    """Float64 gives the mean of a single passage its very value."""
    if not len(starts):
        return values.column()
    weights = weights * values.known
    sums = np.add.reduceat(weights, starts)
    known = sums > 0
    totals = np.add.reduceat(values.values * weights[:, None], starts)
    return Theta((totals / np.where(known, sums, 1)[:, None]).astype(np.float32), known).column()


def with_whole_texts(documents: pl.DataFrame, wholes: pl.DataFrame) -> pl.DataFrame:
    """Put whole texts in the place of their passages, to judge and compare them as the user knows them.

    Args:
        documents: rows of :data:`pipeline.tables.catalogue.THETA`, with ``whole`` and lang among the columns.
        wholes: rows of :data:`pipeline.tables.catalogue.WHOLES`, whose further columns are left out.

    Returns:
        The columns of ``documents`` but for ``whole``; the rows of each language are consecutive.
    """
    uncut = documents.filter(pl.col("whole").is_null()).drop("whole")
    if wholes.is_empty():
        return uncut
    parts = (uncut, wholes.select(uncut.columns))
    languages = documents["lang"].unique(maintain_order=True)
    return pl.concat(part.filter(pl.col("lang") == lang) for lang in languages for part in parts)
