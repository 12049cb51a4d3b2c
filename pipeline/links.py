"""Which words of the pivot's vocabulary and of another language's translate each other, by the dictionary."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import polars as pl
from pydantic import BaseModel, ConfigDict

from pipeline.common.layout import LAYOUT
from pipeline.dictionary import dictionary_file, linked_words

log = logging.getLogger(__name__)

SCHEMA = {"lang": pl.String, "pivot_term": pl.UInt32, "term": pl.UInt32, "count": pl.UInt32}


class LinkParams(BaseModel):
    """What `link` takes from the top level of params.yaml.

    Attributes:
        dictionary: folder of ``<pivot>-<language>.tsv`` files.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    dictionary: Path = LAYOUT.none


def link_vocabularies(vocabulary: pl.DataFrame, dictionary: Path) -> pl.DataFrame:
    """Link the pivot's words with those of each other language, by the rules of the aligned encoder.

    Args:
        vocabulary: columns ``lang``, ``term`` (0, 1, ... in each language) and ``word``; the pivot first.
        dictionary: folder of ``<pivot>-<language>.tsv`` files; a language without one has its words that are
            written as the pivot's linked.

    Returns:
        Columns ``lang`` (the other language), ``pivot_term``, ``term`` and ``count`` (how many dictionary entries
        link the two; 1 where they are merely written alike), by language in the vocabulary's order, then sorted.

    Raises:
        InputError: a dictionary has a line that is not two words.
    """
    (pivot, pivot_words), *others = _words(vocabulary)
    tables = [_links(dictionary, pivot, pivot_words, lang, words) for lang, words in others]
    return pl.concat([pl.DataFrame(schema=SCHEMA), *tables])


def _words(vocabulary: pl.DataFrame) -> list[tuple[str, list[str]]]:
    languages = vocabulary["lang"].unique(maintain_order=True)
    return [(lang, vocabulary.filter(pl.col("lang") == lang).sort("term")["word"].to_list()) for lang in languages]


def _links(folder: Path, pivot: str, pivot_words: Sequence[str], lang: str, words: Sequence[str]) -> pl.DataFrame:
    if dictionary_file(folder, pivot, lang) is None:
        log.info("%s has no %s-%s.tsv: only words written alike are linked", folder, pivot, lang)
    found = linked_words(folder, pivot, pivot_words, lang, words)
    log.info(
        "%s-%s: %d links of %d of %d and %d of %d words",
        *(pivot, lang, len(found)),
        *(len({i for i, _ in found}), len(pivot_words), len({j for _, j in found}), len(words)),
    )
    rows = [(lang, *places, count) for places, count in sorted(found.items())]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")
