"""From texts to tokens: texts are cut by language and filtered by the same rules, in several processes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from itertools import chain

import polars as pl

from pipeline.common.mending import Advice, Weight
from pipeline.common.parallel import map_in_order
from pipeline.common.wording import counted
from pipeline.languages.codes import named_language
from pipeline.languages.known import known_language
from pipeline.languages.spelling import clean
from pipeline.tokens.lemmas import has_lemmas, lemmatiser
from pipeline.tokens.stop_words import check_stop_word_folder, stop_words
from pipeline.tokens.tokenisers import TokeniseParams, is_number, make_tokeniser

__all__ = ["TokeniseParams", "tokenise", "tokenise_texts"]

CHUNK_CHARACTERS = 100_000  # Japanese text of this length takes a fifth of a second
REMEMBERED = 2**17  # pieces and tokens whose results are kept for the next time, about 30 MB
LONGEST_REMEMBERED = 80  # characters
BETWEEN_BLANKS = ("blanks", "none")  # segmenters for which a text is the sum of the pieces between its blanks

Cut = Callable[[str], list[str]]

log = logging.getLogger(__name__)
_tokeniser = lru_cache(maxsize=8)(make_tokeniser)  # dictionaries take a while to load


def tokenise(
    documents: pl.DataFrame, params: TokeniseParams, *, filtered: bool = True, processes: int | None = None
) -> pl.DataFrame:
    """Tokens of every document, row by row.

    Args:
        documents: columns ``lang`` and ``text``.
        params: the rules.
        filtered: whether stop words, numbers, short tokens and parts of speech are dropped.
        processes: the number of processes, which never changes the result; by default as many as save time.

    Returns:
        Columns ``lang`` and ``tokens``, one row for each document, in the same order.

    Raises:
        InputError: a list of stop words is wrong.
        TryAgainError: a process was killed.
    """
    numbered = documents.select("lang", "text").with_row_index("row")
    if filtered and not params.pretokenised:
        check_stop_word_folder(params.stopwords, numbered["lang"].unique(maintain_order=True))
    tokens = pl.Series("tokens", [], dtype=pl.List(pl.String))
    tables = [numbered.clear().select("row", pl.col("lang").cast(pl.String), tokens)]
    for table in numbered.partition_by("lang", maintain_order=True):
        tokens = _tokenise_language(table.item(0, "lang"), table["text"], params, filtered, processes)
        tables.append(table.select("row", "lang", tokens))
    return pl.concat(tables).sort("row").drop("row")


def tokenise_texts(
    lang: str, texts: Iterable[str], params: TokeniseParams, *, filtered: bool = True
) -> list[list[str]]:
    """The tokens of texts of one language, cut in this process.

    Raises:
        InputError: a list of stop words is wrong.
    """
    return _tokens(lang, texts, params, _stop_words(lang, params, filtered))


def _stop_words(lang: str, params: TokeniseParams, filtered: bool) -> frozenset[str] | None:
    """The words to leave out; None leaves out nothing at all."""
    return stop_words(lang, params.stopwords) if filtered and not params.pretokenised else None


def _tokens(lang: str, texts: Iterable[str], params: TokeniseParams, stop: frozenset[str] | None) -> list[list[str]]:
    if params.pretokenised:
        return [text.split() for text in texts]
    return list(map(_cut(lang, params, stop), texts))


@lru_cache(maxsize=8)
def _cut(lang: str, params: TokeniseParams, stop: frozenset[str] | None) -> Cut:
    """The function that turns a text into tokens."""
    cut = _tokeniser(lang, params.unfiltered() if stop is None else params)
    finish = _finish(lang, params, stop)
    if known_language(lang).segmenter not in BETWEEN_BLANKS:
        return _finished(lang, cut, lru_cache(REMEMBERED)(finish))
    return _piece_by_piece(_finished(lang, cut, finish))


def _finish(lang: str, params: TokeniseParams, stop: frozenset[str] | None) -> Callable[[str], str]:
    """What becomes of a word: itself or its dictionary form, or nothing if either is left out."""
    is_kept = bool if stop is None else _token_filter(params, stop)
    lemma = lemmatiser(lang) if has_lemmas(lang, params.lemmas) else str

    def finished(word: str) -> str:
        token = lemma(word) if is_kept(word) else ""
        return token if is_kept(token) else ""

    return finished


def _finished(lang: str, cut: Cut, finish: Callable[[str], str]) -> Cut:
    return lambda text: list(filter(None, map(finish, cut(clean(text, lang)))))


def _piece_by_piece(cut: Cut) -> Cut:
    """The same cut with a cache for the pieces between blanks, since no word or address contains a blank."""
    cached_cut = lru_cache(REMEMBERED)(cut)

    def tokens(text: str) -> list[str]:
        pieces = text.split()
        are_short = max(map(len, pieces), default=0) <= LONGEST_REMEMBERED
        return list(chain.from_iterable(map(cached_cut, pieces))) if are_short else cut(text)

    return tokens


def _token_filter(params: TokeniseParams, stop: frozenset[str]) -> Callable[[str], bool]:
    shortest, numbers = params.min_characters, params.numbers
    return lambda token: len(token) >= shortest and token not in stop and (numbers or not is_number(token))


def tokeniser_advice(languages: Iterable[str], params: TokeniseParams) -> list[Advice]:
    """What to mend about languages whose texts cannot be cut into words here."""
    return [
        Advice(
            Weight.EMPTY,
            "Not cut into words, since there are no blanks between words and there is no tokeniser",
            "Put blanks between the words of all texts, of the other languages too, and set "
            "`tokenise.pretokenised: true`.",
            {named_language(lang): ""},
        )
        for lang in languages
        if known_language(lang).segmenter == "none" and not params.pretokenised
    ]


def _tokenise_language(
    lang: str, texts: pl.Series, params: TokeniseParams, filtered: bool, processes: int | None
) -> pl.Series:
    for advice in tokeniser_advice([lang], params):
        log.warning("%s", advice)
    work = partial(_tokenise_chunk, lang, params, _stop_words(lang, params, filtered))
    work(texts.clear())  # loads dictionaries before the clock starts
    tokens = _split(pl.concat(map_in_order(work, _chunks(texts), f"tokenise {lang}", processes)))
    lengths = tokens.list.len()
    sizes = counted(len(texts), "text"), counted(int(lengths.sum()), "token")
    log.info("%s: %s, %s; texts without any: %d", lang, *sizes, (lengths == 0).sum())
    return tokens


def _tokenise_chunk(lang: str, params: TokeniseParams, stop: frozenset[str] | None, texts: pl.Series) -> pl.Series:
    """The tokens of each text joined by line ends, since no token contains a blank."""
    joined = ["\n".join(words) for words in _tokens(lang, texts, params, stop)]
    return pl.Series("tokens", joined, dtype=pl.String)


def _split(joined: pl.Series) -> pl.Series:
    """Lists of tokens from joined tokens; polars splits strings four times faster than it converts lists of strings.

    All texts are split at once, since a core that has just worked for polars cuts the next chunk a quarter slower.
    """
    words = pl.col("tokens").str.split("\n").list.tail(pl.col("tokens").str.len_bytes())  # [] from "", not [""]
    return joined.to_frame().select(words).to_series()


def _chunks(texts: pl.Series) -> list[pl.Series]:
    chunk = texts.str.len_chars().cast(pl.UInt64).cum_sum() // CHUNK_CHARACTERS
    frame = pl.DataFrame([texts.alias("text"), chunk.alias("chunk")])
    return [table["text"] for table in frame.partition_by("chunk", maintain_order=True)]
