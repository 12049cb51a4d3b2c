"""Several encoders as one: their vectors side by side, each scaled to the same length."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import polars as pl
from pydantic import BaseModel, ConfigDict

from pipeline.encoders.encoder import DictionaryMaker, Encoder
from pipeline.encoders.encoder_folder import write_config
from pipeline.tables.vectors import unit_rows

JOINED = "joined"


class JoinedParams(BaseModel):
    """What the folder of a joined encoder says about it.

    Attributes:
        parts: names of the encoders, in the order of their vectors; each has a folder of its own within the folder.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    parts: tuple[str, ...]


class JoinedEncoder:
    """Joins the vectors of encoders; where all have a vector, that of a document or word has length 1.

    Args:
        parts: name -> encoder, in the order of the vectors.
    """

    def __init__(self, parts: Mapping[str, Encoder]) -> None:
        self.parts = dict(parts)

    @property
    def aligned_texts(self) -> pl.DataFrame | None:
        """Aligned texts for the encoders that are a :class:`pipeline.encoders.encoder.DictionaryMaker`."""
        return next((part.aligned_texts for part in self._makers()), None)

    @aligned_texts.setter
    def aligned_texts(self, texts: pl.DataFrame | None) -> None:
        for part in self._makers():
            part.aligned_texts = texts

    def _makers(self) -> list[DictionaryMaker]:
        return [part for part in self.parts.values() if isinstance(part, DictionaryMaker)]

    def learn(self, documents: pl.DataFrame) -> None:
        """Let every encoder learn; see :class:`pipeline.encoders.encoder.Encoder`."""
        for part in self.parts.values():
            part.learn(documents)

    def encode(self, documents: pl.DataFrame) -> np.ndarray:
        """The joined vectors of documents; see :class:`pipeline.encoders.encoder.Encoder`."""
        return _side_by_side([part.encode(documents) for part in self.parts.values()])

    def words(self, language: str, words: Sequence[str]) -> np.ndarray:
        """The joined vectors of words; see :class:`pipeline.encoders.encoder.Encoder`."""
        return _side_by_side([part.words(language, words) for part in self.parts.values()])

    def save(self, folder: Path) -> None:
        """Write every encoder into a folder of its own; see :class:`pipeline.encoders.encoder.Encoder`."""
        for name, part in self.parts.items():
            part.save(folder / name)
        write_config(folder, JOINED, JoinedParams(parts=tuple(self.parts)))

    def load(self, folder: Path) -> None:
        """Do nothing: the encoders have been loaded one by one."""


def _side_by_side(vectors: Sequence[np.ndarray]) -> np.ndarray:
    """(D, sum of E) vectors; a row of zeros stays zeros in its part."""
    share = np.float32(len(vectors) ** -0.5)
    return np.concatenate([share * _scaled(part) for part in vectors], axis=1)


def _scaled(vectors: np.ndarray) -> np.ndarray:
    scaled = np.zeros_like(vectors)
    has_vector = vectors.any(axis=1)
    scaled[has_vector] = unit_rows(vectors[has_vector])
    return scaled
