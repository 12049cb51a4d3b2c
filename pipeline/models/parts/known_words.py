"""What a model knows about words before training: their neighbours by vector and their links by the dictionary."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.sparse import csr_array, eye_array, vstack

from pipeline.common.errors import InputError
from pipeline.models.topic_model import LanguageCorpus, Lexicon
from pipeline.tables.vectors import unit_rows

CELLS = 2**24  # how many cosines are in memory at once


def lexicon(corpus: Mapping[str, LanguageCorpus], language: str) -> Lexicon:
    """What is known about the words of a language.

    Raises:
        ValueError: nothing is known.
    """
    known_words = corpus[language].lexicon
    if known_words is None:
        raise ValueError(f"this model needs the vectors and links of words, but the corpus of {language} has none")
    return known_words


def unit_word_vectors(corpus: Mapping[str, LanguageCorpus], language: str) -> np.ndarray:
    """(V, E) unit vectors of a language's words; zeros where a word has no vector.

    Raises:
        ValueError: nothing is known about the words.
    """
    return unit_rows(lexicon(corpus, language).vectors)


def nearest_words(vectors: np.ndarray, candidates: np.ndarray, count: int, same: bool) -> tuple[np.ndarray, np.ndarray]:
    """The nearest words of each word, by cosine.

    Args:
        vectors: (V, E) unit vectors of the words.
        candidates: (W, E) unit vectors of the possible neighbours.
        count: number of neighbours for each word.
        same: whether both are the same language; then a word is not its own neighbour.

    Returns:
        (V, count) words of ``candidates``, nearest first, and (V, count) whether each of them is a neighbour. A word
        without a vector neither has neighbours nor is one, and a small vocabulary has fewer than ``count``.
    """
    has_vector, lacks_vector = np.any(candidates, axis=1), ~np.any(vectors, axis=1)
    words, is_neighbour = np.zeros((len(vectors), count), np.int64), np.zeros((len(vectors), count), bool)
    limit = min(count, len(candidates))
    for start in range(0, len(vectors), _block(candidates)):
        block = slice(start, min(start + _block(candidates), len(vectors)))
        cosine = vectors[block] @ candidates.T
        cosine[:, ~has_vector] = -np.inf
        if same:
            cosine[np.arange(len(cosine)), np.arange(block.start, block.stop)] = -np.inf
        nearest = np.argpartition(-cosine, limit - 1, axis=1)[:, :limit] if limit else words[block, :0]
        values = np.take_along_axis(cosine, nearest, axis=1)
        order = np.lexsort((nearest, -values))  # by cosine, then by word number
        words[block, :limit] = np.take_along_axis(nearest, order, axis=1)
        is_neighbour[block, :limit] = np.take_along_axis(values, order, axis=1) > -np.inf
    is_neighbour[lacks_vector] = False
    return words, is_neighbour


def similar_words(vectors: np.ndarray, threshold: float) -> csr_array:
    """(V, V) ones where the cosine of two words of a language is at least ``threshold``, and for each word with itself.

    A word without a vector is similar only to itself.

    Args:
        vectors: (V, E) unit vectors.
        threshold: smallest cosine of similar words.
    """
    has_vector = np.any(vectors, axis=1)
    blocks = []
    for start in range(0, len(vectors), _block(vectors)):
        block = slice(start, start + _block(vectors))
        near = (vectors[block] @ vectors.T >= threshold) & has_vector & has_vector[block, None]
        blocks.append(csr_array(near.astype(np.int32)))
    return csr_array((vstack(blocks) + eye_array(len(vectors), dtype=np.int32) > 0).astype(np.int32))


def _block(others: np.ndarray) -> int:
    """How many words are compared with all others at once."""
    return max(1, CELLS // len(others))


def dictionary_links(corpus: Mapping[str, LanguageCorpus], language: str) -> csr_array:
    """(P, V) how often the dictionary pairs the pivot's words with those of ``language``.

    Raises:
        InputError: the dictionary pairs no words.
        ValueError: nothing is known about the words.
    """
    links = lexicon(corpus, language).links
    if not links.nnz:
        pivot = next(iter(corpus))
        raise InputError(
            f"the dictionary pairs no word of the vocabulary of {pivot} with one of {language}, but this model learns "
            f"from such pairs. Put {pivot}-{language}.tsv ({pivot} word, tab, {language} word) into the folder "
            "`dictionary`, or set `parallel` to texts with their translations."
        )
    return links
