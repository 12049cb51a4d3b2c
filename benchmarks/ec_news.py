"""The sizes of training on EC News, and a corpus of those sizes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from pipeline.models.topic_model import LanguageCorpus, Lexicon

LANGUAGES = ("en", "zh")
DOCUMENTS = 40_000  # in each language


@dataclass(frozen=True)
class Sizes:
    """The sizes of the model (as published), its inputs and its batches."""

    vocabulary: int = 5000
    topics: int = 50
    embedding: int = 1024
    batch: int = 128
    tokens: int = 12
    shared: int = 1000
    hidden: int = 300
    semantic: int = 384
    dropout: float = 0.2
    translations: int = 5  # entries of the dictionary for each word
    synonyms: int = 10  # words with similar vectors


def corpus(sizes: Sizes, documents: int) -> dict[str, LanguageCorpus]:
    """Random documents. All words are equally frequent, so that as many rows of a matrix as possible are used."""
    rng = np.random.default_rng(0)
    return {lang: _language(sizes, documents, lang == LANGUAGES[0], rng) for lang in LANGUAGES}


def _language(sizes: Sizes, documents: int, is_pivot: bool, rng: np.random.Generator) -> LanguageCorpus:
    terms = rng.integers(sizes.vocabulary, size=documents * sizes.tokens)
    rows = np.repeat(np.arange(documents), sizes.tokens)
    bow = csr_array((np.ones(len(terms), np.int32), (rows, terms)), shape=(documents, sizes.vocabulary))
    embeddings = rng.standard_normal((documents, sizes.embedding), dtype=np.float32)
    clusters = rng.integers(sizes.topics, size=documents)
    return LanguageCorpus(bow, embeddings, clusters, np.arange(documents), _lexicon(sizes, is_pivot, rng))


def _lexicon(sizes: Sizes, is_pivot: bool, rng: np.random.Generator) -> Lexicon:
    words, pairs = np.arange(sizes.vocabulary), sizes.vocabulary * sizes.translations
    meanings = rng.standard_normal((sizes.vocabulary, sizes.embedding), dtype=np.float32)
    vectors = meanings[words // sizes.synonyms] + 0.5 * rng.standard_normal(meanings.shape, dtype=np.float32)
    places = rng.integers(sizes.vocabulary, size=(2, 0 if is_pivot else pairs))
    return Lexicon(vectors, csr_array((np.ones(places.shape[1]), tuple(places)), shape=[sizes.vocabulary] * 2))


def step_flops(sizes: Sizes) -> float:
    """Operations of the matrix products that XTRA's step needs at least, if it reads its input sparsely.

    A product of (a, b) and (b, c) has 2abc operations forward, and twice as many backward.
    """
    s, b = sizes, sizes.batch
    encoder = b * (s.tokens * s.shared + s.shared * s.hidden + s.hidden * s.hidden + 2 * s.hidden * s.topics)
    decoder = b * s.topics * s.vocabulary
    to_embedding = b * s.embedding * (s.topics + b)
    beta_map = s.topics * s.vocabulary * s.semantic
    contrast = 2 * b * b * s.topics  # half of the (2b, 2b) cosines for each language
    return 6.0 * len(LANGUAGES) * (encoder + decoder + to_embedding + beta_map + contrast)
