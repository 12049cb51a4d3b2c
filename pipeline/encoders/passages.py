"""Long texts as passages: a model reads only so many tokens at once, and a text may have more.

The vector of a text that is cut is the mean of its passages' vectors, scaled to length 1.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import numpy as np

from pipeline.tables.vectors import unit_rows


def passage_bounds(tokens: int, most: int) -> list[range]:
    """Cut a text into passages of nearly equal length, as few as possible.

    Args:
        tokens: how many tokens the text has.
        most: how many tokens a passage may have.

    Returns:
        The tokens of each passage, in order; nothing for a text without tokens.
    """
    count = -(-tokens // most)
    edges = [tokens * number // count for number in range(count + 1)] if count else [0]
    return [range(start, end) for start, end in pairwise(edges)]


def text_vectors(passages: Iterable[tuple[np.ndarray, np.ndarray]], texts: int, width: int) -> np.ndarray:
    """(texts, width) float32 vectors of texts; zeros for a text without passages.

    Args:
        passages: numbers of texts, (B,), and the vectors of their passages, (B, width).
        texts: how many texts there are.
        width: how many numbers a vector has.
    """
    vectors, counts = np.zeros((texts, width), np.float32), np.zeros(texts, np.int64)
    for rows, fresh in passages:
        np.add.at(vectors, rows, fresh)
        np.add.at(counts, rows, 1)
    vectors[counts > 1] = unit_rows(vectors[counts > 1])
    return vectors
