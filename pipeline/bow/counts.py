"""From tokens to bags of words: counts of the vocabulary's words, as a table and as sparse matrices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl
from scipy.sparse import csr_array

from pipeline.bow.phrases import join_phrases, phrases_of
from pipeline.tables.by_language import ByLanguage, vocabulary_sizes

BLOCK = 50_000  # documents whose words are separate rows at one time, which bounds the memory


def count_words(tokens: pl.DataFrame, vocabulary: pl.DataFrame) -> pl.DataFrame:
    """How often each document has each word of its language's vocabulary; phrases are joined first.

    Args:
        tokens: columns ``lang`` and ``tokens``.
        vocabulary: columns ``lang``, ``term`` and ``word``.

    Returns:
        The table :data:`pipeline.tables.catalogue.BOW`; a document without words has no row.
    """
    words = vocabulary.select("lang", "word", "term")
    blocks = [_count_block(block, words) for block in tokens.select("lang", "tokens").iter_slices(BLOCK)]
    starts = range(0, len(tokens), BLOCK)
    numbered = [block.with_columns(pl.col("document") + start) for start, block in zip(starts, blocks, strict=True)]
    return pl.concat(numbered) if numbered else _count_block(tokens, words)


def word_counts(tokens: pl.Series, words: Sequence[str]) -> Iterator[tuple[slice, csr_array]]:
    """Count some words in documents of one language, block by block.

    Args:
        tokens: D lists of words.
        words: V different words.

    Yields:
        The slice of the documents, and their (<= BLOCK, V) float32 counts.
    """
    index = pl.DataFrame({"word": words, "term": np.arange(len(words))}, schema_overrides={"word": pl.String})
    for start in range(0, len(tokens), BLOCK):
        block = tokens.slice(start, BLOCK)
        counts = _count_block(pl.DataFrame({"tokens": block}), index)
        places = (counts["document"].to_numpy(), counts["term"].to_numpy())
        matrix = csr_array((counts["count"].to_numpy().astype(np.float32), places), shape=(len(block), len(words)))
        yield slice(start, start + len(block)), matrix


def _count_block(tokens: pl.DataFrame, words: pl.DataFrame) -> pl.DataFrame:
    """Columns document, term and count, sorted; ``words`` has a column lang if ``tokens`` has one."""
    keys = [name for name in ("lang", "word") if name in words.columns]
    occurrences = tokens.rename({"tokens": "word"}).with_row_index("document").explode("word")
    occurrences = join_phrases(occurrences, phrases_of(words.select(keys)))
    known_words = occurrences.join(words, on=keys)
    return known_words.group_by("document", "term").agg(count=pl.len()).sort("document", "term")


def language_bow(bow: pl.DataFrame, vocabulary: pl.DataFrame, documents: ByLanguage) -> dict[str, csr_array]:
    """The counts as one sparse matrix for each language.

    Args:
        bow: from :func:`count_words`.
        vocabulary: column ``lang``, one row for each term.
        documents: the rows of each language in the table of documents.

    Returns:
        For each language (D documents in the order of the table, V terms) int32; a document without words has an
        empty row.
    """
    document, term, count = (bow[name].to_numpy() for name in ("document", "term", "count"))
    matrices = {}
    for language, size in vocabulary_sizes(vocabulary).items():
        rows = documents.slices[language]
        entries = documents.chosen(document)[language]
        places = ((document[entries] - rows.start).astype(np.int32), term[entries].astype(np.int32))
        matrices[language] = csr_array((count[entries].astype(np.int32), places), shape=(rows.stop - rows.start, size))
    return matrices
