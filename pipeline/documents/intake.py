"""From files to one table of documents."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import polars as pl
from pydantic import BaseModel, ConfigDict, Field

from pipeline.common.errors import InputError
from pipeline.documents.account import intake_report, log_rejects, log_summary
from pipeline.documents.check import check_rows
from pipeline.documents.duplicates import Duplicates
from pipeline.documents.file_columns import FileColumns, raw_documents
from pipeline.documents.read import FileRow, InvalidUtf8, document_files, read_rows
from pipeline.documents.select import assign_split, in_order, listed_languages, order_languages, reject_unlisted
from pipeline.languages.normalise import normalise
from pipeline.tables.catalogue import DOCUMENTS, REJECTS


class DocumentsParams(BaseModel):
    """How documents are read.

    Attributes:
        test_share: share of the documents without a `split` that is held out for testing.
        invalid_utf8: whether a byte that is not UTF-8 stops the run or rejects its row.
        max_characters: number of characters at which longer documents are cut.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    test_share: float = Field(default=0.2, gt=0, lt=1)
    invalid_utf8: InvalidUtf8 = "stop"
    max_characters: int = Field(default=100_000, ge=1)


class IntakeParams(DocumentsParams):
    """What is read, from where and how.

    Attributes:
        dataset: a name for the documents.
        path: a file of documents, or a folder of them.
        reference: aligned documents for CNPMI; None uses those next to the documents, or their own pairs.
        parallel: more aligned documents, of which a dictionary is made where no file is given; None for no more.
        languages: ``auto``, or a list of codes, the pivot first.
        seed: seed of the split.
    """

    dataset: str = "sample"
    path: Path = Path("data/sample")
    reference: Path | None = None
    parallel: Path | None = None
    languages: str | list[str] = "auto"
    seed: int = Field(0, ge=0, lt=2**32)


@dataclass(frozen=True)
class Intake:
    """The result of an intake: documents, rejects with their reasons, and the counts of both."""

    documents: pl.DataFrame
    rejects: pl.DataFrame
    report: dict[str, Any]


def read_documents(path: Path, languages: str | Sequence[str], params: DocumentsParams, seed: int) -> Intake:
    """Read a file or folder of documents, normalised and checked.

    Args:
        path: a file, or a folder whose files are read in order of name (except for `reference.*`).
        languages: ``auto``, or at least two codes, the pivot first.
        params: how to read.
        seed: seed of the split.

    Raises:
        InputError: there is a fault that rejecting single rows does not solve.
    """
    listed_codes = listed_languages(languages)
    rows = read_checked(document_files(path), listed_codes, params)
    log_rejects(rows)
    ordered_languages = order_languages(rows, listed_codes)
    accepted = in_order(rows.filter(pl.col("reason").is_null()), ordered_languages)
    documents = assign_split(accepted, params.test_share, seed).select(list(DOCUMENTS.columns))
    rejects = rows.filter(pl.col("reason").is_not_null()).select(list(REJECTS.columns))
    report = intake_report(rows, documents, ordered_languages)
    log_summary(report)
    return Intake(documents, rejects, report)


def read_checked(
    files: Sequence[Path],
    listed: tuple[str, ...] | None,
    params: DocumentsParams,
    passed_over: Collection[str] = (),
) -> pl.DataFrame:
    """All rows of the files, normalised, with a ``reason`` where a row cannot be used.

    Args:
        files: the files, in the order of the rows.
        listed: the languages to keep; None keeps all.
        params: how to read.
        passed_over: optional columns that are not read, so that faults in them do not matter.

    Raises:
        InputError: a file cannot be used, or one id names different documents.
    """
    chunks = (
        chunk
        for file in files
        for chunk in read_chunks(file, read_rows(file, params.invalid_utf8), params.max_characters, passed_over)
    )
    return Duplicates().reject(reject_unlisted(pl.concat(chunks), listed))


def read_chunks(
    path: Path,
    rows: Iterator[FileRow],
    max_characters: int,
    passed_over: Collection[str] = (),
    size: int | None = None,
) -> Iterator[pl.DataFrame]:
    """Yield tables of one file's rows, normalised, with a ``reason`` where a row cannot be used; duplicates stay.

    Args:
        path: the file's name, for messages and for rows without an id.
        rows: the rows of the file, which are read only when a table needs them.
        max_characters: number of characters at which longer documents are cut.
        passed_over: optional columns that are not read.
        size: the number of rows in a table; None gives one table.

    Raises:
        InputError: the file cannot be used, or none of its rows can.
    """
    form, count = FileColumns(path), 0
    first_row, is_usable = None, False
    while chunk := list(islice(rows, size)):
        checked = check_rows(path, normalise(raw_documents(form, chunk, passed_over), max_characters))
        count += checked.height
        first_row = first_row or checked.select("row", "reason").row(0)
        is_usable = is_usable or checked["reason"].null_count() > 0
        yield checked
    if not is_usable and first_row:
        raise InputError(f"{path}: none of its {count} rows can be used. Row {first_row[0]}: {first_row[1]}.")
