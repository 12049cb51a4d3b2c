"""From files to one table of documents."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, field_validator

from pipeline.common.errors import InputError
from pipeline.common.wording import counted
from pipeline.documents.account import Account, intake_report, log_rejects, log_summary
from pipeline.documents.check import UNKNOWN_LANGUAGE, check_rows
from pipeline.documents.dates import DateOrder, normalised_dates
from pipeline.documents.duplicates import Duplicates
from pipeline.documents.encodings import AUTO_ENCODING, check_encoding
from pipeline.documents.file_columns import FileColumns, raw_documents
from pipeline.documents.file_row import FileRow
from pipeline.documents.findings import Findings
from pipeline.documents.formats import DocumentFile, find_documents
from pipeline.documents.lines import InvalidUtf8
from pipeline.documents.long_texts import check_passage_ids, passage_counts, with_passages
from pipeline.documents.markup import without_markup
from pipeline.documents.read import read_rows
from pipeline.documents.row_languages import language_notes, with_languages
from pipeline.documents.select import assign_split, in_order, listed_languages, order_languages, reject_unlisted
from pipeline.languages.normalise import normalise
from pipeline.tables.catalogue import DOCUMENTS, REJECTS


class DocumentsParams(BaseModel):
    """How documents are read.

    Attributes:
        test_share: share of the documents without a `split` that is held out for testing.
        encoding: encoding of the files, or `auto`: UTF-8, unless a file clearly has another.
        invalid_utf8: whether a byte that does not belong to the encoding stops the run or rejects its row.
        max_characters: number of characters at which longer documents are cut off.
        split_length: about how many characters each passage has into which longer documents are cut; 0: none are cut.
        lang_certainty: rows without `lang` are rejected if their language is less certain than this.
        date_order: order of day and month in dates that end with the year; `auto`: as other dates of the file tell.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    test_share: float = Field(default=0.2, gt=0, lt=1)
    encoding: str = AUTO_ENCODING
    invalid_utf8: InvalidUtf8 = "stop"
    max_characters: int = Field(default=100_000, ge=1)
    split_length: int = Field(default=0, ge=0)
    lang_certainty: float = Field(default=0.7, ge=0, le=1)
    date_order: DateOrder = "auto"

    _known_encoding = field_validator("encoding")(check_encoding)


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
    """The result of an intake.

    Attributes:
        documents: the documents of the run; of a long text that was cut, its passages.
        rejects: rejected rows with their reasons.
        report: the counts of both.
        uncut: the documents before long ones were cut.
    """

    documents: pl.DataFrame
    rejects: pl.DataFrame
    report: dict[str, Any]
    uncut: pl.DataFrame


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
    findings = Findings()
    rows = read_checked(path, listed_codes, params, findings)
    log_rejects(rows)
    ordered_languages = order_languages(rows, listed_codes)
    rows, unread_dates = normalised_dates(rows, params.date_order)
    accepted = in_order(rows.filter(pl.col("reason").is_null()), ordered_languages)
    accepted = accepted.with_columns(
        pl.Series("note", language_notes(accepted["text"].to_list(), accepted["lang"].to_list()), pl.String)
    )
    documents = assign_split(accepted, params.test_share, seed)
    rejects = rows.filter(pl.col("reason").is_not_null()).select(list(REJECTS.columns))
    passages = with_passages(documents, params.split_length)
    check_passage_ids(passages)
    report = intake_report(Account(rows, documents, ordered_languages, findings, unread_dates))
    report["passages"] = passage_counts(passages)
    log_summary(report)
    return Intake(passages.select(list(DOCUMENTS.columns)), rejects, report, documents)


def read_checked(
    path: Path,
    listed: tuple[str, ...] | None,
    params: DocumentsParams,
    findings: Findings | None = None,
    passed_over: Collection[str] = (),
) -> pl.DataFrame:
    """All rows of a file or a folder, normalised, with a ``reason`` where a row cannot be used.

    Args:
        path: the file, or the folder, whose files are read in order of name.
        listed: the languages to keep; None keeps all.
        params: how to read.
        findings: takes what is noticed beside the rows.
        passed_over: optional columns that are not read, so that faults in them do not matter.

    Raises:
        InputError: a file cannot be used, or one id names different documents.
    """
    findings = findings or Findings()
    chunks = (
        chunk
        for file in find_documents(path, findings)
        for chunk in read_chunks(
            file,
            read_rows(file, params.invalid_utf8, params.encoding, findings),
            params.max_characters,
            findings,
            passed_over,
        )
    )
    rows = with_languages(pl.concat(chunks), listed, params.lang_certainty)
    return Duplicates().reject(reject_unlisted(rows, listed))


def read_chunks(
    file: DocumentFile,
    rows: Iterator[FileRow],
    max_characters: int,
    findings: Findings,
    passed_over: Collection[str] = (),
    size: int | None = None,
    listed: Sequence[str] | None = None,
) -> Iterator[pl.DataFrame]:
    """Yield tables of one file's rows, normalised, with a ``reason`` where a row cannot be used; duplicates stay.

    Rows without a language stay as well.

    Args:
        file: the file, for messages and for rows without an id.
        rows: the rows of the file, which are read only when a table needs them.
        max_characters: number of characters at which longer documents are cut.
        findings: takes what is noticed beside the rows.
        passed_over: optional columns that are not read.
        size: the number of rows in a table; None gives one table.
        listed: the languages outside of which a row is rejected; None takes every language.

    Raises:
        InputError: the file cannot be used, or none of its rows can, in whatever language.
    """
    form, count = FileColumns(file), 0
    first_row, is_usable = None, False
    while chunk := list(islice(rows, size)):
        raw = without_markup(raw_documents(form, chunk, passed_over))
        checked = check_rows(file.path, normalise(raw, max_characters), listed)
        count += checked.height
        first_row = first_row or checked.select("file", "row", "reason").row(0)
        is_usable = is_usable or checked["reason"].fill_null(UNKNOWN_LANGUAGE).str.starts_with(UNKNOWN_LANGUAGE).any()
        yield checked
    form.tell(findings)
    if not is_usable and first_row:
        name, row, reason = first_row
        first = name if row is None else f"Row {row}"
        raise InputError(f"{file.path}: it has {counted(count, 'row')}, and none can be used. {first}: {reason}.")
