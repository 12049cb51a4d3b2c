"""Reduces embeddings to their leading singular directions, in which documents are clustered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from pipeline.tables.vectors import unit_rows

BLOCK = 50_000  # how many documents are float64 at once; a fixed number limits the memory
Space = Literal["u-svd", "svd", "svd-lr"]


def projection(embeddings: np.ndarray, languages: np.ndarray, space: Space, dimension: int) -> np.ndarray:
    """(E, <= dimension) the map from embeddings to their leading singular directions; see :func:`project`.

    Args:
        embeddings: (D, E), all languages stacked.
        languages: (D,) language of each document.
        space: which directions are used, see :class:`ClusterParams`.
        dimension: number of directions; never more than the rank of the embeddings.
    """
    blocks = [embeddings[start : start + BLOCK] for start in range(0, len(embeddings), BLOCK)]
    values, right = _singular(blocks)
    scaled = right / values if space == "u-svd" else right
    if space == "svd-lr":
        left = np.concatenate([block.astype(np.float64) @ scaled for block in blocks])
        scaled = np.delete(scaled, _language_dimensions(left, languages), axis=1)
    return scaled[:, :dimension]


def project(embeddings: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """Map (D, E) embeddings to (D, d) unit rows in the (E, d) ``directions``."""
    blocks = (embeddings[start : start + BLOCK] for start in range(0, len(embeddings), BLOCK))
    return np.concatenate([unit_rows(block.astype(np.float64) @ directions) for block in blocks])


def reduce(embeddings: np.ndarray, languages: np.ndarray, space: Space, dimension: int) -> np.ndarray:
    """(D, <= dimension) unit rows of the documents in their leading singular directions; see :func:`projection`."""
    return project(embeddings, projection(embeddings, languages, space, dimension))


def _singular(blocks: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Singular values and right singular vectors of a tall matrix, given as blocks of rows, from its Gram matrix."""
    squares, right = np.linalg.eigh(sum(block.T @ block for block in (block.astype(np.float64) for block in blocks)))
    squares, right = squares[::-1], right[:, ::-1]
    kept = squares > squares[0] * 1e-12
    return np.sqrt(squares[kept]), right[:, kept]


def _language_dimensions(left: np.ndarray, languages: np.ndarray) -> np.ndarray:
    """The L - 1 dimensions whose variance the language explains best: L means span L - 1 directions."""
    names = np.unique(languages)
    centred = left - left.mean(axis=0)
    between = sum((languages == name).sum() * centred[languages == name].mean(axis=0) ** 2 for name in names)
    explained = between / np.maximum((centred**2).sum(axis=0), 1e-30)
    return np.argsort(-explained, kind="stable")[: len(names) - 1]
