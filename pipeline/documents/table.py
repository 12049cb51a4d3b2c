"""Rows of one file as a table of raw documents, from the long form or from the aligned (wide) one."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from typing import Any

import polars as pl

from pipeline.documents.columns import COLUMNS, OPTIONAL, Form
from pipeline.documents.read import Row

RAW = pl.Schema({"file": pl.String, "row": pl.Int64} | dict.fromkeys((*COLUMNS, "reason"), pl.String))

Value = str | None
Record = tuple[Value, ...]


def raw_documents(form: Form, rows: Sequence[Row], passed_over: Collection[str] = ()) -> pl.DataFrame:
    """One line a document: ``file``, ``row``, the known columns as strings, and ``reason`` where it is unusable.

    In the aligned form each cell with text becomes a document; a row with no such cell is one line.
    The columns ``passed_over`` stay null, but for ``pair`` in the aligned form, which names the documents there.

    Args:
        form: of the file, which learns the rows' columns.
        rows: all of the file, or the next ones.
        passed_over: optional columns that are not read.

    Raises:
        InputError: a column that is needed is missing.
    """
    if not all(row.reason for row in rows):
        form.add(name for row in rows for name in row.fields)
    path, languages = form.path, form.languages
    unread = set(passed_over) - ({"pair"} if languages else set())
    records = [
        (path.name, row.line, *record)
        for row in (row.without(unread) for row in rows)
        for record in (_wide(path.stem, row, languages) if languages else _long(path.stem, row))
    ]
    return pl.DataFrame(records, schema=RAW, orient="row")


def _long(stem: str, row: Row) -> Iterator[Record]:
    """The row's one document: ``COLUMNS`` and the reason."""
    values, reason = _values(row, COLUMNS)
    values["id"] = values["id"] or f"{stem}:{row.line}"
    yield (*values.values(), reason)


def _wide(stem: str, row: Row, languages: Sequence[str]) -> Iterator[Record]:
    """A document for each cell with text."""
    values, reason = _values(row, ("id", *OPTIONAL))
    name = values.pop("id")
    pair = values["pair"] = values["pair"] or name or f"{stem}:{row.line}"
    filled = [language for language in languages if not _is_empty(row.fields.get(language))]
    for language in filled:
        text, problem = _text(row.fields[language])
        yield (f"{pair}:{language}", language, text, *values.values(), reason or problem)
    if not filled:
        yield (None, None, None, *values.values(), reason or "no text: every language is empty")


def _values(row: Row, columns: Sequence[str]) -> tuple[dict[str, Value], Value]:
    """The fields as strings, and the first reason why the row cannot be used."""
    values: dict[str, Value] = {}
    reason = row.reason
    for name in columns:
        values[name], problem = (_text if name == "text" else _short)(row.fields.get(name))
        if problem and not reason:
            reason = f"{problem} in `{name}`"
    return values, reason


def _is_empty(cell: Any) -> bool:  # noqa: ANN401 - any JSON value
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _short(value: Any) -> tuple[Value, Value]:  # noqa: ANN401 - any JSON value
    """An id, a label, a date and the like, of which numbers are read as they are written."""
    if isinstance(value, bool):
        return str(value).lower(), None
    if isinstance(value, int) or (isinstance(value, float) and math.isfinite(value)):
        return str(value), None
    text, problem = _text(value)
    return (text.strip() or None if text else None), problem


def _text(value: Any) -> tuple[Value, Value]:  # noqa: ANN401 - any JSON value
    r"""A string that UTF-8 can hold: JSON may spell half a character (``\ud800``)."""
    if value is None:
        return None, None
    if not isinstance(value, str):
        return None, f"not a string: {type(value).__name__}"
    try:
        value.encode()
    except UnicodeEncodeError as error:
        return None, f"half a surrogate pair: {value[error.start]!a}"
    return value, None
