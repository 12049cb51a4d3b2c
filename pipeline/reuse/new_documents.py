"""New documents as a stream of tables, from files or from standard input, by the rules of the pipeline's intake."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import polars as pl

from pipeline.common.errors import InputError
from pipeline.documents.duplicates import Duplicates
from pipeline.documents.file_columns import OPTIONAL
from pipeline.documents.intake import DocumentsParams, read_chunks
from pipeline.documents.read import FileRow, Format, document_files, format_of, open_documents, stream_rows
from pipeline.languages.codes import check_language
from pipeline.tables.catalogue import REJECTS

STANDARD = Path("-")  # standard input or output
CHUNK = 5000  # rows held at once
READING = DocumentsParams(invalid_utf8="reject")


class Chunk(NamedTuple):
    """Some rows: the documents (id, lang, text) in the order of the input, and the rejected rows with reasons."""

    documents: pl.DataFrame
    rejects: pl.DataFrame


def read_new_documents(
    path: Path, languages: Sequence[str], form: Format | None = None, lang: str | None = None, size: int = CHUNK
) -> Iterator[Chunk]:
    """Read documents without a split, in any of the languages, ``size`` rows at a time.

    Only ``id``, ``lang`` and ``text`` are read; split, label and the other optional columns are passed over. What
    grows with the input is 28 bytes a row, by which duplicates are found.

    Args:
        path: a file of documents, a folder of them, or ``-`` for standard input.
        languages: those of the model.
        form: how the rows are written; by default what a file's name says, JSON Lines on standard input.
        lang: of the documents, for the form ``text`` alone.
        size: rows held at once.

    Raises:
        InputError: something is wrong that rejecting single rows does not mend, or a document is in another language.
    """
    _check_form(form, lang)
    duplicates = Duplicates()
    for name, rows in _sources(path, form, lang):
        for table in read_chunks(name, rows, READING, OPTIONAL, size):
            _refuse_others(table.filter(pl.col("reason").is_null()), languages)
            checked = duplicates.reject(table)
            rejected = pl.col("reason").is_not_null()
            yield Chunk(
                checked.filter(~rejected).select("id", "lang", "text"),
                checked.filter(rejected).select(list(REJECTS.columns)),
            )


def _check_form(form: Format | None, lang: str | None) -> None:
    if form == "text" and lang is None:
        raise InputError("--format text: which language are the documents in? Give it, as in `--lang en`.")
    if form != "text" and lang is not None:
        raise InputError(f"--lang {lang}: only with `--format text`; in other formats each document has its `lang`.")
    if lang is not None:
        check_language(lang, "--lang")


def _sources(path: Path, form: Format | None, lang: str | None) -> Iterator[tuple[Path, Iterator[FileRow]]]:
    """The name and the rows of each file."""
    if path == STANDARD:
        yield Path("stdin"), stream_rows(sys.stdin.buffer, Path("stdin"), form or "jsonl", READING.invalid_utf8, lang)
        return
    for file in [path] if form and not path.is_dir() else document_files(path):
        with open_documents(file) as opened:
            yield file, stream_rows(opened, file, form or format_of(file), READING.invalid_utf8, lang)


def _refuse_others(documents: pl.DataFrame, languages: Sequence[str]) -> None:
    others = documents.filter(~pl.col("lang").is_in(list(languages)))
    if others.is_empty():
        return
    counts = others.group_by("lang", maintain_order=True).len().sort("lang")
    found = ", ".join(f"`{lang}` ({count} documents)" for lang, count in counts.iter_rows())
    raise InputError(
        f"{others['file'][0]}:{others['row'][0]}: the model does not know {found}. It knows {', '.join(languages)}. "
        "Leave those documents out, or train a model with their language."
    )
