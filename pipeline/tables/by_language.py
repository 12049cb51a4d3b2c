"""Tables language by language: where each language's rows stand, and its words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import polars as pl

from pipeline.common.errors import InputError

Rows = TypeVar("Rows", np.ndarray, pl.DataFrame, pl.Series)


@dataclass(frozen=True)
class ByLanguage:
    """The rows of each language in a table whose languages stand together, the pivot's first.

    Attributes:
        slices: language -> its rows.
    """

    slices: Mapping[str, slice]

    @classmethod
    def of(cls, languages: pl.Series, names: Sequence[str] | None = None) -> ByLanguage:
        """Find where the languages of a table's rows begin and end.

        Args:
            languages: the language of each row.
            names: all languages that there may be, in order, for a table that need not have every one.

        Raises:
            InputError: the rows of a language do not stand together, or not in the order of ``names``.
        """
        runs = languages.rle().struct.unnest()
        ends = runs["len"].cum_sum().to_list()
        found = dict(zip(runs["value"], zip([0, *ends], ends, strict=False), strict=True))
        order = list(found) if names is None else [name for name in names if name in found]
        if len(found) < len(runs) or order != list(found):
            raise InputError(
                f"the rows of a language must stand together, the pivot's first; found {list(runs['value'])}."
            )
        slices, end = {}, 0
        for name in found if names is None else names:
            start, end = found.get(name, (end, end))
            slices[name] = slice(start, end)
        return cls(slices)

    @property
    def names(self) -> tuple[str, ...]:
        """The languages, the pivot first."""
        return tuple(self.slices)

    @property
    def pivot(self) -> str:
        """The language to which the others are aligned."""
        return self.names[0]

    def split(self, table: Rows) -> dict[str, Rows]:
        """Language -> its rows of ``table``, which has a row for each of this one; arrays are not copied."""
        return {name: table[rows] for name, rows in self.slices.items()}

    def chosen(self, rows: np.ndarray) -> dict[str, slice]:
        """Language -> which of ``rows``, row numbers of the table in rising order, are its own."""
        return {
            name: slice(*np.searchsorted(rows, (part.start, part.stop)).tolist()) for name, part in self.slices.items()
        }

    def within(self, language: str, rows: np.ndarray) -> np.ndarray:
        """Row numbers of the table as row numbers among the language's own rows."""
        return rows - self.slices[language].start


def training_documents(split: pl.Series, bow: pl.DataFrame) -> np.ndarray:
    """Row numbers, ascending, of the training documents that have a word of the vocabulary.

    Args:
        split: ``train`` or ``test`` for each document.
        bow: column document.
    """
    with_words = np.zeros(len(split), dtype=bool)
    with_words[bow["document"].to_numpy()] = True
    return np.flatnonzero(with_words & (split == "train").to_numpy())


def words_by_language(vocabulary: pl.DataFrame) -> dict[str, list[str]]:
    """Language -> its words in the order of their terms, the pivot first.

    Args:
        vocabulary: columns lang and word.
    """
    return {
        name: words.to_list() for name, words in ByLanguage.of(vocabulary["lang"]).split(vocabulary["word"]).items()
    }


def vocabulary_sizes(vocabulary: pl.DataFrame) -> dict[str, int]:
    """Language -> how many words it has, the pivot first.

    Args:
        vocabulary: column lang.
    """
    return {name: rows.stop - rows.start for name, rows in ByLanguage.of(vocabulary["lang"]).slices.items()}
