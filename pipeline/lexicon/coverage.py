"""How much of a vocabulary is linked, and what to do where that is little."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from pipeline.lexicon.dictionary import dictionary_file, swapped_columns
from pipeline.tables.by_language import words_by_language

THIN = 0.1  # share of a vocabulary below which its dictionary is called thin
SOURCES = {"file": "by {file}", "spelling": "by their spelling", "texts": "by aligned texts", "vectors": "by vectors"}


def dictionary_advice(vocabulary: pl.DataFrame, links: pl.DataFrame, dictionary: Path | None) -> list[str]:
    """A sentence or two for each language whose dictionary is thin, or whose file has its columns swapped.

    Args:
        vocabulary: columns ``lang`` and ``word``, the pivot first.
        links: the table :data:`pipeline.tables.catalogue.LINKS`.
        dictionary: the folder of the given dictionaries.

    Raises:
        InputError: a dictionary has a line that is not two words.
    """
    (pivot, pivot_words), *others = words_by_language(vocabulary).items()
    advice = []
    for language, words in others:
        of_language = links.filter(pl.col("lang") == language)
        if swapped := swapped_columns(dictionary, pivot, pivot_words, language, words):
            advice.append(swap_advice(swapped))
        elif of_language["term"].n_unique() < THIN * len(words):
            advice.append(_thin(pivot, language, words, of_language, dictionary_file(dictionary, pivot, language)))
    return advice


def swap_advice(file: Path) -> str:
    """What to do about a file whose entries fit the documents better the other way round."""
    first, second = file.stem.split("-")
    return (
        f"{file}: the two columns are swapped: most entries have a word of {second} first. Rename the file to "
        f"{second}-{first}.tsv, which says just that."
    )


def _thin(pivot: str, language: str, words: Sequence[str], links: pl.DataFrame, file: Path | None) -> str:
    by_source = links.group_by("source").agg(pl.col("term").n_unique().alias("words")).sort("source")
    parts = [f"{count} {SOURCES[source].format(file=file)}" for source, count in by_source.iter_rows()]
    origin = f" ({', '.join(parts)})" if parts else ""
    mend = "Add entries to it" if file else f"Put {pivot}-{language}.tsv into the folder `dictionary`"
    return (
        f"{language}: only {links['term'].n_unique()} of {len(words)} words of the vocabulary have a translation in "
        f"{pivot}{origin}. Models that link words and `cluster.translated` need more. {mend}; `make dictionary` writes "
        "what is known so far."
    )
