"""Which rows of the tables belong together."""

from __future__ import annotations

import numpy as np
import polars as pl


def training_documents(split: pl.Series, bow: pl.DataFrame) -> np.ndarray:
    """Row numbers, ascending, of the training documents that have a word of the vocabulary."""
    with_words = np.zeros(len(split), dtype=bool)
    with_words[bow["document"].to_numpy()] = True
    return np.flatnonzero(with_words & (split == "train").to_numpy())


def rows_within(languages: pl.Series, name: str, rows: np.ndarray) -> np.ndarray:
    """Table row numbers of documents of one language as row numbers within that language."""
    return rows - int((languages == name).arg_max() or 0)
