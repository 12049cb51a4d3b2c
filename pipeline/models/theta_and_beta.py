"""Apply a trained model: theta of training documents or new ones, and the scores of words."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl
import torch
from scipy.sparse import csr_array

from pipeline.bow.sparse import sparse_rows
from pipeline.models.topic_model import TopicModel, model_device
from pipeline.tables.vectors import Theta

CHUNK = 2048  # how many documents go through the model at once


def theta_scores(model: TopicModel, language: str, bow: csr_array, embeddings: np.ndarray | None = None) -> np.ndarray:
    """(D, K) float32 scores whose softmax is theta; NaN rows where nothing of a document is known.

    A document is known by its words or, to a model that reads vectors, by a vector that is not zeros.

    Args:
        model: the trained model; its ``reads_embeddings`` says whether the embeddings are needed.
        language: language of the documents.
        bow: (D, V) counts.
        embeddings: (D, E) float32.
    """
    device = model_device(model)
    model.eval()
    scores = np.full((bow.shape[0], model.topics), np.nan, np.float32)
    is_known = np.diff(bow.indptr) > 0
    if model.reads_embeddings and embeddings is not None:
        is_known |= embeddings.any(axis=1)
    documents = np.flatnonzero(is_known)
    for start in range(0, len(documents), CHUNK):
        chunk = documents[start : start + CHUNK]
        vectors = None if embeddings is None else torch.from_numpy(embeddings[chunk]).to(device)
        scores[chunk] = model.infer(language, sparse_rows(bow, chunk).to(device), vectors).cpu().numpy()
    return scores


def theta_table(model: TopicModel, bows: Mapping[str, csr_array], embeddings: np.ndarray | None = None) -> pl.DataFrame:
    """The columns ``theta`` and ``scores`` of :data:`pipeline.tables.catalogue.THETA`, language after language.

    Args:
        model: the trained model.
        bows: word counts of each language's documents, in table order.
        embeddings: (D, E) embeddings of all documents in the same order, for a model that reads them.
    """
    ends = np.cumsum([bow.shape[0] for bow in bows.values()])
    splits = [None] * len(bows) if embeddings is None else np.split(embeddings, ends[:-1])
    scores = np.concatenate(
        [theta_scores(model, *language_bow, split) for language_bow, split in zip(bows.items(), splits, strict=True)]
    )
    thetas = torch.from_numpy(scores).softmax(dim=1).numpy()
    known = ~np.isnan(scores).any(axis=1)
    return pl.DataFrame({"theta": Theta(thetas, known).column(), "scores": Theta(scores, known).column()})


def beta_table(model: TopicModel) -> pl.DataFrame:
    """The table :data:`pipeline.tables.catalogue.BETA`, language after language."""
    tables = []
    for language in model.languages:
        scores = model.word_scores(language).cpu().numpy()
        topics = np.arange(len(scores), dtype=np.uint32)
        tables.append(pl.DataFrame({"lang": language, "topic": topics, "word_scores": scores.tolist()}))
    return pl.concat(tables).with_columns(pl.col("word_scores").cast(pl.List(pl.Float32)))
