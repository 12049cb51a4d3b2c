"""Long texts as passages: a model reads only so many tokens at once, and a text may have more."""

from __future__ import annotations

from itertools import pairwise


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
