"""Links between words of the pivot's vocabulary and of another language's vocabulary.

A dictionary's file comes first. Where no file is given for a language, a dictionary is made: words that are spelt
alike, words that translate each other in aligned texts, and mutual nearest neighbours among the words' vectors.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl
from pydantic import BaseModel, ConfigDict

from pipeline.common.wording import counted, some_of
from pipeline.lexicon.aligned_texts import words_of_texts
from pipeline.lexicon.dictionary import Places, dictionary_file, linked_words
from pipeline.lexicon.neighbours import neighbouring_words
from pipeline.tables.by_language import words_by_language
from pipeline.tables.catalogue import LINKS

log = logging.getLogger(__name__)


class LinkParams(BaseModel):
    """What `link`, and the choice of an encoder, take from the top level of params.yaml.

    Attributes:
        dictionary: a folder of ``<pivot>-<language>.tsv`` files; None where there is no dictionary.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    dictionary: Path | None = Path("data/dictionaries")


@dataclass(frozen=True)
class Link:
    """Why two words are linked; :data:`pipeline.tables.catalogue.LINKS` says what the fields mean."""

    count: int
    source: Literal["file", "spelling", "texts", "vectors"]
    score: float | None = None


def languages_without_file(languages: Sequence[str], dictionary: Path | None) -> list[str]:
    """The languages for which the folder has no file with the pivot, the first of the languages."""
    pivot, *others = languages
    return [language for language in others if dictionary_file(dictionary, pivot, language) is None]


def link_vocabularies(
    vocabulary: pl.DataFrame,
    dictionary: Path | None,
    texts: pl.DataFrame | None = None,
    vectors: Mapping[str, np.ndarray] | None = None,
) -> pl.DataFrame:
    """Link the pivot's words with the words of each other language.

    Args:
        vocabulary: columns ``lang``, ``term`` (0, 1, ... in each language) and ``word``; the pivot first.
        dictionary: folder of ``<pivot>-<language>.tsv`` files. A language that has a file needs nothing else.
        texts: from :func:`pipeline.lexicon.aligned_texts.aligned_texts`, for languages without a file.
        vectors: (V, E) vectors of each language's words in one space, for words of languages without a file that
            neither their spelling nor the texts link.

    Returns:
        The table :data:`pipeline.tables.catalogue.LINKS`, by language in the vocabulary's order, then sorted.

    Raises:
        InputError: a dictionary has a line that is not two words.
    """
    (pivot, pivot_words), *other_languages = words_by_language(vocabulary).items()
    tables = [LINKS.empty()]
    for language, words in other_languages:
        links = known_links(dictionary, texts, pivot, pivot_words, language, words)
        if dictionary_file(dictionary, pivot, language) is None:
            log.info("there is no %s-%s.tsv in %s: a dictionary is made", pivot, language, dictionary or "`dictionary`")
            links |= {} if vectors is None else _by_vectors(vectors[pivot], vectors[language], links)
        _log(pivot, len(pivot_words), language, len(words), links)
        rows = [(language, *places, *astuple(link)) for places, link in sorted(links.items())]
        tables.append(pl.DataFrame(rows, schema=LINKS.empty().schema, orient="row"))
    return pl.concat(tables)


def known_links(
    dictionary: Path | None,
    texts: pl.DataFrame | None,
    pivot: str,
    pivot_words: Sequence[str],
    language: str,
    words: Sequence[str],
) -> dict[Places, Link]:
    """Links by the dictionary's file and by spelling, or else by spelling and aligned texts.

    Args:
        dictionary: folder of ``<pivot>-<language>.tsv`` files.
        texts: from :func:`pipeline.lexicon.aligned_texts.aligned_texts`; not needed where there is a file.
        pivot: the pivot.
        pivot_words: words of the pivot.
        language: another language.
        words: words of that language.

    Raises:
        InputError: the dictionary has a line that is not two words.
    """
    links = {
        (i, j): Link(count, "spelling" if pivot_words[i] == words[j] else "file")
        for (i, j), count in linked_words(dictionary, pivot, pivot_words, language, words).items()
    }
    if texts is None or dictionary_file(dictionary, pivot, language) is not None:
        return links
    found = words_of_texts(texts, pivot, pivot_words, language, words)
    return {places: Link(1, "texts", probability) for places, probability in found.items()} | links


def _by_vectors(pivot: np.ndarray, other: np.ndarray, links: Mapping[Places, Link]) -> dict[Places, Link]:
    """Links between words that have no other link."""
    linked_pivot, linked_other = {i for i, _ in links}, {j for _, j in links}
    return {
        (i, j): Link(1, "vectors", cosine)
        for (i, j), cosine in neighbouring_words(pivot, other).items()
        if i not in linked_pivot and j not in linked_other
    }


def count_sources(links: Mapping[Places, Link]) -> str:
    """How many links there are of each source, in words for a log."""
    sources = Counter(link.source for link in links.values())
    return ", ".join(f"{source} {count}" for source, count in sorted(sources.items())) or "none"


def _log(pivot: str, pivot_size: int, language: str, size: int, links: Mapping[Places, Link]) -> None:
    log.info(
        "%s-%s: %s (%s) between %s and %s",
        *(pivot, language, counted(len(links), "link"), count_sources(links)),
        some_of(len({i for i, _ in links}), pivot_size, "word"),
        some_of(len({j for _, j in links}), size, "word"),
    )
