"""The tables of the earlier stages as the arrays that training takes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl
from scipy.sparse import csr_array

from pipeline.models.topic_model import LanguageCorpus, Lexicon
from pipeline.tables.by_language import ByLanguage


def training_corpus(
    rows: np.ndarray,
    clusters: np.ndarray,
    pairs: pl.Series,
    documents: ByLanguage,
    bows: Mapping[str, csr_array],
    embeddings: np.ndarray,
    lexicons: Mapping[str, Lexicon],
) -> dict[str, LanguageCorpus]:
    """Split the training documents by language.

    Args:
        rows: (T,) row numbers of the training documents, ascending.
        clusters: (T,) their clusters.
        pairs: of D documents, the value that translations of each other share, or null.
        documents: where each language's documents stand.
        bows: each language's documents in table order, from :func:`pipeline.bow.counts.language_bow`.
        embeddings: (D, E) of every document.
        lexicons: from :func:`word_lexicons`.
    """
    numbers = pairs.rank("dense").cast(pl.Int64).fill_null(-1).to_numpy()
    corpus = {}
    for language, own in documents.chosen(rows).items():
        own_rows = rows[own]
        bow = bows[language][documents.within(language, own_rows)]
        corpus[language] = LanguageCorpus(
            bow, embeddings[own_rows], clusters[own].copy(), numbers[own_rows], lexicons[language]
        )
    return corpus


def word_lexicons(vocabulary: pl.DataFrame, vectors: np.ndarray, links: Mapping[str, csr_array]) -> dict[str, Lexicon]:
    """What is known of each language's words.

    Args:
        vocabulary: column lang, the pivot's words first.
        vectors: (V of all languages, E) of its rows.
        links: (P, V) of each language, from :func:`pipeline.lexicon.matrices.link_matrices`.
    """
    own_vectors = ByLanguage.of(vocabulary["lang"]).split(vectors)
    return {language: Lexicon(own_vectors[language], matrix) for language, matrix in links.items()}
