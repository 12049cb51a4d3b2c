"""How a run came about: parameters, documents, versions; and other models beside it."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pipeline.common.errors import InputError
from pipeline.common.files import read_json
from pipeline.comparison.columns import Column, sections
from pipeline.report.sheets import Sheet, figure, leaves

# Sections that every run reads; those of a model or an encoder count where it is chosen.
SECTIONS = ("documents", "tokenise", "bow", "cluster", "train", "evaluate", "classify")
PACKAGES = ("torch", "numpy", "scikit-learn", "dvc")


def effective(values: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters without the sections of models and encoders that are not used."""
    used = {*SECTIONS, str(values.get("model")), str(values.get("encoder"))}
    return {key: value for key, value in values.items() if not isinstance(value, Mapping) or key in used}


def parameter_sheet(values: Mapping[str, Any]) -> Sheet:
    """The parameters that had an effect, as params.yaml has them."""
    rows = [(key, _shown(value)) for key, value in leaves(effective(values))]
    return Sheet("Parameters", "What params.yaml said, without the sections of other models.", ["name", "value"], rows)


def document_sheets(intake: Mapping[str, Any]) -> Iterator[Sheet]:
    """Documents and rejected rows, by language and by reason."""
    languages = intake["languages"]
    head = list(dict.fromkeys(key for counts in languages.values() for key in counts))
    rows = [(code, *(figure(counts[key]) for key in head)) for code, counts in languages.items()]
    total = f"{intake['rows_in']:,} rows came in: {intake['documents']:,} documents, {intake['rejected']:,} rejected."
    yield Sheet("Documents", total, ["language", *(key.replace("_", " ") for key in head)], rows)
    if intake["by_reason"]:
        reasons = [(reason, figure(count)) for reason, count in intake["by_reason"].items()]
        yield Sheet("Rejected rows", "Each is listed in data/run/rejects.parquet.", ["reason", "rows"], reasons)
    others = {key: intake.get(key, {}) for key in ("rejected_in_other_languages", "normalised")}
    changed = [(key.replace("_", " ").replace(".", ": "), figure(value)) for key, value in leaves(others)]
    yield Sheet("Changes to texts", "What reading did to the documents.", ["", "count"], changed, fold=True)


def version_sheet() -> Sheet:
    """What the run needs to be repeated."""
    rows = [("python", platform.python_version()), *((name, version(name)) for name in PACKAGES)]
    return Sheet("Versions", "Same inputs, parameters and versions give the same bytes.", ["", "version"], rows)


def read_comparison(path: Path) -> Any:  # noqa: ANN401 - JSON
    """The JSON that `make compare` wrote.

    Raises:
        InputError: it is missing, is not JSON, or is of something else.
    """
    if not path.is_file():
        raise InputError(f"{path}, the parameter `comparison`, is no file; `make compare` writes one.")
    found = read_json(path)
    if not isinstance(found, dict) or not {"title", "seeds", "rows"} <= found.keys():
        raise InputError(f"{path} is no comparison: expected a JSON object with title, seeds and rows.")
    return found


def comparison_sheets(comparison: Mapping[str, Any]) -> Iterator[Sheet]:
    """The tables of `make compare`: mean and deviation over seeds."""
    figures = {row["name"]: row["figures"] for row in comparison["rows"]}
    for section in sections(list(dict.fromkeys(key for row in figures.values() for key in row))):
        columns = [column for column in section.columns if any(row.get(column.key) for row in figures.values())]
        rows = [(name, *(_compared(row.get(c.key), c) for c in columns)) for name, row in figures.items()]
        if columns:
            title, remark = (text.replace("`", "") for text in (section.title, section.remark))  # Markdown's marks
            yield Sheet(title, remark, ["", *(column.header for column in columns)], rows)


def _compared(summary: Mapping[str, Any] | None, column: Column) -> str:
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
    # A page is no place for the folders of one machine.
    return Path(value).name if isinstance(value, str) and Path(value).is_absolute() else str(value)
