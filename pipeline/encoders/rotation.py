"""Rotate one language's word vectors into the space of another language, with the help of a dictionary.

The method is orthogonal Procrustes (Xing et al., 2015), refined by mutual nearest neighbours under CSLS (Conneau et
al., 2018).
"""

from __future__ import annotations

import numpy as np

from pipeline.lexicon.neighbours import mutual_neighbours

Pairs = np.ndarray  # (P, 2) int: index in the pivot's vocabulary, index in the other language's


def align(
    pivot: np.ndarray, other: np.ndarray, pairs: Pairs, rounds: int, candidates: tuple[np.ndarray, np.ndarray]
) -> np.ndarray:
    """(dimension, dimension) rotation R such that ``other @ R`` lies in the pivot's space.

    Args:
        pivot: (V1, dimension) word vectors.
        other: (V2, dimension) word vectors.
        pairs: dictionary pairs; the more translations its words have, the less a pair counts.
        rounds: how often mutual nearest neighbours are added to the dictionary and the rotation is computed again.
        candidates: the words of each side that may become neighbours; they are frequent words.
    """
    weights = _pair_weights(pairs)
    rotation = _procrustes(pivot, other, pairs, weights)
    dictionary_pairs = {tuple(pair) for pair in pairs.tolist()}
    for _ in range(rounds):
        neighbours = mutual_neighbours(pivot, other @ rotation, candidates)
        fresh = np.array(
            [pair for pair in neighbours.tolist() if tuple(pair) not in dictionary_pairs], dtype=np.int64
        ).reshape(-1, 2)
        all_pairs = np.concatenate([pairs, fresh])
        rotation = _procrustes(pivot, other, all_pairs, np.concatenate([weights, np.ones(len(fresh))]))
    return rotation


def prune(pairs: Pairs, max_pivot: int, max_other: int) -> Pairs:
    """Drop pairs of words with too many translations, which say little.

    Args:
        pairs: dictionary pairs.
        max_pivot: how many translations a pivot word may have.
        max_other: how many translations a word of the other language may have.
    """
    if not len(pairs):
        return pairs
    keep = (_degrees(pairs[:, 0]) <= max_pivot) & (_degrees(pairs[:, 1]) <= max_other)
    return pairs[keep]


def _degrees(column: np.ndarray) -> np.ndarray:
    return np.bincount(column)[column]


def _pair_weights(pairs: Pairs) -> np.ndarray:
    return 1 / np.sqrt(_degrees(pairs[:, 0]) * _degrees(pairs[:, 1]))


def _procrustes(pivot: np.ndarray, other: np.ndarray, pairs: Pairs, weights: np.ndarray) -> np.ndarray:
    crossed = (other[pairs[:, 1]] * weights[:, None]).T @ pivot[pairs[:, 0]]
    left, _, right = np.linalg.svd(crossed)
    return (left @ right).astype(np.float32)
