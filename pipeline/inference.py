"""Theta for documents, seen or new."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl
import torch
from scipy.sparse import csr_array

from pipeline.models.base import NeuralTopicModel, model_device
from pipeline.sparse import sparse_rows

CHUNK = 2048


def posterior_means(model: NeuralTopicModel, language: str, bow: csr_array) -> np.ndarray:
    """(D, K) float32 posterior means of one language's documents; NaN rows where a document has no known word."""
    device = model_device(model)
    model.eval()
    means = np.full((bow.shape[0], model.topics), np.nan, np.float32)
    documents = np.flatnonzero(np.diff(bow.indptr))
    for start in range(0, len(documents), CHUNK):
        chunk = documents[start : start + CHUNK]
        means[chunk] = model.infer(language, sparse_rows(bow, chunk).to(device)).cpu().numpy()
    return means


def theta_table(model: NeuralTopicModel, bows: Mapping[str, csr_array]) -> pl.DataFrame:
    """Columns ``theta`` (softmax of the mean) and ``mean``, arrays of K, languages one after the other.

    Both are null where a document has no word of the vocabulary.
    """
    means = np.concatenate([posterior_means(model, language, bow) for language, bow in bows.items()])
    thetas = torch.from_numpy(means).softmax(dim=1).numpy()
    unknown = np.isnan(means).any(axis=1)
    return pl.DataFrame({"theta": _nullable(thetas, unknown), "mean": _nullable(means, unknown)})


def beta_table(model: NeuralTopicModel) -> pl.DataFrame:
    """Columns ``lang``, ``topic`` and ``scores`` (one for each word of the language's vocabulary)."""
    parts = []
    for language in model.languages:
        scores = model.word_scores(language).cpu().numpy()
        parts.append(
            pl.DataFrame(
                {"lang": language, "topic": np.arange(len(scores), dtype=np.uint32), "scores": scores.tolist()}
            )
        )
    return pl.concat(parts).with_columns(pl.col("scores").cast(pl.List(pl.Float32)))


def _nullable(values: np.ndarray, null: np.ndarray) -> pl.Series:
    column = pl.Series(values, dtype=pl.Array(pl.Float32, values.shape[1]))
    return pl.select(pl.when(pl.Series(~null)).then(column)).to_series()
