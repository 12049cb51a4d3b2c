"""The Markdown report: topics side by side, their sizes, their coherence and example documents."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from pipeline.report.excerpts import cut
from pipeline.report.sample import best_by_language
from pipeline.run.finished import FinishedRun
from pipeline.topics.shares import largest_first

EXAMPLE_CHARACTERS = 160
EXAMPLES = 2

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~$&])")


def escape(text: str) -> str:
    """The text on one line, escaped so that Markdown and HTML show it unchanged."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split())).replace("\\<", "&lt;").replace("\\>", "&gt;")


def topics_report(run: FinishedRun) -> str:
    """Compose the report."""
    best = best_by_language(run, EXAMPLES)
    order = largest_first(run.shares)
    lines = ["# Topics", "", *_headline(run.metrics), "", *_overview(run, order)]
    for topic in order:
        lines += ["", f"## Topic {topic}", ""]
        for language in run.languages:
            words = _joined(run.words[language][topic])
            lines += [f"**{language}** ({run.shares[language].mean[topic]:.1%}): {words}", ""]
            lines += [_example(run.documents, row) for row in best[language][topic].tolist()]
            lines += [""]
    return "\n".join(lines).rstrip() + "\n"


def _headline(metrics: Mapping[str, Any]) -> list[str]:
    lines = ["| | CNPMI | TU | TQ |", "|---|---|---|---|"]
    for name, values in (("trained", metrics), ("start (clusters, no training)", metrics["start"])):
        figures = ("none" if values[key] is None else f"{values[key]:.3f}" for key in ("cnpmi", "tu", "tq"))
        lines.append(f"| {name} | {' | '.join(figures)} |")
    return lines


def _overview(run: FinishedRun, order: Sequence[int]) -> list[str]:
    head = ["topic", "CNPMI", *(f"{language} share" for language in run.languages), *run.languages]
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    for topic in order:
        cells = [str(topic), f"{run.cnpmi[topic]:.3f}" if topic in run.cnpmi else "none"]
        cells += [f"{run.shares[language].mean[topic]:.1%}" for language in run.languages]
        cells += [_joined(run.words[language][topic][:8]) for language in run.languages]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _example(documents: pl.DataFrame, row: int) -> str:
    excerpt = cut(documents["text"][row], EXAMPLE_CHARACTERS)
    return f"- ({escape(documents['id'][row])}) {escape(excerpt)}"  # in brackets: an id such as `- x` starts a list


def _joined(words: Sequence[str]) -> str:
    return ", ".join(escape(word) for word in words)
