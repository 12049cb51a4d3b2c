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
        clusters: (T,) clusters of the training documents.
        pairs: a value for each of D documents, which translations of each other share, or null.
        documents: which rows are the documents of each language.
        bows: word counts of each language's documents, in table order, from :func:`pipeline.bow.counts.language_bow`.
        embeddings: (D, E) embedding of every document.
        lexicons: language -> what is known about its words, from :func:`word_lexicons`.
    """
    numbers = pairs.rank("dense").cast(pl.Int64).fill_null(-1).to_numpy()
    corpus = {}
    for language, span in documents.chosen(rows).items():
        language_rows = rows[span]
        bow = bows[language][documents.within(language, language_rows)]
        corpus[language] = LanguageCorpus(
            bow, embeddings[language_rows], clusters[span].copy(), numbers[language_rows], lexicons[language]
        )
    return corpus


def word_lexicons(vocabulary: pl.DataFrame, vectors: np.ndarray, links: Mapping[str, csr_array]) -> dict[str, Lexicon]:
    """What is known about each language's words.

    Args:
        vocabulary: table with the column lang, the pivot's words first.
        vectors: (V of all languages, E) vectors of the vocabulary's rows.
        links: (P, V) links of each language, from :func:`pipeline.lexicon.matrices.link_matrices`.
    """
    language_vectors = ByLanguage.of(vocabulary["lang"]).split(vectors)
    return {language: Lexicon(language_vectors[language], matrix) for language, matrix in links.items()}
