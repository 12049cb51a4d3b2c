"""The rows and the words of each language in a table."""

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
    """The rows of each language in a table where they are consecutive, the pivot's rows first.

    Attributes:
        slices: the rows of each language.
    """

    slices: Mapping[str, slice]

    @classmethod
    def of(cls, languages: pl.Series, names: Sequence[str] | None = None) -> ByLanguage:
        """Find where the languages of a table's rows begin and end.

        Args:
            languages: the language of each row.
            names: all possible languages in order, for a table that may lack some of them.

        Raises:
            InputError: the rows of a language are not consecutive, or the languages are not in the order of ``names``.
        """
        runs = languages.rle().struct.unnest()
        ends = runs["len"].cum_sum().to_list()
        bounds = dict(zip(runs["value"], zip([0, *ends], ends, strict=False), strict=True))
        expected_order = list(bounds) if names is None else [name for name in names if name in bounds]
        if len(bounds) < len(runs) or expected_order != list(bounds):
            raise InputError(
                f"the rows of each language must be consecutive, the pivot's first; found {list(runs['value'])}."
            )
        slices, end = {}, 0
        for name in bounds if names is None else names:
            start, end = bounds.get(name, (end, end))
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
        """Map each language to its rows of ``table``, which has the same rows as this one; arrays are not copied."""
        return {name: table[rows] for name, rows in self.slices.items()}

    def chosen(self, rows: np.ndarray) -> dict[str, slice]:
        """Map each language to the slice of its rows in ``rows``, which are row numbers of the table, ascending."""
        return {
            name: slice(*np.searchsorted(rows, (language_rows.start, language_rows.stop)).tolist())
            for name, language_rows in self.slices.items()
        }

    def within(self, language: str, rows: np.ndarray) -> np.ndarray:
        """Turn row numbers of the table into row numbers within the language."""
        return rows - self.slices[language].start


def training_documents(split: pl.Series, bow: pl.DataFrame) -> np.ndarray:
    """Row numbers, ascending, of the training documents that have a word of the vocabulary.

    Args:
        split: ``train`` or ``test`` for each document.
        bow: has the column document.
    """
    has_words = np.zeros(len(split), dtype=bool)
    has_words[bow["document"].to_numpy()] = True
    return np.flatnonzero(has_words & (split == "train").to_numpy())


def words_by_language(vocabulary: pl.DataFrame) -> dict[str, list[str]]:
    """Map each language to its words in the order of their terms, the pivot first.

    Args:
        vocabulary: has the columns lang and word.
    """
    return {
        name: words.to_list() for name, words in ByLanguage.of(vocabulary["lang"]).split(vocabulary["word"]).items()
    }


def vocabulary_sizes(vocabulary: pl.DataFrame) -> dict[str, int]:
    """Map each language to its number of words, the pivot first.

    Args:
        vocabulary: has the column lang.
    """
    return {name: rows.stop - rows.start for name, rows in ByLanguage.of(vocabulary["lang"]).slices.items()}
