"""The columns of a file, and its form: one document in each row, or one language in each column."""

from __future__ import annotations

import datetime
import decimal
import logging
import math
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import polars as pl

from pipeline.common.errors import InputError, first_names, nearest
from pipeline.documents.file_row import FileRow, Written
from pipeline.documents.findings import Findings
from pipeline.documents.formats import DocumentFile
from pipeline.languages.codes import check_language, is_language, suggest_language

log = logging.getLogger(__name__)

OPTIONAL = ("label", "split", "pair", "date", "group")
COLUMNS = ("id", "lang", "text", *OPTIONAL)
NEEDED: Final = ("text", "lang")  # in the aligned form, the columns of the languages take their place
# Other usual names of columns. They are read where a file has none of the right name.
ALSO_CALLED: Final = {
    "text": frozenset(
        (
            "content",
            "body",
            "document",
            "sentence",
            "article",
            "review",
            "message",
            "tweet",
            "post",
            "comment",
            "abstract",
        )
    ),
    "lang": frozenset(("language", "locale", "lang_code", "language_code")),
    "label": frozenset(("category", "section", "topic", "class", "rubric")),
    "date": frozenset(
        (
            "published",
            "published_at",
            "published_on",
            "publication_date",
            "publish_date",
            "date_published",
            "pub_date",
            "pubdate",
            "created_at",
            "year",
        )
    ),
}
NO_PAIR: Final = frozenset(("", "nan", "none", "null", "nil", "na", "n/a", "n.a", "undefined", "missing"))
_AROUND: Final = "<>()[]#.,:;?!-_–—*/\\ "  # signs around a placeholder, or which are one: <NA>, #N/A, --, ?
LIKE_A_CODE = re.compile(r"[A-Za-z]{2}([-_]([A-Z]{2}|[A-Z][a-z]{3}))?")
RAW = pl.Schema({"file": pl.String, "row": pl.Int64} | dict.fromkeys((*COLUMNS, "reason"), pl.String))
Value = str | None
Cells = tuple[Value, ...]


class FileColumns:
    """The columns of a file, collected while it is read. The first rows decide between the two forms.

    Args:
        file: the file.

    Attributes:
        languages: column -> language in the aligned (wide) form; empty in the long form.
        standard: a column's name in the file -> the name that it stands for, where the two differ.
        unclear: name of the format -> the columns that may each be meant by it, so that none is read.
        unread: the other columns that are not read.
        placeholders: how many rows had a placeholder such as `nan` for their pair, which is taken for none.
    """

    def __init__(self, file: DocumentFile) -> None:
        self.file = file
        self.languages: dict[str, str] = {}
        self.standard: dict[str, str] = {}
        self.unclear: dict[str, list[str]] = {}
        self.unread: list[str] = []
        self.placeholders = 0
        self._columns: dict[str, None] = {}
        self._is_decided = False
        self._pairs: set[str] = set()

    def add(self, columns: Iterable[str]) -> None:
        """Add the columns of further rows.

        Raises:
            InputError: the columns fit neither form, or not the form of the rows before.
        """
        new = [name for name in dict.fromkeys(columns) if name not in self._columns]
        if self._is_decided and not new:
            return
        self._columns |= dict.fromkeys(new)
        path = self.file.path
        standard, self.unclear = standard_names(path, list(self._columns))
        for name in standard.keys() - self.standard.keys():
            log.info("%s: column `%s` is read as `%s`", path, name, standard[name])
        self.standard = standard
        languages = language_columns(path, [standard.get(name, name) for name in self._columns])
        if self._is_decided and bool(languages) != bool(self.languages):
            raise InputError(
                f"{path}: the first rows have one column for each language, but later rows "
                "have `text`. Use one of the two forms."
            )
        self.languages, self._is_decided = languages, True
        ignored = ignored_columns([standard.get(name, name) for name in self._columns], languages)
        self.unread = [name for name in ignored if not any(name in choice for choice in self.unclear.values())]
        warn_of_ignored(path, [name for name in new if name in ignored])
        if languages and "id" in new:
            log.warning(
                "%s: column `id` is read as the row's id; Indonesian text needs the columns `lang` and `text`.", path
            )

    def standard_row(self, row: FileRow) -> FileRow:
        """The row with the standard names of its columns, and without a placeholder for a pair."""
        fields = row.fields
        if self.standard:
            fields = {self.standard.get(name, name): value for name, value in fields.items()}
        if _is_placeholder(fields.get("pair")):
            self.placeholders += 1
            fields = {name: value for name, value in fields.items() if name != "pair"}
        return row._replace(fields=fields)

    def tell(self, findings: Findings) -> None:
        """Add what was noticed about the columns to the findings."""
        name = self.file.name
        findings.renamed_columns |= {name: self.standard} if self.standard else {}
        findings.unclear_columns |= {name: self.unclear} if self.unclear else {}
        findings.unread_columns |= {name: self.unread} if self.unread else {}
        findings.stray_pairs += self.placeholders

    def name_of(self, pair: str, line: int | None) -> str:
        """The name of an aligned row without an id: its pair, or the file and the line where a row before has it."""
        if pair in self._pairs:
            return f"{self.file.stem}:{line}"
        self._pairs.add(pair)
        return pair


def is_known_column(name: str) -> bool:
    """Whether a column's name tells that a table holds documents."""
    lower = name.lower()
    return lower in COLUMNS or any(lower in ALSO_CALLED[needed] for needed in NEEDED) or is_language(name)


def check_header(path: Path, line: int, names: Sequence[str]) -> None:
    """Refuse a first row that names no column of documents, such as a title above the names.

    Raises:
        InputError: none of the names is that of a text or of its language, or near it.
    """
    languages = [name for name in names if is_language(name) or suggest_language(name)]
    usual = set(COLUMNS).union(*ALSO_CALLED.values())
    is_usual = any(name.lower() in usual for name in names)
    if is_usual or len(languages) > 1 or any(nearest(needed, names, likeness=0.5) for needed in NEEDED):
        return
    cells = first_names([f"`{name[:60]}`" for name in names if name])
    raise InputError(
        f"{path}:{line}: the first row does not look like column names. It holds {cells or 'nothing'}. Expected names "
        "such as `lang` and `text`, or codes of languages such as `en` and `ja`. If this row is a title, delete it and "
        "whatever else stands above the names; if it is the first document, put a row with names above it; if it holds "
        "the names, call the column of the texts `text`."
    )


def _is_placeholder(pair: Any) -> bool:  # noqa: ANN401 - any value of a cell
    """Whether the name of a pair is one that joins no translations, such as ``nan``; an empty cell is not one."""
    return not _is_empty(pair) and str(pair).strip().strip(_AROUND).lower() in NO_PAIR


def standard_names(path: Path, columns: Sequence[str]) -> tuple[dict[str, str], dict[str, list[str]]]:
    """What columns of other names stand for.

    Returns:
        A column's name -> the name of the format that it stands for: ``Text`` and ``content`` stand for ``text``. And
        the name of an optional column -> the columns that may each be meant by it.

    Raises:
        InputError: several columns may hold the text, or the language.
    """
    others = {name: name.lower() for name in columns if name not in COLUMNS and name.lower() in COLUMNS}
    names = {name: lower for name, lower in others.items() if lower not in columns}
    unclear: dict[str, list[str]] = {}
    is_aligned = len([name for name in columns if is_language(name) and name.lower() not in COLUMNS]) > 1
    for standard, usual in ALSO_CALLED.items():
        matches = [name for name in columns if name.lower() in usual]
        if (is_aligned and standard in NEEDED) or standard in {*columns, *names.values()} or not matches:
            continue
        if len(matches) == 1:
            names[matches[0]] = standard
        elif standard in NEEDED:
            raise InputError(
                f"{path}: the columns {', '.join(matches)} may each be `{standard}`. Call one `{standard}`."
            )
        else:
            unclear[standard] = matches
    return names, unclear


def language_columns(path: Path, columns: Sequence[str]) -> dict[str, str]:
    """The columns of the aligned (wide) form with their languages; empty for the long form.

    Raises:
        InputError: the columns fit neither form, or a column of the aligned form is a misspelt language code.
    """
    other_columns = [name for name in columns if name.lower() not in COLUMNS]  # `ID` is not Indonesian either
    languages = [name for name in other_columns if is_language(name)]
    if "text" in columns and ("lang" in columns or len(languages) < 2):
        return {}
    if "text" in columns or len(languages) < 2:
        raise InputError(_missing(path, columns))
    for name in other_columns:  # `cn` next to `en` and `ja` is a whole language, not a column to ignore
        if LIKE_A_CODE.fullmatch(name):
            check_language(name, f"{path}, column `{name}`")
    codes = {name: check_language(name, f"{path}, column `{name}`") for name in languages}
    if repeated := [name for name, code in codes.items() if list(codes.values()).count(code) > 1]:
        raise InputError(f"{path}: the columns {', '.join(repeated)} are in the same language. Keep one of them.")
    return codes


def ignored_columns(columns: Sequence[str], languages: Collection[str]) -> list[str]:
    """The columns that the format does not have."""
    known_columns = {*COLUMNS, *languages} - ({"lang"} if languages else set())
    return [name for name in columns if name not in known_columns]


def warn_of_ignored(path: Path, ignored: Sequence[str]) -> None:
    """Log the columns that are not read, in one line."""
    if ignored:
        log.warning("%s: these columns are unknown and ignored: %s", path, ", ".join(map(repr, ignored)))


def _missing(path: Path, columns: Sequence[str]) -> str:
    needed = ("lang", "text") if "text" in columns else ("text",)
    missing_columns = [name for name in needed if name not in columns]
    similar = {name: nearest(name, columns, likeness=0.5) for name in missing_columns}
    codes = {name: suggest_language(name) for name in columns if name not in COLUMNS and not is_language(name)}
    sentences = [
        f"{path}: missing columns: {', '.join(missing_columns)}.",
        f"Expected `text` and `lang` (and, where known, {', '.join(('id', *OPTIONAL))}), "
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
    unread = set(passed_over) - ({"pair"} if form.languages else set())
    records = [
        (row.file or form.file.name, row.line, *record)
        for row in (form.standard_row(row).without(unread) for row in rows)
        for record in (_wide(form, row) if form.languages else _long(form.file.stem, row))
    ]
    return pl.DataFrame(records, schema=RAW, orient="row")


def _long(stem: str, row: FileRow) -> Iterator[Cells]:
    """Yield the one document of the row: ``COLUMNS`` and the reason."""
    values, reason = _values(row, COLUMNS)
    values["id"] = values["id"] or f"{stem}:{row.line}"
    yield (*values.values(), reason)


def _wide(form: FileColumns, row: FileRow) -> Iterator[Cells]:
    """Yield one document for each cell with text."""
    values, reason = _values(row, ("id", *OPTIONAL))
    name = values.pop("id") or (form.name_of(values["pair"], row.line) if values["pair"] else None)
    name = name or f"{form.file.stem}:{row.line}"
    values["pair"] = values["pair"] or name
    with_text = {column: code for column, code in form.languages.items() if not _is_empty(row.fields.get(column))}
    for column, code in with_text.items():
        text, problem = _text(row.fields[column])
        yield (f"{name}:{code}", code, text, *values.values(), reason or problem)
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


def _short(value: Any) -> tuple[Value, Value]:  # noqa: ANN401 - any value of a cell
    """An id, a label, a date or the like; numbers are read as they are written, and NaN is no value."""
    if isinstance(value, bool):
        return str(value).lower(), None
    if isinstance(value, datetime.date):
        is_midnight = isinstance(value, datetime.datetime) and value.time() == datetime.time()
        return (value.date() if isinstance(value, datetime.datetime) and is_midnight else value).isoformat(), None
    if isinstance(value, float) and math.isnan(value):
        return None, None
    if isinstance(value, int | decimal.Decimal) or (isinstance(value, float) and math.isfinite(value)):
        return str(value), None
    text, problem = _text(str(value) if isinstance(value, Written) else value)
    return (text.strip() or None if text else None), problem


def _text(value: Any) -> tuple[Value, Value]:  # noqa: ANN401 - any value of a cell
    r"""A string that UTF-8 can hold, since JSON may contain half a character (``\ud800``)."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None, None
    if not isinstance(value, str) or isinstance(value, Written):
        return None, f"not a string: {'number' if isinstance(value, Written) else type(value).__name__}"
    try:
        value.encode()
    except UnicodeEncodeError as error:
        return None, f"half a surrogate pair: {value[error.start]!a}"
    return value, None
