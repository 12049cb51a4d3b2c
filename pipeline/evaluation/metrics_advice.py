"""What the figures of a run let the user mend."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pipeline.bow.more_words import more_words
from pipeline.bow.vocabulary import BowParams
from pipeline.common.mending import Advice, Weight
from pipeline.common.wording import counted
from pipeline.languages.codes import named_language
from pipeline.topics.selection import Selection

LOSS: Final = 0.05  # share of the start's CNPMI that training may lose, since it does not aim at it
LEAST: Final = 0.005  # and the least difference that matters


def metrics_advice(
    metrics: Mapping[str, Any],
    sizes: Mapping[str, int],
    topics: int,
    words: int,
    selection: Selection,
    vocabulary: BowParams,
) -> list[Advice]:
    """What to mend about topics that are worse than their start, and about a vocabulary that is too small for them.

    Args:
        metrics: from :func:`pipeline.evaluation.evaluate.all_scores`, under the chosen selection of words.
        sizes: the number of words of each language.
        topics: the number of topics, K.
        words: the number of words of each topic.
        selection: how top words are selected.
        vocabulary: how the words of the vocabulary were chosen.
    """
    return [*_worse(metrics), *(_scarce(sizes, topics, words, vocabulary) if selection != "beta" else ())]


def _worse(metrics: Mapping[str, Any]) -> Iterator[Advice]:
    trained, start = metrics["cnpmi"], metrics["start"]["cnpmi"]
    if trained is not None and start is not None and start - trained > max(LEAST, LOSS * abs(start)):
        yield Advice(
            Weight.WORSE,
            f"The trained topics are less coherent than the clusters from which they started (CNPMI {trained:.3f}, "
            f"start {start:.3f})",
            "Try a lower `train.learning_rate`, fewer `train.epochs`, or for xtra a larger `xtra.anchor`.",
        )


def _scarce(sizes: Mapping[str, int], topics: int, words: int, vocabulary: BowParams) -> Iterator[Advice]:
    scarce = {lang: size for lang, size in sizes.items() if size < topics * words}
    if scarce:
        yield Advice(
            Weight.EMPTY,
            f"{counted(topics, 'topic')} of {counted(words, 'word')} need {counted(topics * words, 'word')} in "
            "each language, and the vocabulary has fewer",
            f"Lower `num_topics`, or {more_words(scarce.values(), vocabulary)}.",
            {named_language(lang): f"{size:,}" for lang, size in scarce.items()},
        )
