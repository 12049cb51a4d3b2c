"""Every figure of metrics.json and classification.json, with a remark on how to read it, or why it is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from pipeline.common.dotted import leaves
from pipeline.common.errors import first_names
from pipeline.common.wording import counted
from pipeline.evaluation.headline import HEADLINE
from pipeline.languages.codes import named_language
from pipeline.report.sheets import Sheet, figure

NOT_CLASSIFIED = "nothing was classified"
NO_TRANSLATIONS = "no texts that translate each other were given to count words in"
TO_COUNT = "Set `reference` to such texts, or give documents that translate each other the same `pair`."
NO_TEST_PAIRS = "no two test documents that have a theta share a `pair`"
FEATURES = {
    "scores": "the scores of which theta is the softmax, as in the published code",
    "theta": "theta itself",
}
ACCURACY = ("train->test", "accuracy", "macro F1", "")
SHOWN = {*HEADLINE, "start", "pairs", "languages", "selections", "counting", "retrieval", "documents_without_theta"}

Metrics = Mapping[str, Any]


@dataclass(frozen=True)
class Headline:
    """One of the figures at the top of the page.

    Attributes:
        name: name of the metric.
        value: the value as text; None where it was not measured.
        remark: how to read it, or why it was not measured.
    """

    name: str
    value: str | None
    remark: str


def counted_in(intake: Mapping[str, Any]) -> str:
    """In which texts coherence was counted, as sentences.

    Args:
        intake: reports/documents.json.
    """
    name, texts = intake["reference"]["name"], counted(intake["reference"]["texts"], "text")
    if not intake["reference"]["texts"]:
        return f"Coherence was not measured: {NO_TRANSLATIONS}. {TO_COUNT}"
    if name:
        return f"Coherence was counted in {name} ({texts})."
    return (
        f"Coherence was counted in the training documents that share a `pair` ({texts}), since no `reference` was "
        "given. Compare it only with runs on the same documents; a `reference` of texts that translate each other "
        "makes it comparable with others."
    )


def not_measured(metrics: Metrics, classification: Metrics) -> dict[str, str]:
    """What was not measured -> why, each reason once. For coherence, see :func:`counted_in`."""
    figures = {} if metrics["retrieval"] else {"finding translations": NO_TEST_PAIRS}
    if reasons := _reasons(score for directions in classification.values() for score in directions.values()):
        figures["SVM accuracy"] = "; ".join(reasons)
    return figures


def _reasons(scores: Iterable[Mapping[str, Any]]) -> list[str]:
    """The reasons of missing scores, each once, with the names of the languages that it is about."""
    languages: dict[str, list[str]] = {}
    for score in scores:
        if "reason" in score:
            names = languages.setdefault(score["reason"], [])
            names += [named_language(code) for code in [score.get("language")] if code]
    return [f"{why}{_in(list(dict.fromkeys(names)))}" for why, names in languages.items()]


def _in(names: Sequence[str]) -> str:
    return f" (in {first_names(names)})" if names else ""


def headlines(metrics: Metrics, classification: Metrics) -> list[Headline]:
    """Coherence, uniqueness and accuracy across languages."""
    directions = classification.get("scores", {})
    accuracy = cross_accuracy(directions)
    return [
        _headline("CNPMI", metrics["cnpmi"], "coherence across languages; higher is better", NO_TRANSLATIONS),
        _headline("TU", metrics["tu"], "1 if no two topics share a top word", ""),
        _headline(
            "Cross accuracy", accuracy, "labels learnt in one language and tested in another", _no_accuracy(directions)
        ),
    ]


def _headline(name: str, value: float | None, remark: str, lacking: str) -> Headline:
    return Headline(name, None, lacking) if value is None else Headline(name, figure(value), remark)


def _no_accuracy(directions: Mapping[str, Mapping[str, Any]]) -> str:
    """Why no direction across languages has an accuracy: only the first reason."""
    reasons = _reasons(_across(directions))
    if not reasons:
        return NOT_CLASSIFIED
    return reasons[0] + ("; all reasons are in the section Run" if len(reasons) > 1 else "")


def _across(directions: Mapping[str, Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [score for name, score in directions.items() if len(set(name.split("->"))) > 1]


def cross_accuracy(directions: Mapping[str, Mapping[str, Any]]) -> float | None:
    """Mean accuracy over the directions from one language to another, None where none was measured."""
    accuracies = [score["accuracy"] for score in _across(directions) if score["accuracy"] is not None]
    return fmean(accuracies) if accuracies else None


def figure_sheets(metrics: Metrics, classification: Metrics, intake: Mapping[str, Any]) -> list[Sheet]:
    """Tables of every figure.

    Args:
        metrics: reports/metrics.json.
        classification: reports/classification.json.
        intake: reports/documents.json.
    """
    sheets = [_quality(metrics, intake), _parts(metrics), _counting(metrics), *_retrieval(metrics.get("retrieval", {}))]
    return [*sheets, *_classification(classification), _others(metrics)]


def _quality(metrics: Metrics, intake: Mapping[str, Any]) -> Sheet:
    sets = {"these topics": metrics, "clusters before training": metrics.get("start", {})}
    for name, values in metrics.get("selections", {}).items():
        sets |= {f"words by {name}": values, f"words by {name}, clusters before training": values.get("start", {})}
    rows = [(name, *(figure(values.get(key)) for key in HEADLINE)) for name, values in sets.items()]
    meanings = " ".join(f"{key.upper()}: {text}." for key, text in HEADLINE.items())
    aim = "Training does not aim at these figures; they should stay near those of the clusters, or rise."
    remark = f"{meanings} {aim} {counted_in(intake)}"
    return Sheet("Topic quality", remark, ["", *(key.upper() for key in HEADLINE)], rows)


def _parts(metrics: Metrics) -> Sheet:
    pairs = metrics.get("pairs", {}).items()
    rows: list[tuple[str, ...]] = [(pair, figure(values["cnpmi"]), "", "") for pair, values in pairs]
    rows += _languages(metrics.get("languages", {}), "")
    for name, values in metrics.get("selections", {}).items():
        rows += _languages(values.get("languages", {}), f", words by {name}")
    remark = (
        "The same figures for each pair of languages and for each language. A low figure shows where topics are weak."
    )
    return Sheet("Pairs and languages", remark, ["", "CNPMI", "NPMI", "TU"], rows, fold=True)


def _languages(languages: Metrics, suffix: str) -> Iterator[tuple[str, ...]]:
    for name, values in languages.items():
        yield f"{name}{suffix}", "", figure(values["npmi"]), figure(values["tu"])


def _counting(metrics: Metrics) -> Sheet:
    rows = [(name, figure(values["cnpmi"])) for name, values in metrics.get("counting", {}).items()]
    remark = (
        "CNPMI with single words counted in tokens (toolkit, as in published tables) or in documents. "
        "Compare only figures with the same counting."
    )
    return Sheet("Counting", remark, ["counted in", "CNPMI"], rows, fold=True)


def _retrieval(scores: Metrics) -> Iterator[Sheet]:
    remark = (
        "Does theta find a test document's translation? MRR is the mean reciprocal rank; 1 means always first. "
        "JSD is the divergence between the two thetas in bits; 0 means equal."
    )
    rows = [(name, figure(v["mrr"]), figure(v["jsd"], 5), figure(v["pairs"])) for name, v in scores.items()]
    lacking = f" Not measured: {NO_TEST_PAIRS}."
    yield Sheet("Finding translations", remark + ("" if rows else lacking), ["from->to", "MRR", "JSD", "pairs"], rows)


def _classification(classification: Metrics) -> Iterator[Sheet]:
    """A table for each kind of features; one table without rows where nothing could be classified."""
    scores = [score for directions in classification.values() for score in directions.values()]
    if any(score["accuracy"] is not None for score in scores):
        for name, directions in classification.items():
            yield Sheet(f"Classification on {name}", _on(FEATURES.get(name, name)), ACCURACY, _accuracy(directions))
    else:
        lacking = "; ".join(_reasons(scores)) or NOT_CLASSIFIED
        yield Sheet("Classification", f"{_on('theta')} Not measured: {lacking}.", ACCURACY, [])


def _on(features: str) -> str:
    return (
        f"A classifier learns labels in one language and is tested in the same or another language, on {features}. "
        "1 means always right; macro F1 gives every label the same weight."
    )


def _accuracy(directions: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, ...]]:
    return [
        (direction, figure(score["accuracy"]), figure(score["macro_f1"]), "; ".join(_reasons([score])))
        for direction, score in directions.items()
    ]


def _others(metrics: Metrics) -> Sheet:
    rows = [("documents without theta", figure(metrics.get("documents_without_theta")))]
    rows += [(key, _plain(v)) for key, v in leaves({k: v for k, v in metrics.items() if k not in SHOWN})]
    remark = (
        "Documents of which the model knows nothing, neither words nor a vector, have no theta. They are included in "
        "the counts of documents, but not in shares, map and examples."
    )
    return Sheet("Other figures", remark, ["figure", "value"], rows, fold=True)


def _plain(value: object) -> str:
    return figure(value) if value is None or isinstance(value, int | float) else str(value)
