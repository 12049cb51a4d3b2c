"""Documents translated word by word by the dictionary, so that clusters agree on words across languages."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import numpy as np
from scipy.sparse import csr_array

from pipeline.common.wording import some_of
from pipeline.lexicon.matrices import rows_to_one
from pipeline.tables.by_language import ByLanguage
from pipeline.tables.vectors import unit_rows

log = logging.getLogger(__name__)
SIF = 1e-3  # the a in the weight a / (a + p(word)), as published (Arora et al., 2017)
BLOCK = 50_000  # documents that are float64 at once, which bounds the memory


def translations(vectors: Mapping[str, np.ndarray], links: Mapping[str, csr_array]) -> dict[str, np.ndarray]:
    """For each language, (V, E) the mean vector of each word's translations; zeros for a word without a translation.

    The mean is weighted by the number of dictionary entries. A word of the pivot takes the mean over the languages
    that translate it.

    Args:
        vectors: (V, E) vectors of each language's words in one space, pivot first.
        links: (P, V) links of each language, from :func:`pipeline.lexicon.matrices.link_matrices`.
    """
    pivot, *other_languages = vectors
    means = {pivot: np.zeros(vectors[pivot].shape)}
    languages_with_links = np.zeros(len(vectors[pivot]))
    for language in other_languages:
        means[language] = rows_to_one(csr_array(links[language].T)) @ vectors[pivot]
        means[pivot] += rows_to_one(links[language]) @ vectors[language]
        languages_with_links += np.asarray(links[language].sum(axis=1)) > 0
    means[pivot] /= np.maximum(languages_with_links, 1)[:, None]
    return means


def log_translated(language: str, words: np.ndarray, documents: np.ndarray) -> None:
    """Log how much of a language the dictionary covers; the rest is clustered only by its embeddings.

    Args:
        language: the code of the language.
        words: (V, E) from :func:`translations`.
        documents: (D, E) from :func:`translated_documents`.
    """
    translated_words, documents_without = int(words.any(axis=1).sum()), int((~documents.any(axis=1)).sum())
    level = logging.INFO if translated_words else logging.WARNING
    log.log(
        level,
        "%s: a translation for %s; no such word in %s",
        language,
        some_of(translated_words, len(words), "word"),
        some_of(documents_without, len(documents), "document"),
    )


def translated_documents(bow: csr_array, words: np.ndarray) -> np.ndarray:
    """(D, E) float32 unit vectors of one language's documents, each word replaced by its translations.

    Each vector is the mean of the words weighted by SIF, minus the mean of all documents. A word without a translation
    counts as zeros, and so does a document that has only such words.

    Args:
        bow: (D, V) counts.
        words: (V, E) from :func:`translations`.
    """
    totals = np.asarray(bow.sum(axis=0), dtype=np.float64)
    weights = SIF / (SIF + totals / max(totals.sum(), 1))
    weighted = words * weights[:, None]
    means = np.empty((bow.shape[0], words.shape[1]), np.float32)
    for start in range(0, len(means), BLOCK):
        block = bow[start : start + BLOCK]
        means[start : start + BLOCK] = block @ weighted / np.maximum(np.asarray(block.sum(axis=1)), 1)[:, None]
    has_translation = bow @ words.any(axis=1) > 0
    means[has_translation] -= means[has_translation].mean(axis=0) if has_translation.any() else 0
    return unit_rows(means)


def add_translations(
    vectors: np.ndarray,
    rows: np.ndarray,
    bows: Mapping[str, csr_array],
    word_vectors: Mapping[str, np.ndarray],
    links: Mapping[str, csr_array],
    documents: ByLanguage,
    weight: float,
) -> None:
    """Add to the vectors of some documents their translations word by word, in place.

    Args:
        vectors: (N, E) vectors of these documents.
        rows: (N,) their row numbers in the table of documents, ascending.
        bows: (D, V) counts of each language's documents.
        word_vectors: (V, E) vectors of each language's words, the pivot first.
        links: (P, V) links of each language, from :func:`pipeline.lexicon.matrices.link_matrices`.
        documents: the rows of each language in the table of documents.
        weight: weight of the translation, which is a unit vector.
    """
    word_translations = translations(word_vectors, links)
    for language, language_rows in documents.chosen(rows).items():
        bow = bows[language][documents.within(language, rows[language_rows])]
        translated = translated_documents(bow, word_translations[language])
        log_translated(language, word_translations[language], translated)
        vectors[language_rows] += weight * translated
