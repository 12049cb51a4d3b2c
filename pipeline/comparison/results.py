"""The comparison as Markdown and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from pipeline.common.wording import some_of
from pipeline.comparison.collect import Figures
from pipeline.comparison.figure_tables import FigureColumn, FigureTable, figure_text, sections
from pipeline.comparison.published import Published
from pipeline.comparison.statistics import Mark, SeedSummary, mark_column, summarise

OWN_THETA = "†"


@dataclass(frozen=True)
class RunFigures:
    """One run of a row: its figures, or the error if it failed."""

    seed: int
    key: str
    figures: Figures | None
    error: str | None = None


@dataclass(frozen=True)
class Comparison:
    """Everything that the table, the JSON and the plot show.

    Attributes:
        title: title, with the data set.
        facts: parameter -> value, for parameters that are equal in all rows.
        rows: row -> its runs, one for each seed, with the same seeds for every row.
        published: the papers' figures for the rows.
        own_theta: names of rows whose theta is this project's addition to the model.
    """

    title: str
    facts: Mapping[str, Any]
    rows: Mapping[ComparedRow, Sequence[RunFigures]]
    published: Published
    own_theta: frozenset[str] = frozenset()

    @property
    def names(self) -> list[str]:
        """The names of the rows."""
        return [row.name for row in self.rows]

    @property
    def seeds(self) -> list[int]:
        """The seeds, which are the same for every row."""
        return [run.seed for run in next(iter(self.rows.values()))]

    @cached_property
    def keys(self) -> list[str]:
        """The keys of the figures that at least one run has, in order."""
        runs = [run.figures for runs in self.rows.values() for run in runs if run.figures]
        return list(dict.fromkeys(key for figures in runs for key in figures))

    def column(self, key: str) -> dict[str, SeedSummary | None]:
        """Row -> the figure ``key``, summarised over its seeds."""
        return {
            row.name: summarise(run.figures.get(key) for run in runs if run.figures) for row, runs in self.rows.items()
        }

    def failed(self) -> list[tuple[str, RunFigures]]:
        """The runs without figures, with the names of their rows."""
        return [(row.name, run) for row, runs in self.rows.items() for run in runs if run.error]


def write_markdown(comparison: Comparison) -> str:
    """The tables in Markdown, with the meaning of their signs."""
    lines = [f"# {comparison.title}", "", *_preface(comparison), ""]
    for section in sections(comparison.keys):
        lines += [f"## {section.title}", "", section.remark, "", *_table(section, comparison), ""]
    return "\n".join([*lines, *_sources(comparison), *_failures(comparison)]).rstrip() + "\n"


def as_json(comparison: Comparison) -> dict[str, Any]:
    """Every figure of every run, with means, standard deviations and marks."""
    marks = {
        column.key: mark_column(comparison.column(column.key), column.better)
        for section in sections(comparison.keys)
        for column in section.columns
    }
    return {
        "title": comparison.title,
        "parameters": dict(comparison.facts),
        "seeds": comparison.seeds,
        "rows": [_row_json(row, runs, comparison, marks) for row, runs in comparison.rows.items()],
        "sources": dict(comparison.published.sources),
    }


def _row_json(
    row: ComparedRow, runs: Sequence[RunFigures], comparison: Comparison, marks: Mapping[str, Mapping[str, Mark]]
) -> dict[str, Any]:
    figures = {}
    for key in comparison.keys:
        summary = comparison.column(key)[row.name]
        figures[key] = None if summary is None else vars(summary) | {"mark": marks.get(key, {}).get(row.name, "")}
    return {
        "name": row.name,
        "model": row.model,
        "overrides": dict(row.overrides),
        "theta_from_paper": row.name not in comparison.own_theta,
        "figures": figures,
        "runs": [vars(run) for run in runs],
        "published": comparison.published.figures.get(row.name, {}),
    }


def _preface(comparison: Comparison) -> Iterator[str]:
    yield ", ".join(f"{name} `{value}`" for name, value in comparison.facts.items()) + "."
    seeds = comparison.seeds
    yield ""
    if len(seeds) > 1:
        yield f"Mean ± standard deviation over seeds {', '.join(map(str, seeds))}. **Bold**: the best of its column."
        yield "≈: within one pooled standard deviation of the best, so the difference is noise. The seed decides"
        yield "weights, order, and the choice of test documents if the corpus does not name them."
    else:
        yield f"Seed {seeds[0]}. **Bold**: the best of its column."
        yield "With only one seed it is unknown how much of a difference is noise."
    if any("/start " in key and any(comparison.column(key).values()) for key in comparison.keys):
        yield "start: the clusters that the model starts from; training should improve on them."
    yield "–: there is no figure."
    if comparison.own_theta:
        yield f"{OWN_THETA}: the paper gives the model no theta; classification and retrieval use one that we added."
    yield ""
    for row in comparison.rows:
        if row.overrides:
            yield f"- {row.name}: {', '.join(f'{key} {value}' for key, value in row.overrides.items())}"


def _table(section: FigureTable, comparison: Comparison) -> Iterator[str]:
    columns = [column for column in section.columns if column.key in comparison.keys]
    # Models without a start need no columns for it.
    columns = [c for c in columns if "/start " not in c.key or any(comparison.column(c.key).values())]
    papers = [column for column in columns if column.published and _is_published(column, comparison)]
    headers = ["", *(column.header for column in columns), *(f"published {column.header}" for column in papers)]
    yield _line(headers)
    yield _line(["---", *["---:"] * (len(headers) - 1)])
    cells = {column.key: _cells(column, comparison) for column in columns}
    for row, runs in comparison.rows.items():
        own_cells = [cells[column.key][row.name] for column in columns]
        yield _line(
            [_label(row, runs, comparison), *own_cells, *(_published(column, row, comparison) for column in papers)]
        )


def _cells(column: FigureColumn, comparison: Comparison) -> dict[str, str]:
    values = comparison.column(column.key)
    marks = mark_column(values, column.better)
    failed_rows = {row.name for row, runs in comparison.rows.items() if not any(run.figures for run in runs)}
    missing = "no record" if column.key.startswith("cost/") else "–"
    return {
        name: figure_text(summary, marks[name], column.digits, "failed" if name in failed_rows else missing)
        for name, summary in values.items()
    }


def _label(row: ComparedRow, runs: Sequence[RunFigures], comparison: Comparison) -> str:
    sign = f" {OWN_THETA}" if row.name in comparison.own_theta else ""
    finished_runs = sum(run.figures is not None for run in runs)
    return f"{row.name}{sign}" + (
        "" if finished_runs in (0, len(runs)) else f" ({some_of(finished_runs, len(runs), 'seed')})"
    )


def _published(column: FigureColumn, row: ComparedRow, comparison: Comparison) -> str:
    return comparison.published.cell(row.name, column.published or "") or "–"


def _is_published(column: FigureColumn, comparison: Comparison) -> bool:
    return any(comparison.published.cell(name, column.published or "") for name in comparison.names)


def _sources(comparison: Comparison) -> Iterator[str]:
    if comparison.published.sources:
        yield from ("## Published figures", "")
        yield "As printed in the papers, which used another reference corpus. Do not compare them directly with ours."
        yield ""
        for number, text in enumerate(comparison.published.sources.values(), 1):
            yield f"[{number}] {text}."
            yield ""


def _failures(comparison: Comparison) -> Iterator[str]:
    failed = comparison.failed()
    if failed:
        yield from ("## Failed runs", "")
        for name, run in failed:
            yield f"- {name}, seed {run.seed}: {run.error}"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


@dataclass(frozen=True)
class ComparedRow:
    """One row of the table; no two have the same name.

    Attributes:
        name: name of the row in the list of rows.
        model: value of the parameter ``model``.
        overrides: dotted parameter -> value, for parameters that differ from the preset.
    """

    name: str
    model: str
    overrides: Mapping[str, Any] = field(default_factory=dict, compare=False)
