"""Documents translated word by word by the dictionary, so that clusters agree on words across languages."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import numpy as np
import polars as pl
from scipy.sparse import csr_array, diags_array

from pipeline.common.arrays import unit_rows

log = logging.getLogger(__name__)

SIF = 1e-3  # a of the weight a / (a + p(word)), as published (Arora et al., 2017)
BLOCK = 50_000  # documents that are float64 at once, which keeps the memory flat


def rows_to_one(links: csr_array) -> csr_array:
    """Rows divided by their sums; rows of zeros stay."""
    totals = np.asarray(links.sum(axis=1), dtype=np.float64)
    return csr_array(diags_array(np.divide(1, totals, out=np.zeros_like(totals), where=totals > 0)) @ links)


def link_matrices(vocabulary: pl.DataFrame, links: pl.DataFrame) -> dict[str, csr_array]:
    """(P, V) how often the dictionary pairs the pivot's P words with each language's V; empty for the pivot.

    Args:
        vocabulary: column lang, a row a word, pivot first.
        links: columns lang, pivot_term, term and count.
    """
    sizes = {name: int((vocabulary["lang"] == name).sum()) for name in vocabulary["lang"].unique(maintain_order=True)}
    pivot = next(iter(sizes.values()))
    found = {}
    for name, size in sizes.items():
        part = links.filter(pl.col("lang") == name)
        places = (part["pivot_term"].to_numpy(), part["term"].to_numpy())
        found[name] = csr_array((part["count"].to_numpy().astype(np.float64), places), shape=(pivot, size))
    return found


def translations(vectors: Mapping[str, np.ndarray], links: Mapping[str, csr_array]) -> dict[str, np.ndarray]:
    """(V, E) for each word the mean vector of its translations, by their entries in the dictionary; zeros without any.

    A word of the pivot takes the mean over the languages that translate it.

    Args:
        vectors: (V, E) of each language's words in one space, pivot first.
        links: (P, V) of each language, from :func:`link_matrices`.
    """
    pivot, *others = vectors
    found = {pivot: np.zeros(vectors[pivot].shape)}
    translating = np.zeros(len(vectors[pivot]))
    for name in others:
        found[name] = rows_to_one(csr_array(links[name].T)) @ vectors[pivot]
        found[pivot] += rows_to_one(links[name]) @ vectors[name]
        translating += np.asarray(links[name].sum(axis=1)) > 0
    found[pivot] /= np.maximum(translating, 1)[:, None]
    return found


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
