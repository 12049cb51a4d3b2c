"""The aligned reference corpus: texts whose translations are known, for measuring coherence across languages."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from pipeline.common.errors import InputError
from pipeline.documents.account import log_rejects
from pipeline.documents.intake import DocumentsParams, read_checked
from pipeline.documents.read import REFERENCE_STEM, document_files, files_in
from pipeline.tables.catalogue import REFERENCE

log = logging.getLogger(__name__)


def find_reference(path: Path, reference: Path | None) -> Path | None:
    """Where the reference corpus lies: as the parameter says, else `reference.*` beside the documents.

    Raises:
        InputError: the parameter names nothing that exists, or the folder has several.
    """
    if reference:
        if not reference.exists():
            raise InputError(f"reference: {reference} does not exist. Name another file, or none.")
        return reference
    found = [file for file in files_in(path) if file.stem == REFERENCE_STEM] if path.is_dir() else []
    if len(found) > 1:
        raise InputError(f"{path} holds several reference corpora: {', '.join(file.name for file in found)}. Keep one.")
    return found[0] if found else None


def read_reference(
    path: Path | None, documents: pl.DataFrame, languages: Sequence[str], params: DocumentsParams | None = None
) -> pl.DataFrame:
    """The aligned texts in long form: ``pair``, ``lang``, ``text``.

    Args:
        path: file or folder, in the formats of documents; None takes the training documents' own pairs.
        documents: the run's documents.
        languages: the run's languages.
        params: how to read.

    Returns:
        The texts whose pair holds at least two of the languages; empty where the documents have no pairs.

    Raises:
        InputError: the file cannot be used, or holds no such pair.
    """
    if path is None:
        return _own_pairs(documents)
    rows = read_checked(document_files(path), tuple(languages), params or DocumentsParams())
    log_rejects(rows)
    aligned = _aligned(rows.filter(pl.col("reason").is_null()))
    if aligned.is_empty():
        raise InputError(f"{path}: no `pair` holds two of the languages {', '.join(languages)}, as a reference must.")
    log.info("reference corpus %s: %d texts of %d rows", path, aligned.height, rows.height)
    return aligned


def _own_pairs(documents: pl.DataFrame) -> pl.DataFrame:
    aligned = _aligned(documents.filter(pl.col("split") == "train"))
    if aligned.is_empty():
        log.info("no reference corpus is given, and the training documents have no pairs")
    else:
        log.info("no reference corpus is given: the training documents' own pairs are used, %d texts", aligned.height)
    return aligned


def _aligned(rows: pl.DataFrame) -> pl.DataFrame:
    paired = rows.filter(pl.col("pair").is_not_null())
    return paired.filter(pl.col("lang").n_unique().over("pair") > 1).select(list(REFERENCE.columns))
