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


def draw(theta: np.ndarray, rows: np.ndarray, size: int, seed: int) -> np.ndarray:
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


def nearest(theta: np.ndarray, languages: np.ndarray, count: int) -> dict[str, np.ndarray]:
    """Language -> (N, count or fewer) its documents nearest to each document, by Hellinger distance of theta.

    A document is not its own neighbour.

    Args:
        theta: (N, K) rows that sum to 1.
        languages: (N,) of the documents.
        count: neighbours a language.
    """
    roots = np.sqrt(theta.astype(np.float64))  # |a - b|^2 = 2 - 2 ab: the nearest has the largest product
    found = {}
    for name in dict.fromkeys(languages.tolist()):
        mine = np.flatnonzero(languages == name)
        blocks = []
        for start in range(0, len(theta), BLOCK):
            products = roots[start : start + BLOCK] @ roots[mine].T
            products[np.arange(start, start + len(products))[:, None] == mine[None, :]] = -1
            blocks.append(mine[np.argsort(-products, axis=1, kind="stable")[:, :count]])
        found[name] = np.concatenate(blocks)
    return found
