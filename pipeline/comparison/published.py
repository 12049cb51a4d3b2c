"""Figures that papers published, to be shown beside the figures of this project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.common.errors import InputError


@dataclass(frozen=True)
class Published:
    """The figures that papers publish for the rows, on one data set.

    Attributes:
        sources: short name of a paper -> its reference.
        figures: row -> source -> figure (cnpmi, tu, tq, intra, cross) -> text.
    """

    sources: Mapping[str, str]
    figures: Mapping[str, Mapping[str, Mapping[str, str]]]

    def cell(self, row: str, figure: str) -> str:
        """All published values of a row's figure, each with the number of its source; empty if there is none."""
        numbers = {source: number for number, source in enumerate(self.sources, 1)}
        figures_by_source = self.figures.get(row, {})
        return "; ".join(
            f"{figures_by_source[name][figure]} [{numbers[name]}]"
            for name in figures_by_source
            if figure in figures_by_source[name]
        )


def read_published(values: Mapping[str, Any], dataset: str, rows: list[str]) -> Published:
    """The published figures of ``rows`` on ``dataset``, with the sources that are used.

    Args:
        values: ``sources`` (name -> reference) and ``figures`` (data set -> row -> source -> figure). A figure is a
            number, a list of mean and standard deviation, or a mapping of languages to numbers.
        dataset: value of the parameter ``dataset``.
        rows: names of the rows.

    Raises:
        InputError: a figure names a source that is not in ``sources``.
    """
    dataset_figures = (values.get("figures") or {}).get(dataset) or {}
    row_figures = {row: dataset_figures[row] for row in rows if row in dataset_figures}
    used = {source for parts in row_figures.values() for source in parts}
    if unknown := used - set(values.get("sources") or {}):
        raise InputError(
            f"the published figures of {dataset} name the sources {sorted(unknown)}, which are missing in `sources`."
        )
    texts = {
        row: {source: {figure: _text(value) for figure, value in part.items()} for source, part in parts.items()}
        for row, parts in row_figures.items()
    }
    return Published({name: text for name, text in (values.get("sources") or {}).items() if name in used}, texts)


def _text(value: object) -> str:
    if isinstance(value, dict):
        mean = sum(value.values()) / len(value)
        return f"{mean:.3f} (" + ", ".join(f"{name} {part:.3f}" for name, part in value.items()) + ")"
    if isinstance(value, list):
        return f"{value[0]:.3f} ± {value[1]:.3f}"
    return f"{value:.3f}"
