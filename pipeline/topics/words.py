"""Top words of the trained topics and of the clusters they started from, under every selection."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl
from scipy.sparse import csr_array

from pipeline.corpus import rows_within
from pipeline.topics.selection import Selection, beta_words, owned_words, topic_mass
from pipeline.topics.tf_idf import cluster_counts, cluster_tf_idf

Bows = Mapping[str, csr_array]
Words = dict[str, np.ndarray]  # language -> (K, T) vocabulary indices


def trained_words(
    beta: pl.DataFrame, theta: np.ndarray, documents: pl.DataFrame, bows: Bows, count: int
) -> dict[Selection, Words]:
    """Top words after training.

    Args:
        beta: columns lang, topic and scores.
        theta: (D, K); only training documents count.
        documents: columns lang and split; D rows.
        bows: each language's documents in table order.
        count: words a topic.
    """
    scores = {name: np.stack(beta.filter(pl.col("lang") == name)["scores"].to_list()) for name in bows}
    training = np.flatnonzero((documents["split"] == "train").to_numpy())
    masses = {}
    for name, bow in bows.items():
        rows = training[documents["lang"].to_numpy()[training] == name]
        masses[name] = topic_mass(theta[rows], bow[rows_within(documents["lang"], name, rows)])
    return {
        "beta": {name: beta_words(scores[name], count) for name in bows},
        "owned": {name: owned_words(masses[name], count) for name in bows},
    }


def start_words(
    clusters: pl.DataFrame, topics: int, documents: pl.DataFrame, bows: Bows, count: int
) -> dict[Selection, Words]:
    """Top words of the clusters before training: c-TF-IDF under ``beta``, owned words under ``owned``.

    Args:
        clusters: columns document (row number) and cluster.
        topics: K.
        documents: column lang; D rows.
        bows: each language's documents in table order.
        count: words a topic.
    """
    rows, labels = clusters["document"].to_numpy(), clusters["cluster"].to_numpy()
    languages = documents["lang"].to_numpy()
    counts = {}
    for name, bow in bows.items():
        mine = languages[rows] == name
        counts[name] = cluster_counts(bow[rows_within(documents["lang"], name, rows[mine])], labels[mine], topics)
    return {
        "beta": {name: beta_words(cluster_tf_idf(c), count) for name, c in counts.items()},
        "owned": {name: owned_words(c, count) for name, c in counts.items()},
    }


def words_table(
    trained: Mapping[Selection, Words], start: Mapping[Selection, Words], vocabulary: pl.DataFrame
) -> pl.DataFrame:
    """Both sets of topics as one table: source, selection, lang, topic and words (best first)."""
    names = vocabulary["lang"].unique(maintain_order=True)
    spelt = {name: vocabulary.filter(pl.col("lang") == name)["word"].to_numpy() for name in names}
    return pl.DataFrame(
        [
            (source, selection, lang, topic, spelt[lang][row].tolist())
            for source, sets in (("trained", trained), ("start", start))
            for selection, words in sets.items()
            for lang, topics in words.items()
            for topic, row in enumerate(topics)
        ],
        schema={
            "source": pl.String,
            "selection": pl.String,
            "lang": pl.String,
            "topic": pl.UInt32,
            "words": pl.List(pl.String),
        },
        orient="row",
    )
