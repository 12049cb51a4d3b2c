"""The aligned reference corpus as counts of vocabulary words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.sparse import csc_array

from pipeline.bow.counts import count_words
from pipeline.evaluation.coherence import Counting, pair_npmi
from pipeline.tables.by_language import vocabulary_sizes


@dataclass(frozen=True)
class Reference:
    """Aligned documents as N groups of translations.

    Attributes:
        counts: language -> (N, V) counts, stored by column because only few words are read. The row is empty where
            the group lacks the language.
        present: language -> (N,) whether the group has the language.
    """

    counts: dict[str, csc_array]
    present: dict[str, np.ndarray]

    def npmi(self, first: str, second: str, words: Mapping[str, np.ndarray], counting: Counting) -> np.ndarray:
        """(W1, W2) NPMI between ``words`` (vocabulary indices) of two languages, over the groups with both."""
        has_both = self.present[first] & self.present[second]
        left, right = (self.counts[name][:, words[name]] for name in (first, second))
        if not has_both.all():  # selecting rows takes as long as the rest of the work
            left, right = left[has_both], right[has_both]
        return pair_npmi(left, right, counting)

    def size(self, first: str, second: str) -> int:
        """The number of groups that have both languages."""
        return int((self.present[first] & self.present[second]).sum())


def reference_counts(tokens: pl.DataFrame, vocabulary: pl.DataFrame) -> Reference:
    """Count the vocabulary's words in the reference.

    Args:
        tokens: columns pair, lang and tokens; documents that are translations of each other have the same ``pair``.
        vocabulary: columns lang, term and word.
    """
    groups = tokens.select(pl.col("pair").rank("dense") - 1).to_series().cast(pl.Int64).to_numpy()
    group_count = int(groups.max()) + 1 if len(groups) else 0
    entries = count_words(tokens, vocabulary)
    languages = tokens["lang"].to_numpy()
    counts, present = {}, {}
    for language, words in vocabulary_sizes(vocabulary).items():
        language_entries = entries.filter(
            pl.Series(languages[entries["document"].to_numpy()] == language, dtype=pl.Boolean)
        )
        places = (groups[language_entries["document"].to_numpy()], language_entries["term"].to_numpy())
        counts[language] = csc_array(
            (language_entries["count"].to_numpy().astype(np.float64), places), shape=(group_count, words)
        )
        present[language] = np.zeros(group_count, dtype=bool)
        present[language][groups[languages == language]] = True
    return Reference(counts, present)
