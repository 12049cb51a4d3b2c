"""Reduces embeddings to their leading singular directions, in which documents are clustered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from pipeline.common.errors import InputError
from pipeline.common.wording import counted
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


def need_different_points(points: np.ndarray, topics: int, space: Space, whose: str) -> None:
    """Refuse to find more clusters than there are different points.

    Args:
        points: (D, d) the documents to cluster; d is 0 where nothing is left of their embeddings.
        topics: the number of clusters, K.
        space: the space, for the message.
        whose: whose documents they are, for the message.

    Raises:
        InputError: fewer than K points differ.
    """
    different = len({row.tobytes() for row in points.round(6) + 0.0})  # without -0.0
    if different < topics:
        raise InputError(
            f"`num_topics` is {topics:,}, but the {counted(len(points), 'training document')} of {whose} have only "
            f"{counted(different, 'different vector')} in the space where they are clustered, {space}. Are they one "
            "text over and over, or all vectors alike? Add other documents, or lower `num_topics`."
        )


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
