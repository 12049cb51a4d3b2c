"""Which documents a page can hold of a corpus that it cannot: a sample of each language, and each topic's best."""

from __future__ import annotations

import numpy as np

SAMPLE = 2000
BLOCK = 512


def best_documents(theta: np.ndarray, rows: np.ndarray, count: int) -> np.ndarray:
    """(K, count or fewer) the documents that hold most of each topic, the best first.

    Args:
        theta: (D, K).
        rows: of the documents to choose from.
        count: documents a topic.
    """
    return rows[np.argsort(-theta[rows], axis=0, kind="stable")[:count].T]


def draw_sample(theta: np.ndarray, rows: np.ndarray, size: int, seed: int) -> np.ndarray:
    """``size`` of ``rows`` (or all), ascending, drawn at random so that each largest topic has its part.

    The documents are put in a random order within their largest topic and every n-th is taken.

    Args:
        theta: (D, K).
        rows: of the documents to choose from.
        size: how many.
        seed: of the random order.
    """
    if len(rows) <= size:
        return rows
    mixed = np.random.default_rng(seed).permutation(rows)
    by_topic = mixed[np.argsort(theta[mixed].argmax(axis=1), kind="stable")]
    return np.sort(by_topic[np.arange(size) * len(rows) // size])


def nearest_documents(theta: np.ndarray, languages: np.ndarray, count: int) -> list[dict[str, list[int]]]:
    """Each document's nearest in each other language, by Hellinger distance of theta: ``count`` or fewer, best first.

    Args:
        theta: (N, K) rows that sum to 1.
        languages: (N,) of the documents.
        count: neighbours a language.
    """
    roots = np.sqrt(theta.astype(np.float64))  # |a - b|^2 = 2 - 2 ab: the nearest has the largest product
    found: list[dict[str, list[int]]] = [{} for _ in theta]
    for name in dict.fromkeys(languages.tolist()):
        mine, others = np.flatnonzero(languages == name), np.flatnonzero(languages != name)
        for start in range(0, len(others), BLOCK):
            block = others[start : start + BLOCK]
            order = np.argsort(-(roots[block] @ roots[mine].T), axis=1, kind="stable")[:, :count]
            for place, near in zip(block.tolist(), mine[order].tolist(), strict=True):
                found[place][name] = near
    return found
