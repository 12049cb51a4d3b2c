"""How a run was made: parameters, documents and versions; and a comparison with other models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.common.dotted import leaves
from pipeline.common.errors import InputError
from pipeline.common.json_files import read_json
from pipeline.common.wording import counted
from pipeline.comparison.figure_tables import FigureColumn, sections
from pipeline.report.sheets import Sheet, figure
from pipeline.run.record import Record, without_paths


def parameter_sheet(parameters: Mapping[str, Any]) -> Sheet:
    """The parameters that the run was made with."""
    rows = [(name, _shown(value)) for name, value in leaves(without_paths(parameters))]
    remark = "The settings of this run. Settings of models and encoders that the run did not use are left out."
    return Sheet("Parameters", remark, ["name", "value"], rows)


def document_sheets(intake: Mapping[str, Any]) -> Iterator[Sheet]:
    """Tables of documents by language and of rejected rows by reason."""
    languages = intake["languages"]
    head = list(dict.fromkeys(key for counts in languages.values() for key in counts))
    rows = [(code, *(figure(counts.get(key, 0)) for key in head)) for code, counts in languages.items()]
    read = f"{counted(intake['rows_in'], 'row')} read: {counted(intake['documents'], 'document')}"
    total = f"{read}, {intake['rejected']:,} rejected."
    cut = intake.get("passages") or {"texts": 0}
    if cut["texts"]:
        total += (
            f" {counted(cut['texts'], 'long text')} cut into {counted(cut['passages'], 'passage')}; the table counts "
            "each text once."
        )
    yield Sheet("Documents", total, ["language", *(key.replace("_", " ") for key in head)], rows)
    yield from _renamed_columns(intake.get("columns", {}).get("read_as", {}))
    if intake["by_reason"]:
        reasons = [(reason, figure(count)) for reason, count in intake["by_reason"].items()]
        yield Sheet(
            "Rejected rows", "Every rejected row is listed in data/run/rejects.parquet.", ["reason", "rows"], reasons
        )
    others = {key: intake.get(key, {}) for key in ("rejected_in_other_languages", "normalised")}
    changed = [(key.replace("_", " ").replace(".", ": "), figure(value)) for key, value in leaves(others)]
    yield Sheet(
        "Changes to texts", "How the texts were changed when they were read.", ["", "count"], changed, fold=True
    )


def document_counts(documents: pl.DataFrame) -> dict[str, str]:
    """Language -> how many documents it has, in words, and in how many passages where long texts were cut.

    Args:
        documents: columns id, lang and whole among others; of a text that was cut, its passages.
    """
    counts = documents.group_by("lang", maintain_order=True).agg(
        texts=pl.coalesce("whole", "id").n_unique(), parts=pl.len(), is_cut=pl.col("whole").is_not_null().any()
    )
    return {
        lang: counted(texts, "document") + (f" in {counted(parts, 'passage')}" if is_cut else "")
        for lang, texts, parts, is_cut in counts.iter_rows()
    }


def _renamed_columns(read_as: Mapping[str, Mapping[str, str]]) -> Iterator[Sheet]:
    """A table of the columns that were read as another; none where all had the names of the format."""
    if rows := [(file, column, name) for file, columns in read_as.items() for column, name in columns.items()]:
        remark = "Columns that were read by another name than their own."
        yield Sheet("Columns", remark, ["file", "column", "read as"], rows, fold=True)


def version_sheet(records: Mapping[str, Record]) -> Sheet:
    """The versions that the run was made with; where stages ran under different versions, the stages are named."""
    rows = []
    for name in dict.fromkeys(name for record in records.values() for name in record.versions):
        stages: dict[str, list[str]] = {}
        for stage, record in records.items():
            stages.setdefault(record.versions.get(name, "none"), []).append(stage)
        versions_with_stages = "; ".join(f"{value} ({', '.join(names)})" for value, names in stages.items())
        rows.append((name, next(iter(stages)) if len(stages) == 1 else versions_with_stages))
    remark = "The same inputs, parameters and versions give the same bytes on the same kind of processor."
    return Sheet("Versions", remark, ["", "version"], rows)


def read_comparison(path: Path) -> Any:  # noqa: ANN401 - JSON
    """The JSON that `make compare` wrote.

    Raises:
        InputError: the file is missing, is not JSON, or is not a comparison.
    """
    if not path.is_file():
        raise InputError(f"{path}, the value of the parameter `comparison`, is not a file. `make compare` writes one.")
    comparison = read_json(path)
    if not isinstance(comparison, dict) or not {"title", "seeds", "rows"} <= comparison.keys():
        raise InputError(f"{path} is not a comparison: expected a JSON object with title, seeds and rows.")
    return comparison


def comparison_sheets(comparison: Mapping[str, Any]) -> Iterator[Sheet]:
    """The tables of `make compare`: mean and standard deviation over seeds."""
    figures = {row["name"]: row["figures"] for row in comparison["rows"]}
    for section in sections(list(dict.fromkeys(key for row in figures.values() for key in row))):
        columns = [column for column in section.columns if any(row.get(column.key) for row in figures.values())]
        rows = [(name, *(_compared(row.get(c.key), c) for c in columns)) for name, row in figures.items()]
        if columns:
            title, remark = (text.replace("`", "") for text in (section.title, section.remark))  # Markdown's code marks
            yield Sheet(title, remark, ["", *(column.header for column in columns)], rows)


def _compared(summary: Mapping[str, Any] | None, column: FigureColumn) -> str:
    if summary is None:
        return "–"
    spread = "" if summary["std"] is None else f" ± {summary['std']:.{column.digits}f}"
    mark = {"best": " ★", "noise": " ≈"}.get(summary.get("mark", ""), "")
    return f"{summary['mean']:.{column.digits}f}{spread}{mark}"


def _shown(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(str, value)) or "[]"
    return str(value)
