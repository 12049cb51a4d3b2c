"""Which columns a file has, and whether it holds one document a row or one language a column."""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.common.errors import InputError, nearest
from pipeline.documents.read import FileRow
from pipeline.languages.codes import check_language, is_language, suggest_language

log = logging.getLogger(__name__)


OPTIONAL = ("label", "split", "pair", "date", "group")


COLUMNS = ("id", "lang", "text", *OPTIONAL)


LIKE_A_CODE = re.compile(r"[A-Za-z]{2}([-_]([A-Z]{2}|[A-Z][a-z]{3}))?")


RAW = pl.Schema({"file": pl.String, "row": pl.Int64} | dict.fromkeys((*COLUMNS, "reason"), pl.String))


Value = str | None


Cells = tuple[Value, ...]


class FileColumns:
    """What is known of a file's columns while it is read; its first rows decide between the two forms.

    Args:
        path: the file's name, for messages.

    Attributes:
        languages: those with a column of their own, in the aligned (wide) form; none in the long form.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.languages: list[str] = []
        self._columns: dict[str, None] = {}
        self._known = False

    def add(self, columns: Iterable[str]) -> None:
        """Take in the columns of some more rows.

        Raises:
            InputError: they make neither form, or another one than the rows before.
        """
        new = [name for name in dict.fromkeys(columns) if name not in self._columns]
        if self._known and not new:
            return
        self._columns |= dict.fromkeys(new)
        languages = language_columns(self.path, list(self._columns))
        if self._known and bool(languages) != bool(self.languages):
            raise InputError(f"{self.path}: the first rows have a column a language, later ones `lang` and `text`.")
        self.languages, self._known = languages, True
        warn_of_ignored(self.path, new, languages)


def language_columns(path: Path, columns: Sequence[str]) -> list[str]:
    """The languages of the aligned (wide) form; none for the long form.

    Raises:
        InputError: the columns make neither form, or one of the aligned form misspells a language.
    """
    if {"lang", "text"}.issubset(columns):
        return []
    others = [name for name in columns if name not in COLUMNS]
    languages = [name for name in others if is_language(name)]
    if "text" in columns or len(languages) < 2:
        raise InputError(_missing(path, columns))
    for name in others:  # `cn` beside `en` and `ja` is a whole language, not a column to ignore
        if LIKE_A_CODE.fullmatch(name):
            check_language(name, f"{path}, column `{name}`")
    return languages


def warn_of_ignored(path: Path, columns: Sequence[str], languages: Sequence[str]) -> None:
    """Name the columns that the format does not know, in one line."""
    known = {*COLUMNS, *languages} - ({"lang"} if languages else set())
    ignored = [name for name in columns if name not in known]
    if ignored:
        log.warning("%s: columns not known, ignored: %s", path, ", ".join(map(repr, ignored)))
    if languages and "id" in columns:
        log.warning("%s: column `id` is taken for the row's name; Indonesian text needs `lang` and `text`.", path)


def _missing(path: Path, columns: Sequence[str]) -> str:
    missing = [name for name in ("lang", "text") if name not in columns]
    near = {name: nearest(name, columns, likeness=0.5) for name in missing}
    codes = {name: suggest_language(name) for name in columns if name not in COLUMNS and not is_language(name)}
    sentences = [
        f"{path}: missing columns: {', '.join(missing)}.",
        f"Expected `lang` and `text` (and, where known, {', '.join(('id', *OPTIONAL))}), "
        "or two or more columns named by language codes, such as `en` and `ja`.",
        f"Found {', '.join(columns) or 'none'}.",
        *(f"`{column}` is near `{name}`." for name, column in near.items() if column),
        *(f"The code of `{name}` would be `{code}`." for name, code in codes.items() if code),
    ]
    return " ".join(sentences)


def raw_documents(form: FileColumns, rows: Sequence[FileRow], passed_over: Collection[str] = ()) -> pl.DataFrame:
    """One line a document: ``file``, ``row``, the known columns as strings, and ``reason`` where it is unusable.

    In the aligned form each cell with text becomes a document; a row with no such cell is one line.
    The columns ``passed_over`` stay null, but for ``pair`` in the aligned form, which names the documents there.

    Args:
        form: what is known of the file's columns, which learns those of the rows.
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


def _long(stem: str, row: FileRow) -> Iterator[Cells]:
    """The row's one document: ``COLUMNS`` and the reason."""
    values, reason = _values(row, COLUMNS)
    values["id"] = values["id"] or f"{stem}:{row.line}"
    yield (*values.values(), reason)


def _wide(stem: str, row: FileRow, languages: Sequence[str]) -> Iterator[Cells]:
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


def _values(row: FileRow, columns: Sequence[str]) -> tuple[dict[str, Value], Value]:
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
