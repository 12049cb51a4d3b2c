"""Theta for documents, seen or new."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl
import torch
from scipy.sparse import csr_array

from pipeline.models.base import TopicModel, model_device
from pipeline.sparse import sparse_rows

CHUNK = 2048


def theta_scores(model: TopicModel, language: str, bow: csr_array, embeddings: np.ndarray | None = None) -> np.ndarray:
    """(D, K) float32 scores whose softmax is theta; NaN rows where a document has no known word.

    Args:
        model: its ``reads`` says whether the embeddings are needed.
        language: of the documents.
        bow: (D, V) counts.
        embeddings: (D, E) float32.
    """
    device = model_device(model)
    model.eval()
    scores = np.full((bow.shape[0], model.topics), np.nan, np.float32)
    documents = np.flatnonzero(np.diff(bow.indptr))
    for start in range(0, len(documents), CHUNK):
        chunk = documents[start : start + CHUNK]
        vectors = None if embeddings is None else torch.from_numpy(embeddings[chunk]).to(device)
        scores[chunk] = model.infer(language, sparse_rows(bow, chunk).to(device), vectors).cpu().numpy()
    return scores


def theta_table(model: TopicModel, bows: Mapping[str, csr_array], embeddings: np.ndarray | None = None) -> pl.DataFrame:
    """Columns ``theta`` and ``mean`` (the scores whose softmax it is), arrays of K, language after language.

    Both are null where a document has no word of the vocabulary.

    Args:
        model: trained.
        bows: each language's documents in table order.
        embeddings: (D, E) of all documents in that order, for a model that reads them.
    """
    ends = np.cumsum([bow.shape[0] for bow in bows.values()])
    parts = [None] * len(bows) if embeddings is None else np.split(embeddings, ends[:-1])
    scores = [theta_scores(model, *named, part) for named, part in zip(bows.items(), parts, strict=True)]
    means = np.concatenate(scores)
    thetas = torch.from_numpy(means).softmax(dim=1).numpy()
    unknown = np.isnan(means).any(axis=1)
    return pl.DataFrame({"theta": _nullable(thetas, unknown), "mean": _nullable(means, unknown)})


def beta_table(model: TopicModel) -> pl.DataFrame:
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
