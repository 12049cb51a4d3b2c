"""Documents translated word by word by the dictionary, so that clusters agree on words across languages."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import numpy as np
from scipy.sparse import csr_array

from pipeline.lexicon.matrices import rows_to_one
from pipeline.tables.by_language import ByLanguage
from pipeline.tables.vectors import unit_rows

log = logging.getLogger(__name__)


SIF = 1e-3  # a of the weight a / (a + p(word)), as published (Arora et al., 2017)


BLOCK = 50_000  # documents that are float64 at once, which keeps the memory flat


def translations(vectors: Mapping[str, np.ndarray], links: Mapping[str, csr_array]) -> dict[str, np.ndarray]:
    """(V, E) for each word the mean vector of its translations, by their entries in the dictionary; zeros without any.

    A word of the pivot takes the mean over the languages that translate it.

    Args:
        vectors: (V, E) of each language's words in one space, pivot first.
        links: (P, V) of each language, from :func:`pipeline.lexicon.matrices.link_matrices`.
    """
    pivot, *others = vectors
    means = {pivot: np.zeros(vectors[pivot].shape)}
    translating = np.zeros(len(vectors[pivot]))
    for language in others:
        means[language] = rows_to_one(csr_array(links[language].T)) @ vectors[pivot]
        means[pivot] += rows_to_one(links[language]) @ vectors[language]
        translating += np.asarray(links[language].sum(axis=1)) > 0
    means[pivot] /= np.maximum(translating, 1)[:, None]
    return means


def log_translated(language: str, words: np.ndarray, documents: np.ndarray) -> None:
    """Tell how much of a language the dictionary reaches; the rest is clustered by its embeddings alone.

    Args:
        language: its code.
        words: (V, E) from :func:`translations`.
        documents: (D, E) from :func:`translated_documents`.
    """
    reached, without = int(words.any(axis=1).sum()), int((~documents.any(axis=1)).sum())
    level = logging.INFO if reached else logging.WARNING
    log.log(
        level, "%s: %d of %d words have a translation; %d of %d documents have no such word",
        language, reached, len(words), without, len(documents),
    )  # fmt: skip


def translated_documents(bow: csr_array, words: np.ndarray) -> np.ndarray:
    """(D, E) float32 unit vectors of one language's documents, each word replaced by its translations.

    The mean of the words weighted by SIF, less the mean of all documents; a word without a translation counts as
    zeros, and so does a document that has no other.

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
    known = bow @ words.any(axis=1) > 0
    means[known] -= means[known].mean(axis=0) if known.any() else 0
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
    """Add to each of some documents its translation word by word, in place.

    Args:
        vectors: (rows, E) of those documents.
        rows: their row numbers in the table of documents, ascending.
        bows: (D, V) counts of each language's documents.
        word_vectors: (V, E) of each language's words, the pivot first.
        links: (P, V) of each language, from :func:`pipeline.lexicon.matrices.link_matrices`.
        documents: where each language's documents stand in their table.
        weight: of the translation, a unit vector.
    """
    meaning = translations(word_vectors, links)
    for language, own in documents.chosen(rows).items():
        bow = bows[language][documents.within(language, rows[own])]
        translated = translated_documents(bow, meaning[language])
        log_translated(language, meaning[language], translated)
        vectors[own] += weight * translated
