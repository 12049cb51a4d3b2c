"""What the user may mend after a run: one short list from the records of all stages."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.common.mending import merged_advice
from pipeline.run.record import Record

MOST = 12


def to_mend(records: Mapping[str, Record], most: int = MOST) -> list[str]:
    """The advice of all stages as sentences, the most important first.

    First comes what leaves the results as a whole without much meaning, then what loses data, then what makes the
    results worse, then hints (:class:`pipeline.common.mending.Weight`). Of one weight, the order is that of the stages,
    since a fault in the documents explains later ones, and within a stage its own. What is the same in several
    languages is one sentence.

    Args:
        records: stage -> its record, in the order of the stages.
        most: the largest number of sentences; if there are more, the last line says where they are.
    """
    advice = merged_advice(one for record in records.values() for one in record.advice)
    sentences = [str(one) for one in sorted(advice, key=lambda one: one.weight)]
    if len(sentences) <= most:
        return sentences
    rest = len(sentences) - most + 1
    return [*sentences[: most - 1], f"{rest} more: `advice` in the files of data/run/records/."]
