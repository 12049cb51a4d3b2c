"""Tokens to bags of words: one vocabulary a language, counts in sparse form."""

from __future__ import annotations

import logging

import polars as pl
from scipy.sparse import csr_array

log = logging.getLogger(__name__)


def count_words(tokens: pl.DataFrame, vocabulary: pl.DataFrame) -> pl.DataFrame:
    """How often each document has each word of its language's vocabulary.

    Args:
        tokens: columns ``lang`` and ``tokens``.
        vocabulary: columns ``lang``, ``term`` and ``word``.

    Returns:
        Columns ``document`` (row number), ``term`` and ``count``, sorted; no row for a document without words.
    """
    occurrences = tokens.select("lang", word="tokens").with_row_index("document").explode("word")
    known = occurrences.join(vocabulary.select("lang", "word", "term"), on=["lang", "word"])
    return known.group_by("document", "term").agg(count=pl.len()).sort("document", "term")


def language_bow(bow: pl.DataFrame, vocabulary: pl.DataFrame, languages: pl.Series) -> dict[str, csr_array]:
    """The counts as one sparse matrix a language.

    Args:
        bow: columns ``document``, ``term`` and ``count``.
        vocabulary: column ``lang``, one row a term.
        languages: the language of every document, in table order.

    Returns:
        For each language (its D documents in table order, its V terms) of int32; a document without words is
        an empty row.
    """
    documents = pl.DataFrame({"lang": languages}).with_row_index("document")
    located = bow.join(
        documents.with_columns(row=pl.int_range(pl.len()).over("lang")), on="document", maintain_order="left"
    )
    matrices = {}
    for lang, terms in vocabulary.group_by("lang", maintain_order=True).len().iter_rows():
        entries = located.filter(pl.col("lang") == lang)
        places = (entries["row"].to_numpy(), entries["term"].to_numpy())
        counts = entries["count"].cast(pl.Int32).to_numpy()
        matrices[lang] = csr_array((counts, places), shape=((languages == lang).sum(), terms))
    return matrices


def log_counts(bow: pl.DataFrame, vocabulary: pl.DataFrame, languages: pl.Series) -> None:
    """Tell each language's sizes, and how many documents have no word of the vocabulary."""
    per_document = bow.group_by("document").agg(entries=pl.len(), tokens=pl.col("count").sum())
    documents = pl.DataFrame({"lang": languages}).with_row_index("document").join(per_document, "document", "left")
    words = vocabulary.group_by("lang").agg(words=pl.len())
    sizes = documents.group_by("lang", maintain_order=True).agg(
        pl.len().alias("documents"), pl.col("entries", "tokens").sum(), pl.col("tokens").null_count().alias("without")
    )
    for row in sizes.join(words, "lang", "left", maintain_order="left").iter_rows(named=True):
        log.info(
            "%(lang)s: %(documents)d documents, %(words)d words, %(entries)d entries, %(tokens)d tokens; "
            "%(without)d documents have no word of the vocabulary (kept)",
            row,
        )
