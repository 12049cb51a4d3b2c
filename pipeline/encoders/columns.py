"""Vectors as columns of tables."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import numpy as np
import polars as pl

from pipeline.encoders.base import Encoder

log = logging.getLogger(__name__)


def vector_column(vectors: np.ndarray) -> pl.Series:
    """(D, E) vectors as a column ``vector`` of arrays of E float32."""
    return pl.Series("vector", vectors, dtype=pl.Array(pl.Float32, vectors.shape[1]))


def word_table(encoder: Encoder, vocabulary: pl.DataFrame) -> pl.DataFrame:
    """The vectors of a vocabulary's words in the space of the documents.

    Args:
        encoder: one that has learnt.
        vocabulary: columns ``lang``, ``term`` and ``word``, language by language.

    Returns:
        Columns ``lang``, ``term`` and ``vector``, in the order of ``vocabulary``; zeros for unknown words.
    """
    vectors = np.concatenate(list(_by_language(encoder, vocabulary)))
    return vocabulary.select("lang", "term").with_columns(vector_column(vectors))


def _by_language(encoder: Encoder, vocabulary: pl.DataFrame) -> Iterator[np.ndarray]:
    for (lang,), part in vocabulary.group_by("lang", maintain_order=True):
        vectors = encoder.words(str(lang), part["word"].to_list())
        log.info("%s: %d of %d words of the vocabulary have a vector", lang, vectors.any(axis=1).sum(), len(vectors))
        yield vectors
