"""The tables of the earlier stages as the arrays that training takes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl
from scipy.sparse import csr_array

from pipeline.corpus import rows_within
from pipeline.models.base import LanguageCorpus, Lexicon
from pipeline.translation import link_matrices


def training_corpus(
    rows: np.ndarray,
    clusters: np.ndarray,
    documents: pl.DataFrame,
    bows: Mapping[str, csr_array],
    embeddings: np.ndarray,
    words: Mapping[str, Lexicon],
) -> dict[str, LanguageCorpus]:
    """Split the training documents by language.

    Args:
        rows: (T,) row numbers of the training documents, ascending.
        clusters: (T,) their clusters.
        documents: D rows with lang and pair; a language's rows stand together.
        bows: each language's documents in table order, from :func:`pipeline.bow.counts.language_bow`.
        embeddings: (D, E) of every document.
        words: from :func:`lexicons`.
    """
    names = documents["lang"].to_numpy()[rows]
    pairs = documents["pair"].rank("dense").cast(pl.Int64).fill_null(-1).to_numpy()
    corpus = {}
    for name, bow in bows.items():
        mine = names == name
        own = rows[mine]
        bow_rows = bow[rows_within(documents["lang"], name, own)]
        corpus[name] = LanguageCorpus(bow_rows, embeddings[own], clusters[mine], pairs[own], words[name])
    return corpus


def lexicons(vocabulary: pl.DataFrame, vectors: np.ndarray, links: pl.DataFrame) -> dict[str, Lexicon]:
    """What is known of each language's words.

    Args:
        vocabulary: columns lang and term, pivot first.
        vectors: (V of all languages, E) of its rows.
        links: columns lang, pivot_term, term and count.
    """
    languages = vocabulary["lang"].to_numpy()
    matrices = link_matrices(vocabulary, links)
    return {name: Lexicon(vectors[languages == name], matrix) for name, matrix in matrices.items()}
