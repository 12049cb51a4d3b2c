"""Rows of Excel workbooks (.xlsx)."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from pipeline.common.errors import InputError
from pipeline.documents.file_columns import check_header, is_known_column
from pipeline.documents.file_row import FileRow
from pipeline.documents.formats import check_unpacked

MOST_ROWS = 2**20

log = logging.getLogger(__name__)


def workbook_rows(path: Path) -> Iterator[FileRow]:
    """Yield the rows of the sheet that holds documents, with their numbers in the sheet. Formulas give their values.

    That is the only sheet with cells, or else the only one whose first row names a column of documents.

    Raises:
        InputError: the file cannot be read, or it is not clear which sheet holds the documents.
    """
    with _opened(path) as workbook:
        sheet = _sheet_of_documents(path, workbook)
        rows = ((number, row) for number, row in _numbered_rows(path, sheet) if _has_cell(row))
        header = _header_cells(path, *next(rows, (1, ())))
        for number, cells in rows:
            yield FileRow(number, {name: cell for name, cell in zip(header, cells, strict=False) if name})


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """Context with the workbook. It is read bit by bit, and a damaged one can raise almost anything on the way."""
    from openpyxl import load_workbook

    try:
        with ZipFile(path) as parts:
            check_unpacked(path, path.stat().st_size, sum(part.file_size for part in parts.infolist()))
        with closing(load_workbook(path, read_only=True, data_only=True)) as workbook:
            yield workbook
    except (InputError, MemoryError):
        raise
    except Exception as error:
        raise InputError(f"{path} cannot be read as an Excel workbook (.xlsx): {error}.") from error


def _sheet_of_documents(path: Path, workbook: Any) -> Any:  # noqa: ANN401 - openpyxl is untyped
    filled = {sheet.title: first for sheet in workbook.worksheets if (first := _first_row(path, sheet)) is not None}
    if not filled:
        raise InputError(f"{path}: no sheet holds a cell.")
    likely = [name for name, first in filled.items() if any(is_known_column(_name(cell)) for cell in first)]
    if len(filled) > 1 and len(likely) != 1:
        untitled = " None of them has the names of columns, such as `text` and `lang`, in its first row."
        raise InputError(
            f"{path}: several sheets hold data ({', '.join(filled)}), and it is not clear which of them are the "
            f"documents.{'' if likely else untitled} Keep one of them, or save each as a file of its own."
        )
    chosen = likely[0] if likely else next(iter(filled))
    if others := [name for name in filled if name != chosen]:
        log.warning("%s: the sheet %s is read; not read: %s", path, chosen, ", ".join(others))
    return workbook[chosen]


def _first_row(path: Path, sheet: Any) -> tuple[Any, ...] | None:  # noqa: ANN401 - openpyxl is untyped
    return next((row for _, row in _numbered_rows(path, sheet) if _has_cell(row)), None)


def _numbered_rows(path: Path, sheet: Any) -> Iterator[tuple[int, tuple[Any, ...]]]:  # noqa: ANN401
    """The rows with their numbers. No row is filled up to the last column that the sheet says it has: it may be XFD."""
    sheet.reset_dimensions()
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        if number > MOST_ROWS:
            raise InputError(
                f"{path}: the sheet {sheet.title} has a row after number {MOST_ROWS:,}, the last of Excel."
            )
        yield number, row


def _header_cells(path: Path, number: int, cells: tuple[Any, ...]) -> list[str]:
    names = [_name(cell) for cell in cells]
    if repeated := sorted({name for name in names if name and names.count(name) > 1}):
        raise InputError(f"{path}: the header cannot be used: columns {repeated} occur more than once.")
    check_header(path, number, names)
    return names


def _name(cell: Any) -> str:  # noqa: ANN401 - any cell
    return "" if cell is None else str(cell).strip()


def _has_cell(row: tuple[Any, ...]) -> bool:
    return any(cell is not None and str(cell).strip() for cell in row)
