"""The Markdown report: topics side by side, their sizes, their coherence and example documents."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

EXAMPLE_CHARACTERS = 160
EXAMPLES = 2

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~$&])")


def escape(text: str) -> str:
    """Text that Markdown and HTML show as it stands, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split())).replace("\\<", "&lt;").replace("\\>", "&gt;")


def topics_report(
    words: pl.DataFrame, documents: pl.DataFrame, theta: np.ndarray, coherence: pl.DataFrame, metrics: Mapping[str, Any]
) -> str:
    """Compose the report.

    Args:
        words: columns lang, topic and words, of one selection.
        documents: columns id, lang and text; D rows.
        theta: (D, K), rows of zeros where a document has no known word.
        coherence: columns topic, pair and cnpmi.
        metrics: cnpmi, tu, tq and the start's.
    """
    languages = words["lang"].unique(maintain_order=True).to_list()
    rows = {name: np.flatnonzero((documents["lang"] == name).to_numpy()) for name in languages}
    shares = {name: _shares(theta[rows[name]]) for name in languages}
    order = np.argsort(-np.mean(list(shares.values()), axis=0), kind="stable")
    spelt = {(lang, topic): listed for lang, topic, listed in words.select("lang", "topic", "words").iter_rows()}
    by_topic = dict(coherence.group_by("topic").agg(pl.col("cnpmi").mean()).iter_rows())
    lines = ["# Topics", "", *_headline(metrics), "", *_overview(order, languages, shares, spelt, by_topic)]
    for topic in order.tolist():
        lines += ["", f"## Topic {topic}", ""]
        for lang in languages:
            lines += [f"**{lang}** ({shares[lang][topic]:.1%}): {_listed(spelt[lang, topic])}", ""]
            lines += [_example(documents, row) for row in _best(theta, rows[lang], topic)]
            lines += [""]
    return "\n".join(lines).rstrip() + "\n"


def _headline(metrics: Mapping[str, Any]) -> list[str]:
    lines = ["| | CNPMI | TU | TQ |", "|---|---|---|---|"]
    for name, values in (("trained", metrics), ("start (clusters, no training)", metrics["start"])):
        figures = ("none" if values[key] is None else f"{values[key]:.3f}" for key in ("cnpmi", "tu", "tq"))
        lines.append(f"| {name} | {' | '.join(figures)} |")
    return lines


def _overview(
    order: np.ndarray,
    languages: list[str],
    shares: Mapping[str, np.ndarray],
    spelt: Mapping[tuple[str, int], list[str]],
    coherence: Mapping[int, float],
) -> list[str]:
    head = ["topic", "CNPMI", *(f"{lang} share" for lang in languages), *languages]
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    for topic in order.tolist():
        cells = [str(topic), f"{coherence[topic]:.3f}" if topic in coherence else "none"]
        cells += [f"{shares[lang][topic]:.1%}" for lang in languages]
        cells += [_listed(spelt[lang, topic][:8]) for lang in languages]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _shares(theta: np.ndarray) -> np.ndarray:
    """(K,) each topic's share of the documents that have a theta."""
    return theta.sum(axis=0) / max(theta.sum(), 1e-12)


def _best(theta: np.ndarray, rows: np.ndarray, topic: int) -> list[int]:
    return rows[np.argsort(-theta[rows, topic], kind="stable")[:EXAMPLES]].tolist()


def _example(documents: pl.DataFrame, row: int) -> str:
    text = documents["text"][row]
    shown = text if len(text) <= EXAMPLE_CHARACTERS else text[:EXAMPLE_CHARACTERS].rstrip() + "…"
    return f"- ({escape(documents['id'][row])}) {escape(shown)}"  # in brackets: an id like `- x` would open a list


def _listed(words: list[str]) -> str:
    return ", ".join(escape(word) for word in words)
