"""The documents on the page: a sample of each language, and the best documents of each topic."""

from __future__ import annotations

import numpy as np

from pipeline.run.finished import FinishedRun

SAMPLE = 2000
BLOCK = 512


def best_by_language(run: FinishedRun, count: int) -> dict[str, np.ndarray]:
    """Language -> its best documents of each topic among those that have a theta, see :func:`best_documents`."""
    return {language: best_documents(run.theta.values, rows, count) for language, rows in run.known_documents.items()}


def best_documents(theta: np.ndarray, rows: np.ndarray, count: int) -> np.ndarray:
    """(K, count or fewer) the rows of the documents with the largest share of each topic, the best first.

    Args:
        theta: (D, K).
        rows: rows of the documents to choose from.
        count: number of documents for each topic.
    """
    return rows[np.argsort(-theta[rows], axis=0, kind="stable")[:count].T]


def draw_sample(theta: np.ndarray, rows: np.ndarray, size: int, seed: int) -> np.ndarray:
    """``size`` of ``rows`` (or all), ascending, drawn at random in proportion to the documents of each largest topic.

    The documents are ordered by their largest topic, at random within it, and every n-th is taken.

    Args:
        theta: (D, K).
        rows: rows of the documents to choose from.
        size: number of documents to draw.
        seed: seed of the random order.
    """
    if len(rows) <= size:
        return rows
    mixed = np.random.default_rng(seed).permutation(rows)
    by_topic = mixed[np.argsort(theta[mixed].argmax(axis=1), kind="stable")]
    return np.sort(by_topic[np.arange(size) * len(rows) // size])


def nearest_documents(theta: np.ndarray, languages: np.ndarray, count: int) -> list[dict[str, list[int]]]:
    """For each document, the ``count`` nearest in each other language, by Hellinger distance of theta, nearest first.

    Args:
        theta: (N, K) rows that sum to 1.
        languages: (N,) language of each document.
        count: the most neighbours in each language.
    """
    roots = np.sqrt(theta.astype(np.float64))  # |a - b|^2 = 2 - 2 ab: the nearest has the largest product
    neighbours: list[dict[str, list[int]]] = [{} for _ in theta]
    for name in dict.fromkeys(languages.tolist()):
        language_rows, other_rows = np.flatnonzero(languages == name), np.flatnonzero(languages != name)
        for start in range(0, len(other_rows), BLOCK):
            block = other_rows[start : start + BLOCK]
            order = np.argsort(-(roots[block] @ roots[language_rows].T), axis=1, kind="stable")[:, :count]
            for place, near in zip(block.tolist(), language_rows[order].tolist(), strict=True):
                neighbours[place][name] = near
    return neighbours
