"""Documents that have no word of the vocabulary, and what to do where there are many."""

from __future__ import annotations

import logging

import polars as pl

from pipeline.bow.more_words import more_words
from pipeline.bow.vocabulary import BowParams
from pipeline.common.mending import Advice, Weight
from pipeline.common.wording import counted
from pipeline.languages.codes import named_language

MANY = 0.05  # share of documents without a word above which something is wrong
log = logging.getLogger(__name__)


def wordless_advice(
    bow: pl.DataFrame, vocabulary: pl.DataFrame, languages: pl.Series, params: BowParams
) -> list[Advice]:
    """What to mend about languages in which many documents have no word of the vocabulary.

    They have a theta only if the model reads vectors.
    The sizes of each language are logged.

    Args:
        bow: from :func:`pipeline.bow.counts.count_words`.
        vocabulary: column ``lang``, one row for each term.
        languages: the language of each document.
        params: how the words were chosen.
    """
    per_document = bow.group_by("document").agg(entries=pl.len(), tokens=pl.col("count").sum())
    documents = pl.DataFrame({"lang": languages}).with_row_index("document").join(per_document, "document", "left")
    words = vocabulary.group_by("lang").agg(words=pl.len())
    sizes = documents.group_by("lang", maintain_order=True).agg(
        pl.len().alias("documents"), pl.col("entries", "tokens").sum(), pl.col("tokens").null_count().alias("without")
    )
    rows = sizes.join(words, "lang", "left", maintain_order="left").to_dicts()
    for row in rows:
        log.info(
            "%s: %s, %s, %s, %s; without a word of the vocabulary (kept): %d",
            row["lang"],
            counted(row["documents"], "document"),
            counted(row["words"], "word"),
            counted(row["entries"], "entry", "entries"),
            counted(row["tokens"], "token"),
            row["without"],
        )
    many = [row for row in rows if row["without"] > MANY * row["documents"]]
    if not many:
        return []
    return [
        Advice(
            Weight.WORSE,
            "Documents that have no word of the vocabulary, so that their topics come from the encoder alone, or they "
            "have none",
            f"If the tokeniser fits the language, {more_words([row['words'] for row in many], params)}.",
            {named_language(row["lang"]): f"{row['without']:,} of {row['documents']:,}" for row in many},
        )
    ]
