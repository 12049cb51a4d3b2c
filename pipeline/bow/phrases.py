"""Two words that belong together, such as `prime_minister`, counted as one word of the vocabulary.

A phrase is known by the mark between its words, so that a vocabulary says by itself which neighbours are joined: in
training, in new documents and in the reference corpus alike.
"""

from __future__ import annotations

import numpy as np
import polars as pl

MARK = "_"
FEWEST_DOCUMENTS = 5  # two rare words are always together by chance


def phrases_of(words: pl.DataFrame) -> pl.DataFrame:
    """The rows of a vocabulary (column ``word``, perhaps ``lang``) that are phrases."""
    return words.filter(pl.col("word").str.contains(f".{MARK}.")).select(words.columns)


def join_phrases(occurrences: pl.DataFrame, phrases: pl.DataFrame) -> pl.DataFrame:
    """The occurrences with neighbours that form a phrase as one word, from left to right.

    Args:
        occurrences: columns ``document`` and ``word``, perhaps ``lang``, in the order of the texts.
        phrases: columns ``word`` and, if the occurrences have it, ``lang``.
    """
    if phrases.is_empty():
        return occurrences
    keys = [name for name in ("lang", "word") if name in phrases.columns]
    known = phrases.select(*keys, is_phrase=pl.lit(True)).rename({"word": "pair"})
    on = [*keys[:-1], "pair"]
    pairs = _with_pairs(occurrences).join(known, on=on, how="left", maintain_order="left")
    is_first = _without_overlap(pairs["is_phrase"].fill_null(False).to_numpy())
    is_second = np.concatenate([[False], is_first[:-1]])
    joined = pairs.with_columns(word=pl.when(pl.Series(is_first)).then("pair").otherwise("word"))
    return joined.filter(pl.Series(~is_second)).select(occurrences.columns)


def learn_phrases(occurrences: pl.DataFrame, npmi: float, min_documents: int) -> pl.DataFrame:
    """The phrases of one language's texts: neighbours with a high NPMI (Bouma, 2009) in enough documents.

    NPMI is ln(p(xy) / (p(x) p(y))) / -ln p(xy): 0 where two words meet by chance, 1 where they occur only together.

    Args:
        occurrences: columns ``document`` and ``word``, in the order of the texts.
        npmi: the least NPMI.
        min_documents: the least number of documents that must have the phrase; never less than 5.

    Returns:
        Column ``word``, sorted.
    """
    words = occurrences.drop_nulls("word")
    counts = words["word"].value_counts(name="times")
    pairs = _with_pairs(words).with_columns(following=pl.col("word").shift(-1)).drop_nulls("pair")
    found = pairs.group_by("pair", "word", "following").agg(both=pl.len(), documents=pl.col("document").n_unique())
    found = found.filter(pl.col("documents") >= max(min_documents, FEWEST_DOCUMENTS))
    following_counts = counts.rename({"word": "following", "times": "times_following"})
    found = found.join(counts, on="word").join(following_counts, on="following")
    total = len(words)
    expected = pl.col("times").cast(pl.Float64) * pl.col("times_following") / total
    score = (pl.col("both") / expected).log() / -(pl.col("both") / total).log()
    return found.filter(score >= npmi).select(word="pair").sort("word")


def _with_pairs(occurrences: pl.DataFrame) -> pl.DataFrame:
    """Column ``pair``: a word joined with the next one of its document; null at the end of a document."""
    is_inside = pl.col("document") == pl.col("document").shift(-1)
    pair = pl.concat_str("word", pl.col("word").shift(-1), separator=MARK)
    return occurrences.with_columns(pair=pl.when(is_inside).then(pair))


def _without_overlap(is_pair: np.ndarray) -> np.ndarray:
    """Of pairs in a row, which share a word with the next, every second one, beginning with the first."""
    places = np.arange(len(is_pair))
    starts = np.where(is_pair & ~np.concatenate([[False], is_pair[:-1]]), places, 0)
    kept: np.ndarray = is_pair & ((places - np.maximum.accumulate(starts)) % 2 == 0)
    return kept
