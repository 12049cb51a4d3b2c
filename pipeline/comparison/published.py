"""Figures that papers published, to stand beside ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.common.errors import InputError


@dataclass(frozen=True)
class Published:
    """What papers say of the rows on one data set.

    Attributes:
        sources: short name of a paper -> its reference.
        figures: row -> source -> figure (cnpmi, tu, tq, intra, cross) -> text.
    """

    sources: Mapping[str, str]
    figures: Mapping[str, Mapping[str, Mapping[str, str]]]

    def cell(self, row: str, figure: str) -> str:
        """All that is published of a row's figure, each with its source's number; empty if nothing is."""
        numbers = {source: number for number, source in enumerate(self.sources, 1)}
        known = self.figures.get(row, {})
        return "; ".join(f"{known[name][figure]} [{numbers[name]}]" for name in known if figure in known[name])


def read_published(values: Mapping[str, Any], dataset: str, rows: list[str]) -> Published:
    """What is known of ``rows`` on ``dataset``, with the sources that are used.

    Args:
        values: ``sources`` (name -> reference) and ``figures`` (data set -> row -> source -> figure). A figure is a
            number, mean and deviation as a list, or a mapping of languages to numbers.
        dataset: value of the parameter ``dataset``.
        rows: names of the rows.

    Raises:
        InputError: a source that is not listed.
    """
    listed = (values.get("figures") or {}).get(dataset) or {}
    found = {row: listed[row] for row in rows if row in listed}
    used = {source for parts in found.values() for source in parts}
    if unknown := used - set(values.get("sources") or {}):
        raise InputError(f"the published figures of {dataset} name {sorted(unknown)}, which `sources` does not list.")
    texts = {
        row: {source: {figure: _text(value) for figure, value in part.items()} for source, part in parts.items()}
        for row, parts in found.items()
    }
    return Published({name: text for name, text in (values.get("sources") or {}).items() if name in used}, texts)


def _text(value: object) -> str:
    if isinstance(value, dict):
        mean = sum(value.values()) / len(value)
        return f"{mean:.3f} (" + ", ".join(f"{name} {part:.3f}" for name, part in value.items()) + ")"
    if isinstance(value, list):
        return f"{value[0]:.3f} ± {value[1]:.3f}"
    return f"{value:.3f}"
