"""Links between words of the pivot's vocabulary and of another language's vocabulary, by the dictionary."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import polars as pl
from pydantic import BaseModel, ConfigDict

from pipeline.lexicon.dictionary import dictionary_file, linked_words
from pipeline.tables.by_language import words_by_language
from pipeline.tables.catalogue import LINKS

log = logging.getLogger(__name__)


class LinkParams(BaseModel):
    """What `link` takes from the top level of params.yaml.

    Attributes:
        dictionary: a folder of ``<pivot>-<language>.tsv`` files; None where there is no dictionary.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    dictionary: Path | None = Path("data/dictionaries")


def link_vocabularies(vocabulary: pl.DataFrame, dictionary: Path | None) -> pl.DataFrame:
    """Link the pivot's words with the words of each other language, by the rules of the aligned encoder.

    Args:
        vocabulary: columns ``lang``, ``term`` (0, 1, ... in each language) and ``word``; the pivot first.
        dictionary: folder of ``<pivot>-<language>.tsv`` files; for a language without a file, only words that are
            spelt like a word of the pivot are linked.

    Returns:
        The table :data:`pipeline.tables.catalogue.LINKS`, by language in the vocabulary's order, then sorted.

    Raises:
        InputError: a dictionary has a line that is not two words.
    """
    (pivot, pivot_words), *other_languages = words_by_language(vocabulary).items()
    tables = [_links(dictionary, pivot, pivot_words, language, words) for language, words in other_languages]
    return pl.concat([LINKS.empty(), *tables])


def _links(
    folder: Path | None, pivot: str, pivot_words: Sequence[str], language: str, words: Sequence[str]
) -> pl.DataFrame:
    if dictionary_file(folder, pivot, language) is None:
        log.info(
            "%s has no %s-%s.tsv: only words that are spelt alike are linked", folder or "no folder", pivot, language
        )
    links = linked_words(folder, pivot, pivot_words, language, words)
    log.info(
        "%s-%s: %d links between %d of %d and %d of %d words",
        *(pivot, language, len(links)),
        *(len({i for i, _ in links}), len(pivot_words), len({j for _, j in links}), len(words)),
    )
    rows = [(language, *places, count) for places, count in sorted(links.items())]
    return pl.DataFrame(rows, schema=LINKS.empty().schema, orient="row")
