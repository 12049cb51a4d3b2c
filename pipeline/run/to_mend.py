"""What the user may mend after a run: one short list from the records of all stages."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain, zip_longest

from pipeline.run.record import Record

MOST = 12


def to_mend(records: Mapping[str, Record], most: int = MOST) -> list[str]:
    """The advice of all stages, the most important first.

    Each stage gives its own most important sentence first. So the first sentences of all stages come first, in the
    order of the stages, and then the second ones.

    Args:
        records: stage -> its record, in the order of the stages.
        most: the largest number of sentences; if there are more, the last line says where they are.
    """
    ranks = zip_longest(*(record.advice for record in records.values()))
    sentences = [sentence for sentence in chain.from_iterable(ranks) if sentence]
    if len(sentences) <= most:
        return sentences
    rest = len(sentences) - most + 1
    return [*sentences[: most - 1], f"{rest} more: `advice` in the files of data/run/records/."]
