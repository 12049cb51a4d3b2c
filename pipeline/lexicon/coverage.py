"""How much of a vocabulary is linked, and what to do where that is little."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from pipeline.common.errors import first_names
from pipeline.common.mending import Advice, Weight
from pipeline.common.wording import counted
from pipeline.languages.codes import named_language
from pipeline.lexicon.dictionary import dictionary_file, misnamed_dictionaries, swapped_columns
from pipeline.tables.by_language import words_by_language

THIN = 0.1  # share of a vocabulary below which its dictionary is called thin
SOURCES = {"file": "by {file}", "spelling": "by their spelling", "texts": "by aligned texts", "vectors": "by vectors"}


def dictionary_advice(vocabulary: pl.DataFrame, links: pl.DataFrame, dictionary: Path | None) -> list[Advice]:
    """What to mend about dictionaries that are thin, have swapped columns, or have names that are not asked for.

    Args:
        vocabulary: columns ``lang`` and ``word``, the pivot first.
        links: the table :data:`pipeline.tables.catalogue.LINKS`.
        dictionary: the folder of the given dictionaries.

    Raises:
        InputError: a dictionary has a line that is not two words.
    """
    (pivot, pivot_words), *others = words_by_language(vocabulary).items()
    advice = []
    if names := misnamed_dictionaries(dictionary):
        advice.append(
            Advice(
                Weight.LOST,
                f"Not read in {dictionary}: {first_names(names)}",
                "A dictionary is called by two codes of languages and .tsv, such as en-zh.tsv.",
            )
        )
    for language, words in others:
        of_language = links.filter(pl.col("lang") == language)
        if swapped := swapped_columns(dictionary, pivot, pivot_words, language, words):
            advice.append(Advice(Weight.LOST, *swap_advice(swapped)))
        elif of_language["term"].n_unique() < THIN * len(words):
            advice.append(_thin(pivot, language, words, of_language, dictionary_file(dictionary, pivot, language)))
    return advice


def swap_advice(file: Path) -> tuple[str, str]:
    """What is wrong with a file whose entries fit the documents better the other way round, and what to do."""
    first, second = file.stem.split("-")
    return (
        f"{file}: the two columns are swapped: most entries have a word of {named_language(second)} first",
        f"Rename the file to {second}-{first}.tsv, which says just that.",
    )


def _thin(pivot: str, language: str, words: Sequence[str], links: pl.DataFrame, file: Path | None) -> Advice:
    by_source = links.group_by("source").agg(pl.col("term").n_unique().alias("words")).sort("source")
    parts = [f"{count} {SOURCES[source].format(file=file)}" for source, count in by_source.iter_rows()]
    if file and "file" not in by_source["source"]:
        parts.append(f"none from {file}")
    origin = f" ({', '.join(parts)})" if parts else ""
    mend = (
        "Add entries to these files"
        if file
        else f"To add some, put a dictionary of each, {pivot}-CODE.tsv, into the folder that `dictionary` names"
    )
    return Advice(
        Weight.WORSE if file else Weight.HINT,
        f"Few words of the vocabulary have a translation in {named_language(pivot)}",
        f"Only models that link words (such as infoctm, not xtra) and `cluster.translated` use them. {mend}; "
        "`make dictionary` writes what is known so far.",
        {named_language(language): f"{links['term'].n_unique():,} of {counted(len(words), 'word')}{origin}"},
    )
