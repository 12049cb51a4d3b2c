"""The figures of one run as a flat mapping: ``part/figure`` -> value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pipeline.evaluation.headline import HEADLINE

Figures = dict[str, float | None]


def run_figures(
    metrics: Mapping[str, Any],
    classification: Mapping[str, Mapping[str, Mapping[str, Any]]],
    training: Mapping[str, float | None] | None,
    with_start: bool,
) -> Figures:
    """Every figure of a run.

    Args:
        metrics: reports/metrics.json.
        classification: reports/classification.json.
        training: ``seconds`` and ``peak_mb`` of the training, None if they were not recorded.
        with_start: whether the model starts from the pivot clusters; then the figures of the clusters are included.

    Returns:
        ``SELECTION/cnpmi`` (and tu, tq, npmi, ``start cnpmi`` ..., ``npmi LANGUAGE``), ``theta/intra`` (mean accuracy
        within languages), ``theta/cross``, ``theta/en->zh`` ..., the same for ``scores``, ``retrieval/mrr`` and
        ``retrieval/jsd``, ``cost/seconds`` and ``cost/peak_mb``.
    """
    figures: Figures = {}
    for name, scores in metrics["selections"].items():
        figures |= _selection(name, scores, with_start)
    for features, directions in classification.items():
        figures |= _accuracies(features, directions)
    for key in ("mrr", "jsd"):
        figures[f"retrieval/{key}"] = _mean(scores[key] for scores in metrics["retrieval"].values())
    figures |= {f"cost/{key}": (training or {}).get(key) for key in ("seconds", "peak_mb")}
    return figures


def _selection(name: str, scores: Mapping[str, Any], with_start: bool) -> Figures:
    figures = {f"{name}/{key}": scores[key] for key in HEADLINE}
    figures |= {f"{name}/npmi {language}": values["npmi"] for language, values in scores["languages"].items()}
    return figures | {f"{name}/start {key}": scores["start"][key] if with_start else None for key in HEADLINE}


def _accuracies(features: str, directions: Mapping[str, Mapping[str, Any]]) -> Figures:
    accuracies = {direction: score["accuracy"] for direction, score in directions.items()}
    within_language = {name for name in accuracies if len(set(name.split("->"))) == 1}
    return {
        f"{features}/intra": _mean(accuracies[name] for name in accuracies if name in within_language),
        f"{features}/cross": _mean(accuracies[name] for name in accuracies if name not in within_language),
        **{f"{features}/{name}": value for name, value in accuracies.items()},
    }


def _mean(values: Iterable[float | None]) -> float | None:
    known_values = [value for value in values if value is not None]
    return sum(known_values) / len(known_values) if known_values else None
