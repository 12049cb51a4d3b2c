"""Tables for the screen: stages with their times, topics side by side, metrics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from pipeline.common.files import read_json_lines
from pipeline.common.wording import counted
from pipeline.evaluation.headline import HEADLINE
from pipeline.report.measures import counted_in, not_measured
from pipeline.run.record import STAGES

MOST_DIRECTIONS = 16  # of four languages


def stage_times(path: Path, since: float) -> Table:
    """When each stage last ran, and how long it took.

    Args:
        path: JSON Lines with stage, seconds and finished.
        since: Unix time; a stage that finished earlier came from the cache.
    """
    table = Table("stage", "seconds", "", title="Stages", title_justify="left")
    last = {row.get("stage"): row for row in read_json_lines(path)}
    for name in ("check", *STAGES, "report"):
        row = last.get(name, {"seconds": 0.0, "finished": 0.0})
        ran = row["finished"] >= since  # else its seconds may be those of other parameters
        table.add_row(name, *((f"{row['seconds']:.1f}", "ran") if ran else ("", "unchanged, not run again")))
    return table


def topic_words(words: Mapping[str, Sequence[Sequence[str]]], shown: int = 8) -> Table:
    """The top words of all languages side by side.

    Args:
        words: language -> topic -> top words.
        shown: number of words shown of each topic.
    """
    table = Table("topic", title="Topics", title_justify="left", show_lines=True)
    for lang in words:
        table.add_column(lang, overflow="fold")  # an ellipsis would take the place of letters of wide scripts
    for topic, top_words in enumerate(zip(*words.values(), strict=True)):
        table.add_row(str(topic), *(" ".join(language_words[:shown]) for language_words in top_words))
    return table


def metric_tables(metrics: Mapping[str, Any], classification: Mapping[str, Any], intake: Mapping[str, Any]) -> Group:
    """Topic quality before and after training, retrieval, and SVM accuracy; then what was not measured, and why.

    Args:
        metrics: reports/metrics.json.
        classification: reports/classification.json.
        intake: reports/documents.json.
    """
    quality = Table("", *map(str.upper, HEADLINE), title="Topic quality", title_justify="left")
    for name, values in (("trained", metrics), ("start", metrics["start"])):
        quality.add_row(name, *(_figure(values[key]) for key in HEADLINE))
    return Group(
        quality,
        Text(counted_in(intake), style="dim"),
        *_retrieval(metrics["retrieval"]),
        *_accuracy(classification),
        *_missing(metrics, classification),
    )


def mend_list(sentences: Sequence[str]) -> Table | Text:
    """What to mend, a line each, most important first. As plain text, because a sentence may quote brackets."""
    if not sentences:
        return Text("To mend: nothing was noticed.")
    table = Table("", "", title="To mend", title_justify="left", show_header=False, box=None)
    for number, sentence in enumerate(sentences, start=1):
        table.add_row(f"{number}.", Text(sentence))
    return table


def scores_table(scores: Mapping[str, Any]) -> Table:
    """The result of :func:`pipeline.evaluation.scoring.score` as a table for the screen."""
    size = f"{counted(scores['topics'], 'topic')} of {counted(scores['words'], 'word')}"
    title = f"{size}; counting of single words: {scores['counting']}"
    table = Table("", *map(str.upper, HEADLINE), "words not in the reference", title=title, title_justify="left")
    for name, figures in scores["pairs"].items():
        table.add_row(name, *(_exact(figures[key]) if key in figures else "" for key in HEADLINE))
    for name, figures in scores["languages"].items():
        unknown = f"{figures['unknown_words']} of {figures['different_words']}"
        table.add_row(name, *(_exact(figures[key]) if key in figures else "" for key in HEADLINE), unknown)
    table.add_section()
    table.add_row("mean", *(_exact(scores[name]) for name in HEADLINE))
    return table


def _retrieval(scores: Mapping[str, Mapping[str, float]]) -> Iterator[Table]:
    if scores:
        table = Table("from->to", "MRR", "JSD (bits)", "pairs", title="Finding translations", title_justify="left")
        for name, group in _rows(list(scores)).items():
            mrr, jsd = (_mean([scores[direction][key] for direction in group]) for key in ("mrr", "jsd"))
            table.add_row(name, _figure(mrr), _figure(jsd), str(sum(scores[direction]["pairs"] for direction in group)))
        yield table


def _accuracy(classification: Mapping[str, Any]) -> Iterator[Table]:
    """The table of accuracies; none where nothing could be classified, see :func:`_missing`."""
    directions = list(next(iter(classification.values())))
    if any(scores[direction]["accuracy"] is not None for scores in classification.values() for direction in directions):
        table = Table("train->test", *classification, title="SVM accuracy", title_justify="left")
        for name, group in _rows(directions).items():
            accuracies = [[scores[direction]["accuracy"] for direction in group] for scores in classification.values()]
            table.add_row(name, *(_figure(_mean(values)) for values in accuracies))
        yield table


def _rows(directions: Sequence[str]) -> dict[str, list[str]]:
    """The rows of a table by direction: with many languages only means, because the report has them all."""
    if len(directions) <= MOST_DIRECTIONS:
        return {direction: [direction] for direction in directions}
    within = [direction for direction in directions if len(set(direction.split("->"))) == 1]
    across = [direction for direction in directions if direction not in within]
    groups = {f"one language (mean of {len(within)})": within, f"two languages (mean of {len(across)})": across}
    return {name: group for name, group in groups.items() if group}


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None


def _missing(metrics: Mapping[str, Any], classification: Mapping[str, Any]) -> Iterator[Table]:
    """What was not measured, and why. As plain text, because a reason may quote a label with brackets."""
    if reasons := not_measured(metrics, classification):
        table = Table("figure", "why", title="Not measured", title_justify="left", show_header=False, style="dim")
        for name, reason in reasons.items():
            table.add_row(name, Text(reason))
        yield table


def _figure(value: float | None) -> str:
    return "not measured" if value is None else f"{value:.3f}"


def _exact(value: float | None) -> str:
    return "none" if value is None else f"{value:.5f}"
