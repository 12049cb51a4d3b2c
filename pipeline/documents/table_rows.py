"""Rows of CSV and TSV files. A quote that is out of place costs at most its own row."""

from __future__ import annotations

import csv
import logging
import re
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.common.errors import InputError
from pipeline.common.wording import counted
from pipeline.documents.file_columns import ALSO_CALLED, check_header, is_known_column
from pipeline.documents.file_row import FileRow
from pipeline.documents.findings import Findings
from pipeline.documents.lines import Lines
from pipeline.languages.codes import is_language

log = logging.getLogger(__name__)

DELIMITERS = {"csv": ",", "tsv": "\t"}
OTHER_DELIMITERS = (",", ";", "\t", "|")  # a semicolon is what spreadsheets use where the decimal sign is a comma
NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
DECLARED = re.compile(r"sep=(.)\s*")  # the first line of some tables that Excel reads
LANGUAGE_NAMES = frozenset({"lang", *ALSO_CALLED["lang"]})
LONGEST_FIELD = 2**30  # characters; csv's own limit of 128 KiB is shorter than many documents


def table_rows(lines: Lines, form: str, findings: Findings) -> Iterator[FileRow]:
    """Yield the rows of a table.

    A field in quotes may hold line ends. Where that cannot be meant (the quote is never closed, a closing quote stands
    within a field, or the lines in the quotes are rows of their own), the quotes of the row's first line are read as
    characters, and the next line begins the next row.

    Args:
        lines: the lines of the file.
        form: ``csv`` or ``tsv``.
        findings: takes the number of rows with quotes out of place.

    Raises:
        InputError: the header cannot be used.
    """
    csv.field_size_limit(LONGEST_FIELD)
    tape = _Tape(lines)
    delimiter = _delimiter(lines.name, tape, DELIMITERS[form])
    header: list[str] | None = None
    strays: list[int] = []
    for line, fields, problem in _records(tape, delimiter):
        if header is None:
            header = _header(lines.name, line, fields, problem or lines.take_invalid(line, line + len(tape.taken) - 1))
            continue
        if _is_doubtful(tape.taken, fields, problem, header, delimiter):
            plain = _split(tape.taken[0], delimiter)
            if problem or len(plain) == len(header):
                tape.keep_first()
            if len(plain) == len(header):
                fields, problem = plain, None
                strays.append(line)
        problem = problem or lines.take_invalid(line, line + len(tape.taken) - 1)
        if problem is None and len(fields) != len(header):
            problem = f"wrong number of fields: {len(fields)}, the header has {len(header)}"
        yield FileRow(line, {} if problem else dict(zip(header, fields, strict=True)), problem)
    if strays:
        findings.stray_quotes[lines.name.name] = len(strays)
        log.warning(
            "%s: quotes out of place, which are read as characters, in %s; the first is row %d",
            *(lines.name, counted(len(strays), "row"), strays[0]),
        )


class _Tape:
    """Lines that can be taken again: of the lines that a record took, all but the first may be given back."""

    def __init__(self, lines: Lines) -> None:
        self._lines, self._given_back = iter(lines), deque[str]()
        self.taken: list[str] = []
        self.line = 1  # where the record begins

    def __iter__(self) -> _Tape:
        return self

    def __next__(self) -> str:
        line = self._given_back.popleft() if self._given_back else next(self._lines)
        self.taken.append(line)
        return line

    def begin(self) -> None:
        """Begin the next record."""
        self.line += len(self.taken)
        self.taken = []

    def keep_first(self) -> None:
        """End the record with its first line."""
        self.give_back(self.taken[1:])
        self.taken = self.taken[:1]

    def give_back(self, lines: Sequence[str]) -> None:
        self._given_back.extendleft(reversed(lines))


def _records(tape: _Tape, delimiter: str) -> Iterator[tuple[int, list[str], str | None]]:
    """Yield the line, the fields and the problem of each record that is not blank."""
    reader = csv.reader(tape, delimiter=delimiter, strict=True)
    while True:
        tape.begin()
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            is_open = "unexpected end" in str(error)
            yield tape.line, [], "a quote is opened and never closed" if is_open else f"invalid quoting: {error}"
            continue
        if fields:
            yield tape.line, fields, None


def _is_doubtful(
    taken: Sequence[str], fields: Sequence[str], problem: str | None, header: Sequence[str], delimiter: str
) -> bool:
    """Whether the quotes of a record may be out of place: it cannot be read, or it seems to hold rows of its own."""
    if problem or len(taken) == 1:
        return problem is not None
    if len(fields) != len(header):
        return True
    place = next((number for number, name in enumerate(header) if name.lower() in LANGUAGE_NAMES), None)
    inner = [_split(line, delimiter) for line in taken[1:]]
    return place is not None and any(len(row) == len(header) and is_language(row[place]) for row in inner)


def _split(line: str, delimiter: str) -> list[str]:
    """The fields of a line whose quotes are characters, save those around a whole field."""
    fields = line.rstrip("\r\n").split(delimiter)
    return [
        field[1:-1].replace('""', '"') if len(field) > 1 and field[0] == field[-1] == '"' else field for field in fields
    ]


def _delimiter(name: Path, tape: _Tape, own: str) -> str:
    """The delimiter that cuts the header into the most known names; it stays before the header on the tape."""
    first = next((line for line in tape if line.strip()), "")
    if declared := DECLARED.fullmatch(first):
        return declared[1]
    blank = tape.taken[:-1]
    tape.taken = blank
    tape.give_back([first])
    counts = {mark: _known_names(first, mark) for mark in dict.fromkeys((own, *OTHER_DELIMITERS))}
    present = next((mark for mark in counts if mark in first), own)
    delimiter = max(counts, key=lambda mark: (counts[mark], mark == present))
    if delimiter != own:
        log.warning("%s: the header has %s; the file is read as separated by them", name, NAMES[delimiter])
    return delimiter


def _known_names(header: str, delimiter: str) -> int:
    return (
        sum(is_known_column(name.strip().strip('"')) for name in header.split(delimiter)) if delimiter in header else 0
    )


def _header(path: Path, line: int, fields: Sequence[str], problem: str | None) -> list[str]:
    names = [name.strip() for name in fields]
    repeated = sorted({name for name in names if name and names.count(name) > 1})
    if problem or repeated:
        raise InputError(
            f"{path}:1: the header cannot be used: {problem or f'columns {repeated} occur more than once'}."
        )
    check_header(path, line, names)
    return names
