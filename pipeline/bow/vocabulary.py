"""The choice of the vocabulary: the frequent words of the training documents, or the words of given files."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import polars as pl
from pydantic import BaseModel, ConfigDict, Field

from pipeline.bow.counts import BLOCK
from pipeline.bow.phrases import join_phrases, learn_phrases, phrases_of
from pipeline.common.errors import InputError
from pipeline.common.files import read_list
from pipeline.common.wording import counted
from pipeline.languages.spelling import word_form
from pipeline.tables.by_language import ByLanguage

SHOWN = 10  # phrases in the log
NO_PHRASES = pl.DataFrame(schema={"word": pl.String})
log = logging.getLogger(__name__)


class BowParams(BaseModel):
    """The parameters of the vocabulary.

    Attributes:
        vocabulary: a folder with your own ``<lang>.txt`` for each language, one word on each line in the terms' order.
        size: the largest number of words of a language.
        min_documents: the smallest number of training documents of its language that must contain a word.
        max_document_share: the largest share of these documents that may contain a word.
        phrases: whether two words that belong together, such as ``prime_minister``, become one word of the vocabulary.
        phrase_npmi: the smallest NPMI of two neighbours that become a phrase; 1 where they occur only together.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    vocabulary: Path | None = None
    size: int = Field(default=5000, ge=1)
    min_documents: int = Field(default=2, ge=1)
    max_document_share: float = Field(default=0.5, gt=0, le=1)
    phrases: bool = False
    phrase_npmi: float = Field(default=0.5, gt=0, le=1)


def build_vocabulary(tokens: pl.DataFrame, split: pl.Series, params: BowParams) -> pl.DataFrame:
    """The words of each language, chosen from the training documents unless they are given.

    Of the words within the bounds, the most frequent are chosen (of equally frequent words, the first by code point)
    and sorted by code point. Given words keep the order of their file.

    Args:
        tokens: columns ``lang`` and ``tokens``.
        split: ``train`` or ``test`` for each of these documents.
        params: the bounds, or the folder of the given words.

    Returns:
        Columns ``lang``, ``term``, ``word`` and ``documents`` (how many training documents have the word).

    Raises:
        InputError: no word is left for a language, or its given list is missing or wrong.
    """
    parts = []
    for lang, rows in ByLanguage.of(tokens["lang"]).slices.items():
        training = tokens["tokens"][rows].filter(split[rows] == "train")
        folder = params.vocabulary
        words = _frequent(lang, training, params) if folder is None else _listed_in_file(lang, training, folder)
        columns = words.with_row_index("term").with_columns(pl.lit(lang).alias("lang"))
        parts.append(columns.select("lang", "term", "word", pl.col("documents").cast(pl.UInt32)))
    return pl.concat(parts)


def _frequent(lang: str, documents: pl.Series, params: BowParams) -> pl.DataFrame:
    phrases = _phrases(lang, documents, params) if params.phrases else NO_PHRASES
    words = _count(documents, phrases)
    is_in_enough = pl.col("documents") >= params.min_documents
    is_in_few = pl.col("documents") / len(documents) <= params.max_document_share
    within_bounds = words.filter(is_in_enough, is_in_few)
    if within_bounds.is_empty():
        raise InputError(
            f"{lang}: no word is left for the vocabulary. Of {counted(len(words), 'different word')} in "
            f"{counted(len(documents), 'training document')}, {words.filter(is_in_enough).height:,} are in at least "
            f"bow.min_documents = {params.min_documents} of them, {words.filter(is_in_few).height:,} in at most the "
            f"share bow.max_document_share = {params.max_document_share}, and none in both. Add documents, loosen a "
            "bound, or loosen the filters of `tokenise`."
        )
    if len(within_bounds) < params.size:
        log.info(
            "%s: only %s within the bounds, fewer than bow.size = %d",
            lang,
            counted(len(within_bounds), "word"),
            params.size,
        )
    chosen = within_bounds.sort("count", "word", descending=[True, False]).head(params.size).sort("word")
    kept_phrases = phrases_of(chosen.select("word")) if params.phrases else NO_PHRASES
    if len(kept_phrases) == len(phrases):
        return chosen
    counts = _count(documents, kept_phrases)
    return chosen.select("word").join(counts, on="word", how="left", maintain_order="left").fill_null(0)


def _phrases(lang: str, documents: pl.Series, params: BowParams) -> pl.DataFrame:
    occurrences = documents.to_frame("word").with_row_index("document").explode("word")
    phrases = learn_phrases(occurrences, params.phrase_npmi, params.min_documents)
    first = ", ".join(phrases["word"].head(SHOWN))
    log.info("%s: pairs of words that are counted as one word: %d (%s)", lang, len(phrases), first or "none")
    return phrases


def _listed_in_file(lang: str, documents: pl.Series, folder: Path) -> pl.DataFrame:
    path = folder / f"{lang}.txt"
    given = read_vocabulary(path)
    counts = _count(documents, phrases_of(pl.DataFrame({"word": given}, schema={"word": pl.String})))
    words = pl.DataFrame({"word": as_tokens(given, lang, counts["word"])}, schema={"word": pl.String})
    listed = words.join(counts, on="word", how="left", maintain_order="left").fill_null(0)
    if listed["documents"].sum() == 0:
        raise InputError(
            f"{path}: no training document of {lang} ({len(documents):,}) has any of its words ({len(words):,}). "
            "The words must be written as the tokens are (case, script, dictionary form)."
        )
    return listed


def as_tokens(words: list[str], lang: str, tokens: Iterable[str]) -> list[str]:
    """The words of a list, spelled as tokens where they are no tokens as they stand, ``straße`` for ``Straße``.

    A word stays as it is if the list has its spelling as a token as well.
    """
    known, taken = set(tokens), set(words)
    spelled_words = []
    for word in words:
        form = word if word in known else word_form(word, lang)
        is_free = form in known and form not in taken
        spelled_words.append(form if is_free else word)
        taken.add(spelled_words[-1])
    return spelled_words


def _count(documents: pl.Series, phrases: pl.DataFrame) -> pl.DataFrame:
    """Columns ``word``, ``count`` and ``documents``, in no particular order."""
    tokens = documents.to_frame("word")
    parts = [_count_block(block, phrases) for block in tokens.iter_slices(BLOCK)] or [_count_block(tokens, phrases)]
    return pl.concat(parts).group_by("word").agg(pl.col("count", "documents").sum())


def _count_block(tokens: pl.DataFrame, phrases: pl.DataFrame) -> pl.DataFrame:
    occurrences = join_phrases(tokens.with_row_index("document").explode("word").drop_nulls(), phrases)
    per_document = occurrences.group_by("document", "word").agg(count=pl.len())
    return per_document.group_by("word").agg(pl.col("count").sum(), documents=pl.len())


def read_vocabulary(path: Path) -> list[str]:
    """The words of a given vocabulary, in order.

    Raises:
        InputError: the file is missing, a line is not one word, or a word occurs more than once.
    """
    if not path.exists():
        raise InputError(f"{path} is missing: bow.vocabulary = {path.parent} must hold one list for each language.")
    words = read_list(path)
    while len(words) > 1 and not words[-1]:  # the end of the last line, and blank lines behind it
        words.pop()
    for number, word in enumerate(words, 1):
        if len(word.split()) != 1:
            raise InputError(f"{path}, line {number}: found {word!r}; expected one word, without a blank in it.")
    repeated = [word for word, times in Counter(words).items() if times > 1]
    if repeated:
        raise InputError(
            f"{path}: {counted(len(repeated), 'word')} more than once: {repeated[:10]}. Keep each only once."
        )
    return words
