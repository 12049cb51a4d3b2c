"""The seam between the pipeline and whatever turns documents into vectors."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import polars as pl

from pipeline.tables.by_language import words_by_language
from pipeline.tables.vectors import vector_column

log = logging.getLogger(__name__)


class Encoder(Protocol):
    """Anything that embeds documents of all languages in one space."""

    def learn(self, documents: pl.DataFrame) -> None:
        """Take from the training documents what encoding needs; many encoders need nothing.

        Args:
            documents: rows with id, lang, split, text and tokens (list of str), languages in order, pivot first.

        Raises:
            InputError: they do not suffice.
        """
        ...

    def encode(self, documents: pl.DataFrame) -> np.ndarray:
        """Embed documents, those learnt from or new ones.

        Args:
            documents: D rows with id, lang, text and tokens (list of str), in any order.

        Returns:
            (D, E) float32, row i the vector of document i; zero where a document has nothing to embed.

        Raises:
            InputError: documents that this encoder cannot embed.
        """
        ...

    def words(self, language: str, words: Sequence[str]) -> np.ndarray:
        """Vectors of single words in the space of the documents, after :meth:`learn`.

        Args:
            language: whose words they are.
            words: V words as the tokeniser gives them.

        Returns:
            (V, E) float32, row i the vector of word i; zero where a word is unknown.
        """
        ...

    def save(self, folder: Path) -> None:
        """Write all that :meth:`encode` needs; the same state gives the same bytes.

        Read it with :func:`pipeline.encoders.all_encoders.load_encoder`.
        """
        ...

    def load(self, folder: Path) -> None:
        """Take up the state, parameters aside, that :meth:`save` wrote; the files' digests have been checked.

        Raises:
            InputError: a file is damaged.
            ValueError: the state does not fit the parameters.
        """
        ...


def word_table(encoder: Encoder, vocabulary: pl.DataFrame) -> pl.DataFrame:
    """The vectors of a vocabulary's words in the space of the documents.

    Args:
        encoder: one that has learnt.
        vocabulary: columns ``lang``, ``term`` and ``word``, language by language.

    Returns:
        The table :data:`pipeline.tables.catalogue.WORD_VECTORS`, in the order of ``vocabulary``.
    """
    vectors = np.concatenate(list(_by_language(encoder, vocabulary)))
    return vocabulary.select("lang", "term").with_columns(vector_column(vectors))


def _by_language(encoder: Encoder, vocabulary: pl.DataFrame) -> Iterator[np.ndarray]:
    for language, words in words_by_language(vocabulary).items():
        vectors = encoder.words(language, words)
        count = vectors.any(axis=1).sum()
        log.info("%s: %d of %d words of the vocabulary have a vector", language, count, len(vectors))
        yield vectors
