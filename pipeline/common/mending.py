"""What the user may mend, as a stage says it: how much it matters, what was found, in which languages, what to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum

from pipeline.common.errors import first_names

SHOWN = 12  # languages that a sentence names


class Weight(IntEnum):
    """How much it matters, the most important first."""

    EMPTY = 0  # the results as a whole mean little
    LOST = 1  # some documents, words or dates are lost
    WORSE = 2  # the results are worse than they could be
    HINT = 3  # perhaps nothing is wrong; something to look at


@dataclass(frozen=True)
class Advice:
    """One thing to mend.

    Attributes:
        weight: how much it matters.
        found: what was found, without a full stop.
        mend: what to do about it, as whole sentences.
        languages: name of each language that it is about, as :func:`pipeline.languages.codes.named_language` gives it
            -> what was found in it; an empty text where ``found`` says all. Empty if it is not about single languages.
    """

    weight: Weight
    found: str
    mend: str
    languages: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        """The whole as sentences."""
        listed = [f"{name} {detail}".rstrip() for name, detail in self.languages.items()]
        separator = "; " if any(", " in detail for detail in self.languages.values()) else ", "
        return f"{self.found}{': ' * bool(listed)}{first_names(listed, SHOWN, separator)}. {self.mend}"


def merged_advice(advice: Iterable[Advice]) -> list[Advice]:
    """The advice with one entry for what is the same in several languages, in the order of the first of each."""
    merged: dict[tuple[Weight, str, str], Advice] = {}
    for one in advice:
        kind = (one.weight, one.found, one.mend)
        known = merged.get(kind, one)
        merged[kind] = replace(known, languages={**known.languages, **one.languages})
    return list(merged.values())
