"""The columns of a file, and its form: one document in each row, or one language in each column."""

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
from pipeline.languages.codes import canonical_code, check_language, is_language, suggest_language

log = logging.getLogger(__name__)

OPTIONAL = ("label", "split", "pair", "date", "group")
COLUMNS = ("id", "lang", "text", *OPTIONAL)
LIKE_A_CODE = re.compile(r"[A-Za-z]{2}([-_]([A-Z]{2}|[A-Z][a-z]{3}))?")
RAW = pl.Schema({"file": pl.String, "row": pl.Int64} | dict.fromkeys((*COLUMNS, "reason"), pl.String))
Value = str | None
Cells = tuple[Value, ...]


class FileColumns:
    """The columns of a file, collected while it is read. The first rows decide between the two forms.

    Args:
        path: the file's name, for messages.

    Attributes:
        languages: the columns of the aligned (wide) form, each named by its language; empty in the long form.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.languages: list[str] = []
        self._columns: dict[str, None] = {}
        self._is_decided = False

    def add(self, columns: Iterable[str]) -> None:
        """Add the columns of further rows.

        Raises:
            InputError: the columns fit neither form, or not the form of the rows before.
        """
        new = [name for name in dict.fromkeys(columns) if name not in self._columns]
        if self._is_decided and not new:
            return
        self._columns |= dict.fromkeys(new)
        languages = language_columns(self.path, list(self._columns))
        if self._is_decided and bool(languages) != bool(self.languages):
            raise InputError(
                f"{self.path}: the first rows have one column for each language, but later rows "
                "have `lang` and `text`. Use one of the two forms."
            )
        self.languages, self._is_decided = languages, True
        warn_of_ignored(self.path, new, languages)


def language_columns(path: Path, columns: Sequence[str]) -> list[str]:
    """The columns of languages of the aligned (wide) form; empty for the long form.

    Raises:
        InputError: the columns fit neither form, or a column of the aligned form is a misspelt language code.
    """
    if {"lang", "text"}.issubset(columns):
        return []
    other_columns = [name for name in columns if name.lower() not in COLUMNS]  # `ID` is not Indonesian either
    languages = [name for name in other_columns if is_language(name)]
    if "text" in columns or len(languages) < 2:
        raise InputError(_missing(path, columns))
    for name in other_columns:  # `cn` next to `en` and `ja` is a whole language, not a column to ignore
        if LIKE_A_CODE.fullmatch(name):
            check_language(name, f"{path}, column `{name}`")
    codes = [check_language(name, f"{path}, column `{name}`") for name in languages]
    if repeated := [name for name, code in zip(languages, codes, strict=True) if codes.count(code) > 1]:
        raise InputError(f"{path}: the columns {', '.join(repeated)} are in the same language. Keep one of them.")
    return languages


def warn_of_ignored(path: Path, columns: Sequence[str], languages: Sequence[str]) -> None:
    """Log the columns that the format does not have, in one line."""
    known_columns = {*COLUMNS, *languages} - ({"lang"} if languages else set())
    ignored = [name for name in columns if name not in known_columns]
    if ignored:
        log.warning("%s: these columns are unknown and ignored: %s", path, ", ".join(map(repr, ignored)))
    if languages and "id" in columns:
        log.warning(
            "%s: column `id` is read as the row's id; Indonesian text needs the columns `lang` and `text`.", path
        )


def _missing(path: Path, columns: Sequence[str]) -> str:
    missing_columns = [name for name in ("lang", "text") if name not in columns]
    similar = {name: nearest(name, columns, likeness=0.5) for name in missing_columns}
    codes = {name: suggest_language(name) for name in columns if name not in COLUMNS and not is_language(name)}
    sentences = [
        f"{path}: missing columns: {', '.join(missing_columns)}.",
        f"Expected `lang` and `text` (and, where known, {', '.join(('id', *OPTIONAL))}), "
        "or two or more columns named by language codes, such as `en` and `ja`.",
        f"Found {', '.join(columns) or 'none'}.",
        *(f"`{column}` is similar to `{name}`." for name, column in similar.items() if column),
        *(f"The code of `{name}` would be `{code}`." for name, code in codes.items() if code),
    ]
    return " ".join(sentences)


def raw_documents(form: FileColumns, rows: Sequence[FileRow], passed_over: Collection[str] = ()) -> pl.DataFrame:
    """One line for each document: ``file``, ``row``, the known columns as strings, and why it is unusable, ``reason``.

    In the aligned form each cell with text becomes a document, and a row without such a cell becomes one line. The
    columns ``passed_over`` stay null, except for ``pair`` in the aligned form, since it names the documents there.

    Args:
        form: the columns of the file so far; those of the rows are added.
        rows: all rows of the file, or the next ones.
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
    """Yield the one document of the row: ``COLUMNS`` and the reason."""
    values, reason = _values(row, COLUMNS)
    values["id"] = values["id"] or f"{stem}:{row.line}"
    yield (*values.values(), reason)


def _wide(stem: str, row: FileRow, languages: Sequence[str]) -> Iterator[Cells]:
    """Yield one document for each cell with text."""
    values, reason = _values(row, ("id", *OPTIONAL))
    name = values.pop("id")
    pair = values["pair"] = values["pair"] or name or f"{stem}:{row.line}"
    with_text = [language for language in languages if not _is_empty(row.fields.get(language))]
    for language in with_text:
        text, problem = _text(row.fields[language])
        code = canonical_code(language)
        yield (f"{pair}:{code}", code, text, *values.values(), reason or problem)
    if not with_text:
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
    """An id, a label, a date or the like; numbers are read as they are written."""
    if isinstance(value, bool):
        return str(value).lower(), None
    if isinstance(value, int) or (isinstance(value, float) and math.isfinite(value)):
        return str(value), None
    text, problem = _text(value)
    return (text.strip() or None if text else None), problem


def _text(value: Any) -> tuple[Value, Value]:  # noqa: ANN401 - any JSON value
    r"""A string that UTF-8 can hold, since JSON may contain half a character (``\ud800``)."""
    if value is None:
        return None, None
    if not isinstance(value, str):
        return None, f"not a string: {type(value).__name__}"
    try:
        value.encode()
    except UnicodeEncodeError as error:
        return None, f"half a surrogate pair: {value[error.start]!a}"
    return value, None
