"""The seam between the pipeline and whatever turns documents into vectors."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import polars as pl


class Encoder(Protocol):
    """Anything that embeds documents of all languages in one space."""

    def encode(self, documents: pl.DataFrame) -> np.ndarray:
        """Embed documents.

        Args:
            documents: D rows with id, lang, split, text and tokens (list of str), languages in order, pivot first.

        Returns:
            (D, E) float32, row i the vector of document i; zero where a document has nothing to embed.
        """
        ...
