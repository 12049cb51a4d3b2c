"""Theta for documents that came after training, from files and the folder of a finished run."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
from pydantic import ValidationError

from pipeline.bow.counts import count_words, language_bow
from pipeline.common.arrays import filled
from pipeline.common.errors import InputError
from pipeline.common.files import write_text
from pipeline.common.layout import LAYOUT
from pipeline.documents.columns import OPTIONAL
from pipeline.documents.intake import REJECT_COLUMNS, DocumentsParams, read_checked
from pipeline.documents.read import document_files
from pipeline.documents.select import in_order
from pipeline.encoders.base import Encoder
from pipeline.inference import theta_table
from pipeline.models.store import Run
from pipeline.tokens.tokenise import TokeniseParams, tokenise

READING = DocumentsParams(invalid_utf8="reject")
LARGEST = 3  # topics in the column `top`
SHOWN = 10
FORMULA = r"^([=+\-@])"  # a cell that begins so is run as a formula by spreadsheets

log = logging.getLogger(__name__)


def check_output(path: Path, model: Path) -> None:
    """Refuse an output that is not Parquet, or that would fall among the pipeline's files.

    Args:
        path: where theta is to be written.
        model: the folder of the run.

    Raises:
        InputError: it is to be refused.
    """
    if path.suffix != ".parquet":
        raise InputError(f"--output {path}: theta is written as Parquet only. Give a name that ends in .parquet.")
    for folder in (LAYOUT.theta.parent, LAYOUT.model, model):
        if path.resolve().is_relative_to(folder.resolve()):
            raise InputError(f"--output {path}: {folder} holds the pipeline's own files. Write to another folder.")


def read_new_documents(path: Path, languages: Sequence[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Read documents by the rules of the pipeline's own intake, but without a split and in any of the languages.

    Only ``id``, ``lang`` and ``text`` are read; split, label and the other optional columns are passed over.

    Args:
        path: a file of documents, or a folder of them.
        languages: those of the model, pivot first.

    Returns:
        The documents (id, lang, text), language by language in the order of ``languages`` and within each in
        the order of the input; and the rejected rows (file, row, id, lang, reason).

    Raises:
        InputError: something is wrong that rejecting single rows does not mend, or a document is in another language.
    """
    rows = read_checked(document_files(path), None, READING, OPTIONAL)
    accepted = rows.filter(pl.col("reason").is_null())
    _refuse_others(accepted, languages)
    documents = in_order(accepted, languages).select("id", "lang", "text")
    return documents, rows.filter(pl.col("reason").is_not_null()).select(REJECT_COLUMNS)


def infer_theta(run: Run, documents: pl.DataFrame, encoder: Encoder | None = None) -> pl.DataFrame:
    """Theta under a trained model, with the tokeniser's parameters and the vocabulary that it was trained with.

    Args:
        run: from :func:`pipeline.models.store.load_run`.
        documents: as :func:`read_new_documents` gives them, in the model's order of languages.
        encoder: of the run, for a model that reads embeddings.

    Returns:
        One row a document: id, lang, theta and mean (arrays of K), words (how many of its tokens the model knows)
        and top (the numbers of the largest topics, from 0, the largest first). Theta, mean and top are null where
        words is 0.

    Raises:
        InputError: the run's tokeniser parameters cannot be used.
    """
    tokens = tokenise(documents, _with_lists_for(documents["lang"].unique(), _tokenise_params(run)))
    bows = language_bow(count_words(tokens, run.vocabulary), run.vocabulary, documents["lang"])
    words = np.concatenate([bow.sum(axis=1) for bow in bows.values()])
    vectors = _embedded(encoder, documents.with_columns(tokens), words > 0, run.model.embedding) if encoder else None
    table = documents.select("id", "lang").with_columns(theta_table(run.model, bows, vectors))
    return table.with_columns(pl.Series("words", words, dtype=pl.UInt32), top=_largest(table["theta"]))


def write_rejects(rejects: pl.DataFrame, path: Path) -> None:
    """Log the first rejected rows, and write all to a CSV that is safe to open in a spreadsheet.

    Without rejects there is no file: one of an earlier run goes.
    """
    path.unlink(missing_ok=True)
    if rejects.is_empty():
        return
    for file, row, reason in rejects.head(SHOWN).select("file", "row", "reason").iter_rows():
        log.warning("rejected %s:%d: %s", file, row, reason)
    log.warning("%d rows rejected, all listed in %s", rejects.height, path)
    write_text(rejects.with_columns(pl.col(pl.String).str.replace(FORMULA, "'${1}")).write_csv(), path)


def log_summary(theta: pl.DataFrame, rejects: pl.DataFrame, output: Path) -> None:
    """One line for the whole: every row that came in is a document or a reject."""
    unknown = (theta["words"] == 0).sum()
    counts = (theta.height + rejects.height, theta.height, rejects.height, unknown, output)
    log.info("%d rows: %d documents, %d rejected; %d without known words (theta null); written to %s", *counts)


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


def _tokenise_params(run: Run) -> TokeniseParams:
    try:
        params = TokeniseParams.model_validate(run.tokenise)
    except ValidationError as error:
        raise InputError(
            f"config.json of the model: `tokenise` cannot be used: {error}. `dvc repro train` makes a new model."
        ) from error
    if params.pretokenised:
        log.info("the model was trained on pretokenised texts: the new ones are taken as tokens between blanks too")
    return params


def _with_lists_for(languages: pl.Series, params: TokeniseParams) -> TokeniseParams:
    """The parameters without the user's stop words where none are of these languages.

    In training that is taken for a mistake; in a file of one language it need not be.
    """
    folder = params.stopwords
    if not folder.is_dir() or any((folder / f"{lang}.txt").exists() for lang in languages):
        return params
    return params.model_copy(update={"stopwords": LAYOUT.none})


def _embedded(encoder: Encoder, documents: pl.DataFrame, known: np.ndarray, width: int) -> np.ndarray:
    """(D, E) vectors of the documents with known words; zeros for the others, whose theta is null anyway."""
    vectors = np.zeros((len(documents), width), np.float32)
    if known.any():
        vectors[known] = encoder.encode(documents.filter(pl.Series(known)))
    return vectors


def _largest(theta: pl.Series) -> pl.Expr:
    order = np.argsort(-filled(theta), axis=1, kind="stable")[:, :LARGEST]
    return pl.when(theta.is_not_null()).then(pl.Series(order.tolist(), dtype=pl.List(pl.UInt32)))
