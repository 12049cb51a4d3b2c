"""The Markdown report: topics side by side, their sizes, their coherence and example documents."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from pipeline.report.sample import best_documents
from pipeline.report.shares import topic_shares
from pipeline.report.tables import Run

EXAMPLE_CHARACTERS = 160
EXAMPLES = 2

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~$&])")


def escape(text: str) -> str:
    """Text that Markdown and HTML show as it stands, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split())).replace("\\<", "&lt;").replace("\\>", "&gt;")


def topics_report(run: Run, metrics: Mapping[str, Any]) -> str:
    """Compose the report.

    Args:
        run: the tables of a finished run.
        metrics: cnpmi, tu, tq and the start's.
    """
    shares = {name: topic_shares(run.theta[rows]).mean for name, rows in run.rows.items()}
    best = {name: best_documents(run.theta, rows, EXAMPLES) for name, rows in run.rows.items()}
    order = np.argsort(-np.mean(list(shares.values()), axis=0), kind="stable").tolist()
    lines = ["# Topics", "", *_headline(metrics), "", *_overview(run, order, shares)]
    for topic in order:
        lines += ["", f"## Topic {topic}", ""]
        for lang in run.languages:
            lines += [f"**{lang}** ({shares[lang][topic]:.1%}): {_listed(run.spelt[lang, topic])}", ""]
            lines += [_example(run.documents, row) for row in best[lang][topic].tolist()]
            lines += [""]
    return "\n".join(lines).rstrip() + "\n"


def _headline(metrics: Mapping[str, Any]) -> list[str]:
    lines = ["| | CNPMI | TU | TQ |", "|---|---|---|---|"]
    for name, values in (("trained", metrics), ("start (clusters, no training)", metrics["start"])):
        figures = ("none" if values[key] is None else f"{values[key]:.3f}" for key in ("cnpmi", "tu", "tq"))
        lines.append(f"| {name} | {' | '.join(figures)} |")
    return lines


def _overview(run: Run, order: Sequence[int], shares: Mapping[str, np.ndarray]) -> list[str]:
    head = ["topic", "CNPMI", *(f"{lang} share" for lang in run.languages), *run.languages]
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    for topic in order:
        cells = [str(topic), f"{run.cnpmi[topic]:.3f}" if topic in run.cnpmi else "none"]
        cells += [f"{shares[lang][topic]:.1%}" for lang in run.languages]
        cells += [_listed(run.spelt[lang, topic][:8]) for lang in run.languages]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _example(documents: pl.DataFrame, row: int) -> str:
    text = documents["text"][row]
    shown = text if len(text) <= EXAMPLE_CHARACTERS else text[:EXAMPLE_CHARACTERS].rstrip() + "…"
    return f"- ({escape(documents['id'][row])}) {escape(shown)}"  # in brackets: an id like `- x` would open a list


def _listed(words: list[str]) -> str:
    return ", ".join(escape(word) for word in words)
