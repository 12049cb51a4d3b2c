"""What the figures of a run let the user mend."""

from __future__ import annotations

import pytest

from pipeline.bow.vocabulary import BowParams
from pipeline.evaluation.metrics_advice import metrics_advice
from pipeline.topics.selection import Selection

GOOD = {"cnpmi": 0.2, "start": {"cnpmi": 0.205}}


@pytest.mark.parametrize(
    ("trained", "start", "told"),
    [
        (0.2, 0.205, False),
        (0.2, 0.3, True),
        (0.3, 0.2, False),
        (-0.01, 0.0, True),
        (0.0, 0.004, False),
        (None, None, False),
    ],
)
def test_topics_that_are_worse_than_their_start(trained: float | None, start: float | None, told: bool) -> None:
    advice = metrics_advice({"cnpmi": trained, "start": {"cnpmi": start}}, {"en": 900}, 10, 15, "owned", BowParams())
    assert bool(advice) == told
    assert not told or f"(CNPMI {trained:.3f}, start {start:.3f})" in str(advice[0])


@pytest.mark.parametrize("selection", ["owned", "agreed"])
def test_a_vocabulary_that_is_too_small_for_words_of_one_topic(selection: Selection) -> None:
    (advice,) = metrics_advice(GOOD, {"en": 150, "fr": 149}, 10, 15, selection, BowParams())
    assert str(advice) == (
        "10 topics of 15 words need 150 words in each language, and the vocabulary has fewer: French (fr) 149. Lower "
        "`num_topics`, or lower `bow.min_documents` (now 2), or add documents."
    )
    assert metrics_advice(GOOD, {"en": 150, "fr": 149}, 10, 15, "beta", BowParams()) == []
