"""Numbers with their nouns, for sentences that people read."""

from __future__ import annotations


def counted(number: int, noun: str, plural: str = "") -> str:
    """The number with its noun: ``1 document``, ``2,000 documents``.

    Args:
        number: how many.
        noun: the noun for one.
        plural: the noun for several; by default, ``noun`` with an s.
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def some_of(part: int, number: int, noun: str) -> str:
    """A part of a number of things: ``3 of 2,000 documents``."""
    return f"{part:,} of {counted(number, noun)}"
