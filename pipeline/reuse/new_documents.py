"""New documents as a stream of tables, from files or from standard input, checked as the pipeline checks documents."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import polars as pl
from pydantic import ValidationError

from pipeline.common.errors import InputError
from pipeline.common.wording import counted
from pipeline.documents.check import UNKNOWN_LANGUAGE
from pipeline.documents.duplicates import Duplicates
from pipeline.documents.encodings import AUTO_ENCODING, settled_encoding
from pipeline.documents.file_columns import OPTIONAL
from pipeline.documents.file_row import FileRow
from pipeline.documents.findings import Findings
from pipeline.documents.formats import DocumentFile, Format, find_documents
from pipeline.documents.intake import DocumentsParams, read_chunks
from pipeline.documents.lines import open_documents
from pipeline.documents.read import read_rows, stream_rows
from pipeline.documents.row_languages import with_languages
from pipeline.documents.select import reject_unlisted
from pipeline.languages.codes import check_language
from pipeline.run.finished import FinishedRun
from pipeline.run.record import read_records
from pipeline.tables.catalogue import REJECTS

STANDARD = Path("-")  # standard input or output
CHUNK = 5000  # rows in memory at once
INVALID: Final = "reject"  # a run may stop there; of new documents only the row is lost
DEFAULT_RULES: Final = DocumentsParams()


class Chunk(NamedTuple):
    """A part of the rows: documents (id, lang, text) in the order of the input, and rejected rows with reasons."""

    documents: pl.DataFrame
    rejects: pl.DataFrame


def reading_rules(run: FinishedRun) -> DocumentsParams:
    """How the run read its documents; the defaults where the folder has only a model.

    Raises:
        InputError: the record of the documents is damaged.
    """
    record = read_records(run.layout.records).get("documents")
    if record is None:
        return DocumentsParams()
    try:
        return DocumentsParams.model_validate(record.parameters["documents"])
    except (KeyError, TypeError, ValidationError) as error:
        raise InputError(
            f"{run.layout.records}: the record of `documents` does not say how documents are read: {error}. Export the "
            "model again, or run `dvc repro`."
        ) from error


def read_new_documents(
    path: Path,
    languages: Sequence[str],
    form: Format | None = None,
    lang: str | None = None,
    size: int = CHUNK,
    rules: DocumentsParams = DEFAULT_RULES,
) -> Iterator[Chunk]:
    """Read documents without a split, in any of the languages, ``size`` rows at a time.

    Only ``id``, ``lang`` and ``text`` are read; split, label and the other optional columns are ignored. The language
    of a document without ``lang`` is identified among those of the model. Memory grows only by 28 bytes for each row,
    which are needed to find duplicates.

    Args:
        path: a file of documents, a folder of them, or ``-`` for standard input.
        languages: the languages of the model.
        form: format of the rows; by default according to a file's name, and JSON Lines on standard input.
        lang: language of the documents, only for the format ``text``; without it, it is identified.
        size: rows in memory at once.
        rules: where longer documents are cut, and how certain an identified language must be, see
            :func:`reading_rules`.

    Raises:
        InputError: there is an error that cannot be solved by rejecting single rows, no row of a file can
            be used, or all rows are in other languages.
    """
    lang = _check_form(form, lang)
    duplicates, unknown, count = Duplicates(), Counter[str](), 0
    for file, rows in _sources(path, form, lang):
        for table in read_chunks(file, rows, rules.max_characters, Findings(), OPTIONAL, size, languages):
            named = with_languages(table, languages, rules.lang_certainty)
            checked = duplicates.reject(reject_unlisted(named, languages))
            rejected = pl.col("reason").is_not_null()
            documents = checked.filter(~rejected).select("id", "lang", "text")
            count += documents.height
            unknown.update(checked.filter(pl.col("reason").str.starts_with(UNKNOWN_LANGUAGE))["lang"])
            yield Chunk(
                documents,
                checked.filter(rejected).select(list(REJECTS.columns)),
            )
    if unknown and not count:
        found = ", ".join(f"`{lang}` ({counted(rows, 'row')})" for lang, rows in sorted(unknown.items()))
        raise InputError(
            f"{path}: no document is left. The model knows {', '.join(languages)}; found {found}. Train a model with "
            "their language."
        )


def _check_form(form: Format | None, lang: str | None) -> str | None:
    """The code of the language that the option names."""
    if form != "text" and lang is not None:
        raise InputError(
            f"--lang {lang} works only with `--format text`; in other formats each document has its own `lang`."
        )
    return None if lang is None else check_language(lang, "--lang")


def _sources(path: Path, form: Format | None, lang: str | None) -> Iterator[tuple[DocumentFile, Iterator[FileRow]]]:
    """Each file with its rows."""
    if path == STANDARD:
        name = Path("stdin")
        yield DocumentFile(name, "stdin", "stdin"), stream_rows(sys.stdin.buffer, name, form or "jsonl", INVALID, lang)
    elif form and not path.is_dir():
        with open_documents(path) as opened:
            rows = stream_rows(opened, path, form, INVALID, lang, settled_encoding(path, AUTO_ENCODING))
            yield DocumentFile(path, path.name, path.stem), rows
    else:
        for file in find_documents(path, Findings()):
            yield file, read_rows(file, INVALID)
