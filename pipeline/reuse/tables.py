"""Where the tables of a run lie, seen from the folder of its model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import numpy as np
import polars as pl

from pipeline.common.files import read_parquet
from pipeline.common.layout import LAYOUT, Layout
from pipeline.common.params import Params
from pipeline.models.store import Run
from pipeline.topics.selection import Selection, beta_words

MOST = 100  # words of a topic where only beta is there to give them

TopicWords = dict[str, list[list[str]]]  # language -> topic -> words, best first


@dataclass(frozen=True)
class Tables:
    """The tables of a run.

    Attributes:
        topics: source, selection, lang, topic and words.
        theta: id, lang and theta of the run's documents.
        documents: id, lang and, unless left out of an export, text; in the order of theta.
        home: what the paths in the model's configuration are relative to.
        params: the parameters of a project; an export has none.
    """

    topics: Path
    theta: Path
    documents: Path
    home: Path
    params: Path | None = None

    def words(self) -> pl.DataFrame:
        """The trained topics' words under the run's choice of top words: lang, topic, words."""
        words = read_parquet(self.topics).filter(pl.col("source") == "trained")
        if self.params is not None:
            selection = Params(self.params).choice("top_words", get_args(Selection))
            words = words.filter(pl.col("selection") == selection)
        return words.select("lang", "topic", "words").sort("lang", "topic", maintain_order=True)


def find_tables(folder: Path, layout: Layout = LAYOUT) -> Tables | None:
    """The tables in an exported folder, or those of the project that the model folder belongs to.

    Args:
        folder: of a model.
        layout: of a project.
    """
    folder = folder.resolve()
    root = folder.parents[len(layout.model.parts) - 1] if len(folder.parts) > len(layout.model.parts) else folder
    topics, theta, documents = (folder / path.name for path in (layout.topics, layout.theta, layout.documents))
    inside = Tables(topics, theta, documents, folder)
    project = Tables(root / layout.topics, root / layout.theta, root / layout.documents, root, root / layout.params)
    if inside.topics.exists():
        return inside
    return project if root / layout.model == folder and project.topics.exists() else None


def topic_words(run: Run, tables: Tables | None) -> TopicWords:
    """Each topic's words in each language, from the tables if they are of this model, else from its beta."""
    words = tables.words() if tables else None
    if words is not None and fits(run, words):
        listed = words.group_by("lang", maintain_order=True).agg("words")
        return dict(listed.iter_rows())
    return {lang: _beta_words(run, lang) for lang in run.model.languages}


def fits(run: Run, words: pl.DataFrame) -> bool:
    """Whether a table of words has the model's languages and topics."""
    expected = {(lang, topic) for lang in run.model.languages for topic in range(run.model.topics)}
    return expected == set(words.select("lang", "topic").iter_rows())


def _beta_words(run: Run, lang: str) -> list[list[str]]:
    spelt = run.vocabulary.filter(pl.col("lang") == lang)["word"].to_numpy()
    scores: np.ndarray = run.model.word_scores(lang).detach().cpu().numpy()
    return [spelt[row].tolist() for row in beta_words(scores, MOST)]
