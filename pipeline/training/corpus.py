"""The tables of the earlier stages as the arrays that training takes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl
from scipy.sparse import csr_array

from pipeline.corpus import rows_within
from pipeline.models.base import LanguageCorpus


def training_corpus(
    documents: np.ndarray,
    clusters: np.ndarray,
    languages: pl.Series,
    bows: Mapping[str, csr_array],
    embeddings: np.ndarray,
) -> dict[str, LanguageCorpus]:
    """Split the training documents by language.

    Args:
        documents: (T,) row numbers of the training documents, ascending.
        clusters: (T,) their clusters.
        languages: (D,) language of every document; a language's rows stand together.
        bows: each language's documents in table order, from :func:`pipeline.bow.counts.language_bow`.
        embeddings: (D, E) of every document.
    """
    names = languages.to_numpy()[documents]
    corpus = {}
    for name, bow in bows.items():
        mine = names == name
        rows = documents[mine]
        corpus[name] = LanguageCorpus(bow[rows_within(languages, name, rows)], embeddings[rows], clusters[mine])
    return corpus
