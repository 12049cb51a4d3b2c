"""Turn one language's word vectors into another's space, given a dictionary.

Orthogonal Procrustes (Xing et al., 2015) refined by mutual nearest neighbours under CSLS (Conneau et al., 2018).
"""

from __future__ import annotations

import numpy as np

from pipeline.tables.vectors import unit_rows

Pairs = np.ndarray  # (P, 2) int: index in the pivot's vocabulary, index in the other's


NEIGHBOURS = 10  # of CSLS, as published


BLOCK = 64  # rows of similarities worked on at once


def align(
    pivot: np.ndarray, other: np.ndarray, pairs: Pairs, rounds: int, candidates: tuple[np.ndarray, np.ndarray]
) -> np.ndarray:
    """(dimension, dimension) rotation R such that ``other @ R`` lies in the pivot's space.

    Args:
        pivot: (V1, dimension) word vectors.
        other: (V2, dimension) word vectors.
        pairs: dictionary pairs; a pair counts less, the more translations its words have.
        rounds: how often mutual nearest neighbours are added to the dictionary and the rotation found anew.
        candidates: the words of either side that may become neighbours (frequent ones).
    """
    weights = _pair_weights(pairs)
    rotation = _procrustes(pivot, other, pairs, weights)
    known = {tuple(pair) for pair in pairs.tolist()}
    for _ in range(rounds):
        found = _mutual_neighbours(pivot, other @ rotation, candidates)
        fresh = np.array([pair for pair in found.tolist() if tuple(pair) not in known], dtype=np.int64).reshape(-1, 2)
        both = np.concatenate([pairs, fresh])
        rotation = _procrustes(pivot, other, both, np.concatenate([weights, np.ones(len(fresh))]))
    return rotation


def prune(pairs: Pairs, max_pivot: int, max_other: int) -> Pairs:
    """Drop pairs of words with too many translations, which say little.

    Args:
        pairs: dictionary pairs.
        max_pivot: how many translations a pivot word may have.
        max_other: how many a word of the other language may have.
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


def _mutual_neighbours(pivot: np.ndarray, other: np.ndarray, candidates: tuple[np.ndarray, np.ndarray]) -> Pairs:
    """Candidates that are each other's nearest under CSLS: cosine, less the hubness of either word."""
    mine, theirs = candidates
    cosine = unit_rows(pivot[mine]) @ unit_rows(other[theirs]).T
    # Words of the same documents tie, and the rounding of these sums decides between them: their order is fixed.
    hub_mine = _nearest_cosines(cosine).mean(axis=1)
    hub_theirs = np.ascontiguousarray(_nearest_cosines(cosine.T).T).mean(axis=0)
    best_theirs = np.empty(len(mine), dtype=np.int64)
    best_mine, best_score = np.zeros(len(theirs), dtype=np.int64), np.full(len(theirs), -np.inf, cosine.dtype)
    for start in range(0, len(mine), BLOCK):
        rows = slice(start, start + BLOCK)
        score = 2 * cosine[rows] - hub_mine[rows, None] - hub_theirs
        best_theirs[rows] = score.argmax(axis=1)
        better = score.max(axis=0) > best_score
        best_mine[better] = start + score[:, better].argmax(axis=0)
        best_score[better] = score[:, better].max(axis=0)
    mutual = np.flatnonzero(best_mine[best_theirs] == np.arange(len(mine)))
    return np.column_stack([mine[mutual], theirs[best_theirs[mutual]]])


def _nearest_cosines(cosine: np.ndarray) -> np.ndarray:
    """(rows, <= NEIGHBOURS) each row's greatest cosines, found by as many rows as fit a cache."""
    nearest = min(NEIGHBOURS, *cosine.shape)
    blocks = (np.ascontiguousarray(cosine[start : start + BLOCK]) for start in range(0, len(cosine), BLOCK))
    return np.concatenate([np.partition(rows, -nearest)[:, -nearest:] for rows in blocks])
