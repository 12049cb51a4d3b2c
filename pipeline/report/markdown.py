"""The Markdown report: topics side by side, their sizes, their coherence and example documents."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from pipeline.common.terminal import inert
from pipeline.languages.codes import language_name
from pipeline.report.excerpts import cut
from pipeline.report.measures import counted_in
from pipeline.report.sample import best_by_language
from pipeline.report.sheets import figure
from pipeline.run.finished import FinishedRun
from pipeline.run.to_mend import to_mend
from pipeline.topics.shares import largest_first

EXAMPLE_CHARACTERS = 160
EXAMPLES = 2

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~$&])")


def escape(text: str) -> str:
    """The text on one line, escaped so that Markdown and HTML show it unchanged."""
    return _SPECIAL.sub(r"\\\1", inert(" ".join(text.split()))).replace("\\<", "&lt;").replace("\\>", "&gt;")


def topics_report(run: FinishedRun) -> str:
    """Compose the report: figures, what to mend, the topics side by side, and each topic with example documents."""
    best = best_by_language(run, EXAMPLES)
    order = largest_first(run.shares)
    lines = ["# Topics", "", *_headline(run.metrics), "", escape(counted_in(run.intake)), "", *_to_mend(run)]
    lines += ["## Topics side by side", "", *_overview(run, order)]
    for topic in order:
        lines += ["", f"## Topic {topic}", ""]
        for language in run.languages:
            words = _joined(run.words[language][topic])
            lines += [f"**{language_name(language)}** ({run.shares[language].mean[topic]:.1%}): {words}", ""]
            lines += [_example(run.documents, row) for row in best[language][topic].tolist()]
            lines += [""]
    return "\n".join(lines).rstrip() + "\n"


def _headline(metrics: Mapping[str, Any]) -> list[str]:
    lines = ["| | CNPMI | TU | TQ |", "|---|---|---|---|"]
    for name, values in (("trained", metrics), ("start (clusters, no training)", metrics["start"])):
        figures = (figure(values[key]) for key in ("cnpmi", "tu", "tq"))
        lines.append(f"| {name} | {' | '.join(figures)} |")
    return lines


def _to_mend(run: FinishedRun) -> list[str]:
    sentences = to_mend(run.records)
    numbered = [f"{number}. {escape(sentence)}" for number, sentence in enumerate(sentences, start=1)]
    return ["## To mend", "", *(numbered or ["Nothing was noticed."]), ""]


def _overview(run: FinishedRun, order: Sequence[int]) -> list[str]:
    names = list(map(language_name, run.languages))
    head = ["topic", *["CNPMI"] * bool(run.cnpmi), *(f"share in {name}" for name in names), *names]
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    for topic in order:
        cells = [str(topic), *[figure(run.cnpmi.get(topic))] * bool(run.cnpmi)]
        cells += [f"{run.shares[language].mean[topic]:.1%}" for language in run.languages]
        cells += [_joined(run.words[language][topic][:8]) for language in run.languages]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _example(documents: pl.DataFrame, row: int) -> str:
    excerpt = cut(documents["text"][row], EXAMPLE_CHARACTERS)
    return f"- ({escape(documents['id'][row])}) {escape(excerpt)}"  # in brackets: an id such as `- x` starts a list


def _joined(words: Sequence[str]) -> str:
    return ", ".join(escape(word) for word in words)
