"""Aligned texts beside the documents: the reference corpus, on which coherence is measured, and `parallel`."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from pipeline.common.errors import InputError
from pipeline.common.wording import counted
from pipeline.documents.account import log_rejects
from pipeline.documents.formats import REFERENCE_STEM, files_in, stem_of
from pipeline.documents.intake import DocumentsParams, read_checked
from pipeline.tables.catalogue import PARALLEL, REFERENCE

log = logging.getLogger(__name__)


def find_reference(path: Path, reference: Path | None) -> Path | None:
    """The path of the reference corpus: as the parameter says, else `reference.*` next to the documents, else None.

    Raises:
        InputError: the file of the parameter does not exist, or the folder has several reference corpora.
    """
    if reference:
        if not reference.exists():
            raise InputError(f"reference: {reference} does not exist. Name another file, or no file.")
        return reference
    files = [file for file in files_in(path) if stem_of(file) == REFERENCE_STEM] if path.is_dir() else []
    if len(files) > 1:
        raise InputError(f"{path} holds several reference corpora: {', '.join(file.name for file in files)}. Keep one.")
    return files[0] if files else None


def read_reference(
    path: Path | None, documents: pl.DataFrame, languages: Sequence[str], params: DocumentsParams | None = None
) -> pl.DataFrame:
    """The aligned texts in long form: ``pair``, ``lang``, ``text``.

    Args:
        path: a file or folder, in the formats of documents; None uses the pairs of the training documents.
        documents: the run's documents.
        languages: the run's languages.
        params: how to read.

    Returns:
        The texts in pairs that have at least two of the languages; empty where the documents have no pairs.

    Raises:
        InputError: the file cannot be used, or has no such pair.
    """
    if path is None:
        return _own_pairs(documents)
    return _read(path, languages, params, "reference")


def read_parallel(path: Path | None, languages: Sequence[str], params: DocumentsParams | None = None) -> pl.DataFrame:
    """The texts of the parameter `parallel` in long form, like those of :func:`read_reference`.

    Args:
        path: a file or folder, in the formats of documents; None gives no texts.
        languages: the run's languages.
        params: how to read.

    Raises:
        InputError: the file cannot be used, or has no pair in two of the languages.
    """
    return PARALLEL.empty() if path is None else _read(path, languages, params, "parallel")


def _read(path: Path, languages: Sequence[str], params: DocumentsParams | None, name: str) -> pl.DataFrame:
    if not path.exists():
        raise InputError(f"{name}: {path} does not exist. Name another file, or no file.")
    rows = read_checked(path, tuple(languages), params or DocumentsParams())
    log_rejects(rows)
    aligned = _aligned(rows.filter(pl.col("reason").is_null()))
    if aligned.is_empty():
        raise InputError(
            f"{path}: no `pair` holds two of the languages {', '.join(languages)}. `{name}` needs such pairs."
        )
    log.info("%s, %s: %s of %s", name, path, counted(aligned.height, "text"), counted(rows.height, "row"))
    return aligned


def _own_pairs(documents: pl.DataFrame) -> pl.DataFrame:
    aligned = _aligned(documents.filter(pl.col("split") == "train"))
    if aligned.is_empty():
        log.info("no reference corpus is given, and the training documents have no pairs")
    else:
        log.info(
            "no reference corpus is given: the training documents' own pairs are used, %s",
            counted(aligned.height, "text"),
        )
    return aligned


def _aligned(rows: pl.DataFrame) -> pl.DataFrame:
    paired = rows.filter(pl.col("pair").is_not_null())
    return paired.filter(pl.col("lang").n_unique().over("pair") > 1).select(list(REFERENCE.columns))
