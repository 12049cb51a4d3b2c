"""Rows of files of documents in every format, each with its place and, if it cannot be read, the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO

from pipeline.common.errors import InputError
from pipeline.documents.encodings import AUTO_ENCODING, settled_encoding
from pipeline.documents.file_row import FileRow
from pipeline.documents.findings import Findings
from pipeline.documents.formats import DocumentFile, Format, kind_of, text_files
from pipeline.documents.json_rows import json_array_rows, json_line_row
from pipeline.documents.lines import UTF_8, InvalidUtf8, Lines, open_documents
from pipeline.documents.parquet_rows import parquet_rows
from pipeline.documents.table_rows import DELIMITERS, table_rows
from pipeline.documents.text_rows import text_file_row, text_line_row
from pipeline.documents.workbook_rows import workbook_rows


def read_rows(
    file: DocumentFile,
    invalid_utf8: InvalidUtf8 = "stop",
    encoding: str = AUTO_ENCODING,
    findings: Findings | None = None,
) -> Iterator[FileRow]:
    """Yield the rows of a file. A row that cannot be read has a reason.

    A file is never in memory as a whole, except for JSON arrays and single texts.

    Raises:
        InputError: the file cannot be opened, has no rows, or has bytes that do not belong to its encoding (unless
            such rows may be rejected).
    """
    yield from _some(_rows(file, invalid_utf8, encoding, findings or Findings()), file.path)


def _rows(file: DocumentFile, invalid_utf8: InvalidUtf8, encoding: str, findings: Findings) -> Iterator[FileRow]:
    kind = kind_of(file.path)
    if kind == "parquet":
        yield from parquet_rows(file.path)
    elif kind == "xlsx":
        yield from workbook_rows(file.path)
    elif kind == "txt":
        for path in text_files(file.path):
            name = path.relative_to(file.path).as_posix() if path != file.path else path.name
            with _opened_lines(path, name, invalid_utf8, encoding, findings) as lines:
                yield text_file_row(lines, name)
    else:
        with _opened_lines(file.path, file.name, invalid_utf8, encoding, findings) as lines:
            yield from _text_rows(lines, kind, None, findings)


@contextmanager
def _opened_lines(
    path: Path, name: str, invalid_utf8: InvalidUtf8, encoding: str, findings: Findings
) -> Iterator[Lines]:
    found = settled_encoding(path, encoding)
    if found not in (UTF_8, encoding):
        findings.encodings[name] = found
    with open_documents(path) as opened:
        yield Lines(opened, path, invalid_utf8, found)


def stream_rows(
    file: BinaryIO,
    name: Path,
    form: Format,
    invalid_utf8: InvalidUtf8 = "stop",
    lang: str | None = None,
    encoding: str = UTF_8,
) -> Iterator[FileRow]:
    """Yield the rows of an open file or of standard input, like :func:`read_rows`.

    Args:
        file: the open file.
        name: its name in messages.
        form: the format of the rows.
        invalid_utf8: whether a byte that does not belong to the encoding stops the reading or rejects its row.
        lang: the language of the documents, for ``text``.
        encoding: Python's name of the encoding.
    """
    yield from _some(_text_rows(Lines(file, name, invalid_utf8, encoding), form, lang, Findings()), name)


def _some(rows: Iterator[FileRow], name: Path) -> Iterator[FileRow]:
    first = next(rows, None)
    if first is None:
        raise InputError(f"{name} holds no rows. Expected one document in each row.")
    yield first
    yield from rows


def _text_rows(lines: Lines, form: Format, lang: str | None, findings: Findings) -> Iterator[FileRow]:
    if form in DELIMITERS:
        return table_rows(lines, form, findings)
    if form == "json":
        return json_array_rows(lines)
    return _line_rows(lines, json_line_row if form == "jsonl" else partial(text_line_row, lang))


def _line_rows(lines: Lines, read: Callable[[int, str], FileRow]) -> Iterator[FileRow]:
    for line in lines:
        if invalid := lines.take_invalid(lines.number):
            yield FileRow(lines.number, {}, invalid)
        elif line.strip():
            yield read(lines.number, line)
