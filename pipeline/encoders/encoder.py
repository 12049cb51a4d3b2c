"""The interface between the pipeline and the encoders, which turn documents into vectors."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
import polars as pl

from pipeline.common.wording import some_of
from pipeline.tables.by_language import words_by_language
from pipeline.tables.vectors import vector_column

log = logging.getLogger(__name__)


class Encoder(Protocol):
    """An encoder embeds documents of all languages in one space."""

    def learn(self, documents: pl.DataFrame) -> None:
        """Learn from the training documents what encoding needs; many encoders need nothing.

        Args:
            documents: rows with id, lang, split, text and tokens (list of str), languages in order, pivot first.

        Raises:
            InputError: the documents are not enough.
        """
        ...

    def encode(self, documents: pl.DataFrame) -> np.ndarray:
        """Embed documents, either those of :meth:`learn` or new ones.

        Args:
            documents: D rows with id, lang, text and tokens (list of str), in any order.

        Returns:
            (D, E) float32; row i is the vector of document i, and zeros where a document has nothing to embed.

        Raises:
            InputError: there are documents that this encoder cannot embed.
        """
        ...

    def words(self, language: str, words: Sequence[str]) -> np.ndarray:
        """Vectors of single words in the space of the documents, after :meth:`learn`.

        Args:
            language: language of the words.
            words: V words in the form in which the tokeniser writes them.

        Returns:
            (V, E) float32; row i is the vector of word i, and zeros where the word is unknown.
        """
        ...

    def save(self, folder: Path) -> None:
        """Write everything that :meth:`encode` needs; the same state gives the same bytes.

        :func:`pipeline.encoders.all_encoders.load_encoder` reads it.
        """
        ...

    def load(self, folder: Path) -> None:
        """Read the state that :meth:`save` wrote, except for the parameters; the files' digests have been checked.

        Raises:
            InputError: a file is damaged.
            ValueError: the state does not fit the parameters.
        """
        ...


@runtime_checkable
class DictionaryMaker(Protocol):
    """An encoder that makes a dictionary of aligned texts where no file is given.

    Attributes:
        aligned_texts: from :func:`pipeline.lexicon.aligned_texts.aligned_texts`, set before :meth:`Encoder.learn`.
    """

    aligned_texts: pl.DataFrame | None


def word_table(encoder: Encoder, vocabulary: pl.DataFrame) -> pl.DataFrame:
    """The vectors of a vocabulary's words in the space of the documents.

    Args:
        encoder: an encoder whose :meth:`Encoder.learn` has been called.
        vocabulary: columns ``lang``, ``term`` and ``word``, language by language.

    Returns:
        The table :data:`pipeline.tables.catalogue.WORD_VECTORS`, in the order of ``vocabulary``.
    """
    vectors = np.concatenate(list(_by_language(encoder, vocabulary)))
    return vocabulary.select("lang", "term").with_columns(vector_column(vectors))


def _by_language(encoder: Encoder, vocabulary: pl.DataFrame) -> Iterator[np.ndarray]:
    for language, words in words_by_language(vocabulary).items():
        vectors = encoder.words(language, words)
        known = some_of(int(vectors.any(axis=1).sum()), len(vectors), "word")
        log.info("%s: a vector for %s of the vocabulary", language, known)
        yield vectors
