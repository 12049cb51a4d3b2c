"""The offline encoder: word vectors from the corpus itself, aligned by a bilingual dictionary.

Needs no download. Every language is turned into the pivot's space; a document is the weighted mean of its
words (SIF, Arora et al., 2017) less its language's mean.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from pydantic import BaseModel, ConfigDict, Field
from scipy.sparse import csr_array, vstack

from pipeline.common.arrays import unit_rows
from pipeline.common.errors import InputError
from pipeline.encoders.alignment import Pairs, align, prune
from pipeline.encoders.dictionary import read_dictionary, vocabulary_pairs
from pipeline.encoders.word_vectors import word_vectors

log = logging.getLogger(__name__)

FEWEST_PAIRS = 20  # below that a rotation is guesswork
BLOCK = 50_000  # documents worked on at once, which keeps the memory flat


class AlignedParams(BaseModel):
    """The ``aligned`` section of params.yaml.

    Attributes:
        dictionary: folder of ``<pivot>-<language>.tsv`` files.
        dimension: width of the vectors.
        rounds: rounds of adding mutual nearest neighbours to the dictionary.
        min_documents: a word needs that many training documents to have a vector.
        max_words: the most frequent words of a language that get a vector.
        max_pivot_translations: pivot words with more translations are left out.
        max_translations: words of the other languages with more translations are left out.
        sif: a of SIF's word weight a / (a + p(word)).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    dictionary: Path
    seed: int = Field(0, ge=0, lt=2**32)
    dimension: int = Field(300, ge=2)
    rounds: int = Field(5, ge=0)
    min_documents: int = Field(2, ge=1)
    max_words: int = Field(10_000, ge=10)
    max_pivot_translations: int = Field(20, ge=1)
    max_translations: int = Field(4, ge=1)
    sif: float = Field(1e-3, gt=0)


@dataclass(frozen=True)
class WordSpace:
    """One language's words, their share of all training tokens, and their vectors.

    Attributes:
        words: V words, the most frequent first.
        share: (V,) sums to 1.
        vectors: (V, dimension).
    """

    words: list[str]
    share: np.ndarray
    vectors: np.ndarray


class AlignedEncoder:
    """Aligned word vectors; see the module."""

    def __init__(self, params: AlignedParams) -> None:
        self.params = params

    def encode(self, documents: pl.DataFrame) -> np.ndarray:
        """Learn from the training documents, embed all; see :class:`pipeline.encoders.base.Encoder`.

        Raises:
            InputError: a language shares too few dictionary pairs with the pivot.
        """
        languages = documents["lang"].unique(maintain_order=True).to_list()
        parts = {lang: documents.filter(pl.col("lang") == lang) for lang in languages}
        spaces = {lang: self._learn(part) for lang, part in parts.items()}
        pivot = languages[0]
        for lang in languages[1:]:
            spaces[lang] = self._turn(spaces[lang], lang, spaces[pivot], pivot)
        vectors = np.zeros((len(documents), self.params.dimension), np.float32)
        ends = np.cumsum([len(part) for part in parts.values()])
        for lang, out in zip(languages, np.split(vectors, ends[:-1]), strict=True):
            self._embed(parts.pop(lang), spaces.pop(lang), out)
        return vectors

    def _learn(self, part: pl.DataFrame) -> WordSpace:
        train = part.filter(pl.col("split") == "train")
        words = _frequent_words(train, self.params.min_documents, self.params.max_words)
        if len(words) < FEWEST_PAIRS:
            raise InputError(
                f"{part['lang'][0]}: only {len(words)} words occur in {self.params.min_documents} or more of the "
                f"{len(train)} training documents; at least {FEWEST_PAIRS} are needed. Add documents, lower "
                "aligned.min_documents, or use another encoder."
            )
        bow = _count(train, words)
        totals = np.asarray(bow.sum(axis=0), dtype=np.float64)
        vectors = word_vectors(bow, self.params.dimension, self.params.seed)
        return WordSpace(words, totals / max(totals.sum(), 1), vectors)

    def _turn(self, space: WordSpace, lang: str, pivot_space: WordSpace, pivot: str) -> WordSpace:
        pairs = self._pairs(space.words, lang, pivot_space.words, pivot)
        candidates = (np.arange(len(pivot_space.words)), np.arange(len(space.words)))
        rotation = align(pivot_space.vectors, space.vectors, pairs, self.params.rounds, candidates)
        return WordSpace(space.words, space.share, space.vectors @ rotation)

    def _pairs(self, words: list[str], lang: str, pivot_words: list[str], pivot: str) -> Pairs:
        entries, stemmed = read_dictionary(self.params.dictionary, pivot, lang)
        # Names, numbers and loans that both languages write alike are translations without a dictionary.
        same = sorted(set(words) & set(pivot_words))
        english_stems = (stemmed and pivot == "en", stemmed and lang == "en")
        found = vocabulary_pairs([*entries, *((w, w) for w in same)], pivot_words, words, english_stems)
        pairs = prune(
            np.array(found, dtype=np.int64).reshape(-1, 2),
            self.params.max_pivot_translations,
            self.params.max_translations,
        )
        log.info("%s-%s: %d dictionary pairs, %d words written alike", pivot, lang, len(pairs), len(same))
        if len(pairs) < FEWEST_PAIRS:
            raise InputError(
                f"{self.params.dictionary}: only {len(pairs)} pairs of {pivot}-{lang} words occur in the documents; "
                f"at least {FEWEST_PAIRS} are needed to align the languages. Add {pivot}-{lang}.tsv there "
                f"({pivot} word, tab, {lang} word), or use another encoder."
            )
        return pairs

    def _embed(self, part: pl.DataFrame, space: WordSpace, out: np.ndarray) -> None:
        """Fill ``out``, (D, dimension) zeros, with the documents' vectors."""
        weights = self.params.sif / (self.params.sif + space.share)
        bow = _count(part, space.words)
        known = np.diff(bow.indptr) > 0
        train = known & (part["split"] == "train").to_numpy()
        weighted = space.vectors * weights[:, None]
        mean = sum(vectors[train[rows]].sum(axis=0) for rows, vectors in _means(bow, weighted)) / train.sum()
        for rows, vectors in _means(bow, weighted):  # once more, since all of them in float64 would fill the memory
            out[rows][known[rows]] = unit_rows((vectors[known[rows]] - mean).astype(np.float32))


def _means(bow: csr_array, vectors: np.ndarray) -> Iterator[tuple[slice, np.ndarray]]:
    """The mean vector of each document's words, by blocks of documents."""
    for start in range(0, bow.shape[0], BLOCK):
        counts = bow[start : start + BLOCK]
        lengths = np.maximum(np.asarray(counts.sum(axis=1)), 1)
        yield slice(start, start + BLOCK), (counts @ vectors) / lengths[:, None]


def _frequent_words(train: pl.DataFrame, min_documents: int, most: int) -> list[str]:
    return (
        train.select(pl.col("tokens").list.unique())
        .explode("tokens")
        .drop_nulls()
        .group_by("tokens")
        .len()
        .filter(pl.col("len") >= min_documents)
        .sort(["len", "tokens"], descending=[True, False])
        .head(most)["tokens"]
        .to_list()
    )


def _count(part: pl.DataFrame, words: list[str]) -> csr_array:
    """(D, V) counts of ``words`` in the documents' tokens."""
    index = pl.DataFrame({"tokens": words, "term": np.arange(len(words))}, schema_overrides={"tokens": pl.String})
    blocks = (_count_block(block, index) for block in part.select("tokens").iter_slices(BLOCK))
    return vstack([csr_array((0, len(words)), dtype=np.float32), *blocks], format="csr")


def _count_block(tokens: pl.DataFrame, index: pl.DataFrame) -> csr_array:
    occurrences = tokens.with_row_index("document").explode("tokens")
    entries = occurrences.join(index, on="tokens", how="inner", maintain_order="left")
    ones = np.ones(len(entries), np.float32)
    places = (entries["document"].to_numpy(), entries["term"].to_numpy())
    return csr_array((ones, places), shape=(len(tokens), len(index)))
