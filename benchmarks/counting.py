"""From tokens to sparse counts; the yardstick is one Counter for each document."""

from __future__ import annotations

from collections import Counter

import polars as pl
from scipy.sparse import csr_array

from benchmarks.case import Case, Work, timed
from benchmarks.made_up import token_table
from pipeline.bow.counts import count_words, language_bow
from pipeline.bow.vocabulary import BowParams, build_vocabulary
from pipeline.tables.by_language import ByLanguage

LANGUAGES = ("en", "zh")
DOCUMENTS, TOKENS, WORDS = 100_000, 12, 20_000


def bow() -> Case:
    """Vocabulary, counts and matrices of 100,000 documents in each language."""
    table, params = token_table(LANGUAGES, DOCUMENTS, TOKENS, WORDS), BowParams.model_validate({})
    return Case(
        "documents/s",
        Work(timed(lambda: _ours(table, params)), len(table)),
        Work(timed(lambda: _plain(table, params)), len(table)),
        f"2 x {DOCUMENTS:,} documents of {TOKENS} tokens, vocabulary and counts; one Counter a document",
    )


def _ours(table: pl.DataFrame, params: BowParams) -> dict[str, csr_array]:
    vocabulary = build_vocabulary(table, table["split"], params)
    return language_bow(count_words(table, vocabulary), vocabulary, ByLanguage.of(table["lang"]))


def _plain(table: pl.DataFrame, params: BowParams) -> dict[str, csr_array]:
    return {lang: _plain_language(table.filter(pl.col("lang") == lang), params) for lang in LANGUAGES}


def _plain_language(part: pl.DataFrame, params: BowParams) -> csr_array:
    counted = [Counter(tokens) for tokens in part["tokens"].to_list()]
    total: Counter[str] = Counter()
    documents_with: Counter[str] = Counter()
    for words, split in zip(counted, part["split"], strict=True):
        if split == "train":
            total.update(words)
            documents_with.update(words.keys())
    kept = sorted(word for word, _ in total.most_common() if documents_with[word] >= params.min_documents)[
        : params.size
    ]
    terms = {word: term for term, word in enumerate(kept)}
    entries = [(d, terms[w], n) for d, words in enumerate(counted) for w, n in words.items() if w in terms]
    rows, columns, values = zip(*entries, strict=True)
    return csr_array((values, (rows, columns)), shape=(len(part), len(terms)))
