"""What a model knows of words before training: their neighbours by vector, their links by the dictionary."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.sparse import csr_array, eye_array, vstack

from pipeline.common.errors import InputError
from pipeline.models.topic_model import LanguageCorpus, Lexicon
from pipeline.tables.vectors import unit_rows

CELLS = 2**24  # cosines held at once


def lexicon(corpus: Mapping[str, LanguageCorpus], language: str) -> Lexicon:
    """What is known of a language's words.

    Raises:
        ValueError: nothing is.
    """
    found = corpus[language].lexicon
    if found is None:
        raise ValueError(f"this model needs the vectors and links of words, and the corpus of {language} has none")
    return found


def unit_word_vectors(corpus: Mapping[str, LanguageCorpus], language: str) -> np.ndarray:
    """(V, E) unit vectors of a language's words, zeros where a word has none.

    Raises:
        ValueError: nothing is known of the words.
    """
    return unit_rows(lexicon(corpus, language).vectors)


def nearest_words(mine: np.ndarray, theirs: np.ndarray, count: int, same: bool) -> tuple[np.ndarray, np.ndarray]:
    """For each word its nearest words by cosine.

    Args:
        mine: (V, E) unit vectors.
        theirs: (W, E) unit vectors.
        count: how many are wanted.
        same: both are one language: a word is not its own neighbour.

    Returns:
        (V, count) words of ``theirs``, nearest first, and whether they count: a word without a vector neither has
        neighbours nor is one, and a small vocabulary has fewer than ``count``.
    """
    known, alone = np.any(theirs, axis=1), ~np.any(mine, axis=1)
    words, good = np.zeros((len(mine), count), np.int64), np.zeros((len(mine), count), bool)
    taken = min(count, len(theirs))
    for start in range(0, len(mine), _block(theirs)):
        block = slice(start, min(start + _block(theirs), len(mine)))
        cosine = mine[block] @ theirs.T
        cosine[:, ~known] = -np.inf
        if same:
            cosine[np.arange(len(cosine)), np.arange(block.start, block.stop)] = -np.inf
        nearest = np.argpartition(-cosine, taken - 1, axis=1)[:, :taken] if taken else words[block, :0]
        values = np.take_along_axis(cosine, nearest, axis=1)
        order = np.lexsort((nearest, -values))  # by cosine, then by number
        words[block, :taken] = np.take_along_axis(nearest, order, axis=1)
        good[block, :taken] = np.take_along_axis(values, order, axis=1) > -np.inf
    good[alone] = False
    return words, good


def similar_words(vectors: np.ndarray, threshold: float) -> csr_array:
    """(V, V) ones where the cosine of two words of a language reaches ``threshold``, and for each word with itself.

    A word without a vector is near itself alone.

    Args:
        vectors: (V, E) unit vectors.
        threshold: least cosine.
    """
    known = np.any(vectors, axis=1)
    blocks = []
    for start in range(0, len(vectors), _block(vectors)):
        block = slice(start, start + _block(vectors))
        near = (vectors[block] @ vectors.T >= threshold) & known & known[block, None]
        blocks.append(csr_array(near.astype(np.int32)))
    return csr_array((vstack(blocks) + eye_array(len(vectors), dtype=np.int32) > 0).astype(np.int32))


def _block(others: np.ndarray) -> int:
    """How many words are compared with all others at once."""
    return max(1, CELLS // len(others))


def dictionary_links(corpus: Mapping[str, LanguageCorpus], language: str) -> csr_array:
    """(P, V) how often the dictionary pairs the pivot's words with those of ``language``.

    Raises:
        InputError: it pairs none.
        ValueError: nothing is known of the words.
    """
    links = lexicon(corpus, language).links
    if not links.nnz:
        pivot = next(iter(corpus))
        raise InputError(
            f"the dictionary pairs no word of the vocabulary of {pivot} with one of {language}; this model learns "
            f"from such pairs. Put {pivot}-{language}.tsv ({pivot} word, tab, {language} word) into `dictionary`."
        )
    return links
