"""Rows of JSON Lines, CSV and TSV files, each with its line number and, if it cannot be read, the reason."""

from __future__ import annotations

import csv
import io
import json
import logging
import re
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, Literal, NamedTuple, NoReturn

from pipeline.common.errors import InputError

log = logging.getLogger(__name__)

InvalidUtf8 = Literal["stop", "reject"]

Format = Literal["jsonl", "csv", "tsv", "text"]  # text: one document on each line, all in one language

JSON_LINES = frozenset({".jsonl", ".ndjson"})
DELIMITERS = {".csv": ",", ".tsv": "\t"}
FORMATS = "JSON Lines (.jsonl, .ndjson), CSV (.csv), TSV (.tsv)"
REFERENCE_STEM = "reference"

BOM = "\ufeff"
ESCAPED = re.compile("[\udc80-\udcff]")  # bytes that are not UTF-8 are decoded to these; valid UTF-8 never has them
LONGEST_FIELD = 2**30  # characters; csv's own limit of 128 KiB is shorter than many documents


class FileRow(NamedTuple):
    """One row of a file: the line it starts on, its fields by column, and why it cannot be used."""

    line: int
    fields: dict[str, Any]
    reason: str | None = None

    def without(self, columns: Collection[str]) -> FileRow:
        """The same row without the fields of ``columns``."""
        return self._replace(fields={name: value for name, value in self.fields.items() if name not in columns})


def document_files(path: Path) -> list[Path]:
    """The files of documents at ``path``: the file itself, or the files directly in the folder, sorted by name.

    Raises:
        InputError: ``path`` does not exist, or there is no file of a known format.
    """
    if not path.exists():
        raise InputError(f"{path} does not exist. Expected a file or a folder of {FORMATS}.")
    if not path.is_dir():  # a file, or something that can be read like one
        return [_check_format(path)]
    files = [file for file in files_in(path) if file.stem != REFERENCE_STEM]
    if not files:
        names = ", ".join(sorted(file.name for file in path.iterdir())) or "nothing"
        raise InputError(f"{path} holds no documents. Expected files of {FORMATS}; found {names}.")
    return files


def files_in(folder: Path) -> list[Path]:
    """The files of a known format directly in ``folder``, sorted by name, without hidden files."""
    files = (file for file in folder.iterdir() if file.is_file() and not file.name.startswith("."))
    return sorted(file for file in files if file.suffix.lower() in JSON_LINES | DELIMITERS.keys())


def read_rows(path: Path, invalid_utf8: InvalidUtf8 = "stop") -> Iterator[FileRow]:
    """Yield the rows of a file. A row that cannot be read has a reason. The file is never in memory as a whole.

    Raises:
        InputError: the file cannot be opened, has no rows, or is not UTF-8 (unless such rows may be rejected).
    """
    with open_documents(path) as file:
        yield from stream_rows(file, path, format_of(path), invalid_utf8)


def stream_rows(
    file: BinaryIO, name: Path, form: Format, invalid_utf8: InvalidUtf8 = "stop", lang: str | None = None
) -> Iterator[FileRow]:
    """Yield the rows of an open file or of standard input, like :func:`read_rows`.

    Args:
        file: the open file.
        name: its name in messages.
        form: the format of the rows.
        invalid_utf8: whether a byte that is not UTF-8 stops the reading or rejects its row.
        lang: the language of the documents, for ``text``.
    """
    lines = Lines(file, name, invalid_utf8)
    delimiter, is_empty = DELIMITERS.get(f".{form}"), True
    read_line = _json_row if form == "jsonl" else partial(_text_row, lang)
    for row in _csv_rows(lines, delimiter) if delimiter else _line_rows(lines, read_line):
        is_empty = False
        yield row
    if is_empty:
        raise InputError(f"{name} holds no rows. Expected one document in each row.")


def format_of(path: Path) -> Format:
    """The format of the rows of a file, by its name.

    Raises:
        InputError: the format is not known.
    """
    suffix = _check_format(path).suffix.lower()
    return "jsonl" if suffix in JSON_LINES else "csv" if suffix == ".csv" else "tsv"


@contextmanager
def open_documents(path: Path) -> Iterator[BinaryIO]:
    """Open a file to read its bytes.

    Raises:
        InputError: the file cannot be opened.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    with file:
        yield file


class Lines:
    """The lines of a file with their ends, without a byte order mark.

    Only CR LF, LF and CR end a line, since U+2028 may be part of a JSON string. A byte that is not UTF-8 is recorded,
    or stops the reading; in the line it is a lone surrogate.

    Attributes:
        name: the name of the file, for messages.
        number: the number of the last line, from 1.
        invalid: the byte that is not UTF-8, by line number; :meth:`take_invalid` removes the entries.
    """

    def __init__(self, file: BinaryIO, name: Path, invalid_utf8: InvalidUtf8) -> None:
        self.name, self.number = name, 0
        self.invalid: dict[int, str] = {}
        self._text = io.TextIOWrapper(file, encoding="utf-8", errors="surrogateescape", newline="")
        self._stops = invalid_utf8 == "stop"
        self._offset = 0  # of the next line, in bytes

    def __iter__(self) -> Iterator[str]:
        for line in self._text:
            self.number += 1
            if not line.isascii() and (escaped := ESCAPED.search(line)):
                self._note(line, escaped.start())
            self._offset += len(line) if line.isascii() else len(line.encode(errors="surrogateescape"))
            yield line.removeprefix(BOM) if self.number == 1 else line

    def take_invalid(self, first: int) -> str | None:
        """The first byte that is not UTF-8 from line ``first`` on. The entries of these lines are removed."""
        invalid_bytes = [self.invalid.pop(number) for number in list(self.invalid) if number >= first]
        return invalid_bytes[0] if invalid_bytes else None

    def _note(self, line: str, position: int) -> None:
        offset = self._offset + len(line[:position].encode())
        byte = f"byte 0x{ord(line[position]) - 0xDC00:02x} at byte offset {offset}"
        if self._stops:
            _stop_at(self.name, self.number, byte)
        self.invalid[self.number] = byte


def _check_format(path: Path) -> Path:
    if path.suffix.lower() not in JSON_LINES | DELIMITERS.keys():
        raise InputError(f"{path}: the format `{path.suffix}` is not known. Expected {FORMATS}.")
    return path


def _stop_at(path: Path, line: int, byte: str) -> NoReturn:
    raise InputError(
        f"{path}:{line}: not valid UTF-8: {byte}. Save the file as UTF-8, "
        "or set `documents.invalid_utf8: reject` to leave such rows out and count them."
    )


def _line_rows(lines: Lines, read: Callable[[int, str], FileRow]) -> Iterator[FileRow]:
    for line in lines:
        if invalid := lines.take_invalid(lines.number):
            yield FileRow(lines.number, {}, f"invalid UTF-8: {invalid}")
        elif line.strip():
            yield read(lines.number, line)


def _json_row(number: int, line: str) -> FileRow:
    try:
        fields = json.loads(line)
    except json.JSONDecodeError as error:
        return FileRow(number, {}, f"invalid JSON: {error.msg} at character {error.pos + 1}")
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, or endless brackets
        return FileRow(number, {}, f"invalid JSON: {error}")
    if not isinstance(fields, dict):
        return FileRow(number, {}, f"not a JSON object: {type(fields).__name__}")
    return FileRow(number, {name.strip(): value for name, value in fields.items()})


def _text_row(lang: str | None, number: int, line: str) -> FileRow:
    return FileRow(number, {"lang": lang, "text": line})


def _csv_rows(lines: Lines, delimiter: str) -> Iterator[FileRow]:
    csv.field_size_limit(LONGEST_FIELD)
    remaining_lines = iter(lines)
    first_lines: list[str] = []
    for text_line in remaining_lines:
        first_lines.append(text_line)
        if text_line.strip():  # blank lines may come before the header
            break
    if _is_semicolons("".join(first_lines), delimiter):
        log.warning(
            "%s: the header has semicolons and no comma; the file is read as separated by semicolons", lines.name
        )
        delimiter = ";"
    all_lines = chain(first_lines, remaining_lines)
    reader = csv.reader(all_lines, delimiter=delimiter, strict=True)  # line ends inside quotes are kept
    header: list[str] | None = None
    while (row := _next_csv_row(lines.name, reader)) is not None:
        line, fields, reason = row
        invalid_byte = lines.take_invalid(line)
        if header is None:
            header = _header(lines.name, fields, reason or invalid_byte)
        elif reason or invalid_byte:
            yield FileRow(line, {}, reason or f"invalid UTF-8: {invalid_byte}")
        elif len(fields) != len(header):
            yield FileRow(line, {}, f"wrong number of fields: {len(fields)}, the header has {len(header)}")
        else:
            yield FileRow(line, dict(zip(header, fields, strict=True)))


def _is_semicolons(header: str, delimiter: str) -> bool:
    """Whether a CSV file has semicolons, as spreadsheets save it where the decimal sign is a comma."""
    return delimiter == "," and "," not in header and ";" in header


def _next_csv_row(path: Path, reader: Any) -> tuple[int, list[str], str | None] | None:  # noqa: ANN401 - csv's reader
    """The line, fields and problem of the next row that is not blank; None at the end."""
    while True:
        line = reader.line_num + 1
        try:
            fields = next(reader)
        except StopIteration:
            return None
        except csv.Error as error:
            if "unexpected end" in str(error):
                raise InputError(f"{path}:{line}: a quote is opened in this row and never closed.") from error
            return line, [], f"invalid quoting: {error}"
        if fields:
            return line, fields, None


def _header(path: Path, fields: list[str], problem: str | None) -> list[str]:
    names = [name.strip() for name in fields]
    repeated = sorted({name for name in names if name and names.count(name) > 1})
    if problem or repeated:
        raise InputError(
            f"{path}:1: the header cannot be used: {problem or f'columns {repeated} occur more than once'}."
        )
    return names
