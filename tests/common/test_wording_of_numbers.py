"""A number and its noun."""

from __future__ import annotations

import pytest

from pipeline.common.wording import counted


@pytest.mark.parametrize(
    ("number", "words", "text"),
    [
        (0, ("document",), "0 documents"),
        (1, ("document",), "1 document"),
        (2000, ("long text",), "2,000 long texts"),
        (1, ("entry", "entries"), "1 entry"),
        (2, ("entry", "entries"), "2 entries"),
    ],
)
def test_a_number_and_its_noun_agree(number: int, words: tuple[str, ...], text: str) -> None:
    assert counted(number, *words) == text
