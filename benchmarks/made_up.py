"""Documents made for timing: any number of them, with word frequencies as uneven as in real documents."""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.sparse import csr_array

BLOCK = 100  # words that a document's own topic prefers


def word_numbers(documents: int, tokens: int, words: int, seed: int) -> np.ndarray:
    """(documents, tokens) word numbers below ``words``: half by Zipf's law, half from the document's topic."""
    rng = np.random.default_rng(seed)
    shares = 1 / np.arange(1, words + 1)
    by_frequency = rng.choice(words, (documents, tokens), p=shares / shares.sum())
    topics = rng.integers(max(words // BLOCK, 1), size=(documents, 1))
    of_topic = topics * BLOCK + rng.integers(min(BLOCK, words), size=(documents, tokens))
    return np.where(rng.random((documents, tokens)) < 0.5, by_frequency, of_topic % words)


def count_matrix(numbers: np.ndarray, words: int) -> csr_array:
    """(documents, words) counts of :func:`word_numbers`."""
    rows = np.repeat(np.arange(len(numbers)), numbers.shape[1])
    ones = np.ones(numbers.size)
    return csr_array((ones, (rows, numbers.ravel())), shape=(len(numbers), words))


def token_table(languages: tuple[str, ...], documents: int, tokens: int, words: int) -> pl.DataFrame:
    """Columns id, lang, split, text and tokens, as the encoders need them; every fifth document is a test document."""
    parts = []
    for seed, lang in enumerate(languages):
        names = np.array([f"{lang}{number}" for number in range(words)])
        tokens_of_documents = names[word_numbers(documents, tokens, words, seed)].tolist()
        parts.append(pl.DataFrame({"lang": [lang] * documents, "tokens": tokens_of_documents}))
    table = pl.concat(parts).with_row_index("id").with_columns(pl.col("id").cast(pl.String), text=pl.lit(""))
    test = pl.int_range(pl.len()) % 5 == 4
    return table.with_columns(split=pl.when(test).then(pl.lit("test")).otherwise(pl.lit("train")))


def labelled_points(documents: int, width: int, classes: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """(documents, width) float32 points around class centres, overlapping, and (documents,) labels as strings."""
    rng = np.random.default_rng(seed)
    centres = np.random.default_rng(0).normal(size=(classes, width))  # the same in every language
    labels = rng.integers(classes, size=documents)
    points = centres[labels] + 3 * rng.normal(size=(documents, width))
    return points.astype(np.float32), np.char.add("class ", labels.astype(str))
