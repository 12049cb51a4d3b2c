"""What encoders of texts share: models that others trained, a cache of vectors, and words embedded as short texts."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import ClassVar

import numpy as np
import polars as pl
from pydantic import BaseModel

from pipeline.bow.phrases import MARK
from pipeline.common.errors import InputError
from pipeline.common.wording import counted
from pipeline.encoders.cache import CacheSettings, cached_vectors, missing_texts
from pipeline.encoders.encoder_folder import write_config

log = logging.getLogger(__name__)

FEW = 80  # up to so many texts need no estimate of the time
SHARD_BYTES = 1 << 25  # bytes of text in a shard at most


class TextEncoder(ABC):
    """Embeds texts with a model that is loaded only if a text is not in the cache.

    Attributes:
        name: the encoder's name in the table of encoders.
        text: the column that is embedded, of the documents' columns text and tokens.
        shards: the most texts in a shard on each device. A killed run may lose one shard, seconds to minutes of work.
        against_nan: what to do if vectors are no numbers, for the message.
        params: the encoder's parameters, which are its whole state.
    """

    name: ClassVar[str]
    against_nan: ClassVar[str] = "the model's files are damaged"
    shards: ClassVar[Mapping[str, int]] = {"cpu": 256, "cuda": 65536}
    text: pl.Expr = pl.col("text")

    def __init__(self, params: BaseModel, cache_folder: Path) -> None:
        self.params = params
        self.cache_folder = cache_folder

    def learn(self, documents: pl.DataFrame) -> None:
        """Check the languages; there is nothing to learn, since the model has been trained elsewhere.

        Raises:
            InputError: the model does not know a language.
        """
        self._check_languages(documents["lang"].unique().to_list())

    def encode(self, documents: pl.DataFrame) -> np.ndarray:
        """Embed documents; see :class:`pipeline.encoders.encoder.Encoder`.

        Raises:
            InputError: no document has text, the model's files are damaged, or the parameters do not fit the model.
            MissingResourceError: the model or the GPU is missing, or there is too little memory for one document.
        """
        if "lang" in documents.columns:
            self._check_languages(documents["lang"].unique().to_list())
        texts = documents.select("id", text=self.text.fill_null("").str.strip_chars()).with_row_index("row")
        texts = texts.filter(pl.col("text") != "")
        if texts.is_empty():
            raise InputError(f"none of {counted(len(documents), 'document')} has text to embed.")
        ids = dict(texts.reverse().select("text", "id").iter_rows())
        text_vectors = self._cached(texts["text"].to_list(), ids)
        vectors = np.zeros((len(documents), text_vectors.shape[1]), np.float32)
        vectors[texts["row"].to_numpy()] = text_vectors
        return vectors

    def words(self, language: str, words: Sequence[str]) -> np.ndarray:
        """(V, E) words embedded as documents of one word; see :class:`pipeline.encoders.encoder.Encoder`.

        Raises:
            InputError: as for :meth:`encode`, or the model does not know the language.
            MissingResourceError: as for :meth:`encode`.
        """
        self._check_languages([language])
        documents = pl.DataFrame({"id": words}, schema={"id": pl.String})
        text = pl.col("id").str.replace_all(MARK, " ", literal=True)  # a phrase as it is written
        return self.encode(documents.select("id", text=text, tokens=pl.concat_list("id")))

    def save(self, folder: Path) -> None:
        """Write the parameters; see :class:`pipeline.encoders.encoder.Encoder`."""
        write_config(folder, self.name, self.params)

    def load(self, folder: Path) -> None:  # noqa: B027 - the parameters are the whole state
        """Do nothing: the parameters are the whole state."""

    @property
    def device(self) -> str:
        """Where the model runs: ``cpu`` or ``cuda``."""
        return "cpu"

    @cached_property
    @abstractmethod
    def settings(self) -> CacheSettings:
        """Everything that a vector depends on, except for the text."""

    @abstractmethod
    def _embed(self, texts: Sequence[str], ids: Mapping[str, str]) -> np.ndarray:
        """(D, E) vectors of texts; ``ids`` gives the documents' names for error messages."""

    @abstractmethod
    def _forecast(self, texts: Sequence[str]) -> None:
        """Log how much there is to embed, and how long it will take."""

    def _check_languages(self, languages: Sequence[str]) -> None:  # noqa: B027 - most models know all languages
        """Refuse languages that the model does not know; by default it knows all."""

    def _cached(self, texts: Sequence[str], ids: Mapping[str, str]) -> np.ndarray:
        if self.device == "cpu" and len(missing := missing_texts(texts, self.settings, self.cache_folder)) > FEW:
            self._forecast(missing)
        return cached_vectors(
            texts,
            self.settings,
            self.cache_folder,
            lambda shard: self._checked(shard, ids),
            self.shards[self.device],
            SHARD_BYTES,
        )

    def _checked(self, texts: Sequence[str], ids: Mapping[str, str]) -> np.ndarray:
        vectors = self._embed(texts, ids)
        if bad := [ids[texts[row]] for row in np.flatnonzero(~np.isfinite(vectors).all(axis=1)).tolist()]:
            raise InputError(f"documents {bad[:10]}: the vectors hold NaN or infinity; {self.against_nan}.")
        return vectors


def forecast(texts: int, tokens: int, seconds: float) -> None:
    """Log what embedding will cost on the CPU."""
    time = f"{seconds / 60:.1f} minutes" if seconds >= 100 else f"{max(seconds, 1):.0f} s"
    log.info("embedding %s documents with %s tokens on the CPU takes about %s", f"{texts:,}", f"{tokens:,}", time)
