"""What the page is made of: the tables of a finished run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from scipy.sparse import csr_array


@dataclass(frozen=True)
class Run:
    """The tables of a run, rows of documents aligned.

    Attributes:
        documents: columns id, lang, split, text, label, date and group; D rows.
        theta: (D, K), rows of zeros where a document has no known word.
        vectors: (D, E) embeddings.
        words: columns lang, topic and words, of one selection.
        vocabulary: columns lang, term and word.
        bows: language -> its documents' counts.
        coherence: columns topic, pair and cnpmi.
        losses: columns epoch, term and loss.
        languages: pivot first.
    """

    documents: pl.DataFrame
    theta: np.ndarray
    vectors: np.ndarray
    words: pl.DataFrame
    vocabulary: pl.DataFrame
    bows: Mapping[str, csr_array]
    coherence: pl.DataFrame
    losses: pl.DataFrame
    languages: Sequence[str]

    @property
    def topics(self) -> int:
        """K."""
        return self.theta.shape[1]

    @cached_property
    def rows(self) -> dict[str, np.ndarray]:
        """Language -> row numbers of its documents."""
        return {name: np.flatnonzero((self.documents["lang"] == name).to_numpy()) for name in self.languages}

    @cached_property
    def known(self) -> dict[str, np.ndarray]:
        """Language -> row numbers of its documents that have a theta."""
        return {name: rows[self.theta[rows].sum(axis=1) > 0] for name, rows in self.rows.items()}

    @cached_property
    def spelt(self) -> dict[tuple[str, int], list[str]]:
        """(language, topic) -> its top words."""
        return {
            (lang, topic): listed for lang, topic, listed in self.words.select("lang", "topic", "words").iter_rows()
        }

    @cached_property
    def cnpmi(self) -> dict[int, float]:
        """Topic -> its mean CNPMI over the pairs of languages, where it was measured."""
        return dict(self.coherence.drop_nulls("cnpmi").group_by("topic").agg(pl.col("cnpmi").mean()).iter_rows())

    def by_language(self, values: np.ndarray) -> dict[str, np.ndarray]:
        """Language -> the rows of ``values`` that are its documents'."""
        return {name: values[rows] for name, rows in self.rows.items()}

    def training(self) -> tuple[dict[str, np.ndarray], dict[str, csr_array]]:
        """Theta and counts of the training documents, language by language."""
        train = (self.documents["split"] == "train").to_numpy()
        theta = {name: self.theta[rows[train[rows]]] for name, rows in self.rows.items()}
        return theta, {name: self.bows[name][np.flatnonzero(train[rows])] for name, rows in self.rows.items()}


@dataclass(frozen=True)
class Records:
    """What was noted of a run beside its tables.

    Attributes:
        values: the parameters.
        intake: reports/documents.json.
        metrics: reports/metrics.json.
        classification: reports/classification.json.
        comparison: of several models, None if none was given.
    """

    values: Mapping[str, Any]
    intake: Mapping[str, Any]
    metrics: Mapping[str, Any]
    classification: Mapping[str, Mapping[str, Mapping[str, Any]]]
    comparison: Mapping[str, Any] | None = None
