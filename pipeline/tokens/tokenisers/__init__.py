"""The tokenisers, each for the languages whose record in :mod:`pipeline.languages.known` names it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from pipeline.languages.known import Segmenter, known_language
from pipeline.tokens.tokenisers.chinese import ChineseTokeniser
from pipeline.tokens.tokenisers.icu import IcuTokeniser
from pipeline.tokens.tokenisers.japanese import JapaneseTokeniser
from pipeline.tokens.tokenisers.korean import KoreanTokeniser
from pipeline.tokens.tokenisers.tokenise_params import TokeniseParams
from pipeline.tokens.tokenisers.unicode import UnicodeTokeniser, is_number

__all__ = ["TOKENISERS", "TokeniseParams", "Tokeniser", "is_number", "make_tokeniser"]


class Tokeniser(Protocol):
    """Cuts a cleaned text."""

    def __call__(self, text: str) -> list[str]:
        """The words in lower case; punctuation, symbols and blanks are not words."""
        ...


TOKENISERS: Final[dict[Segmenter, Callable[[str, TokeniseParams], Tokeniser]]] = {
    "blanks": lambda lang, params: UnicodeTokeniser(lang),
    "none": lambda lang, params: UnicodeTokeniser(lang),
    "jieba": lambda lang, params: ChineseTokeniser(params.zh),
    "mecab": lambda lang, params: JapaneseTokeniser(params.ja),
    "kiwi": lambda lang, params: KoreanTokeniser(params.ko),
    "icu": lambda lang, params: IcuTokeniser(lang),
}


def make_tokeniser(lang: str, params: TokeniseParams) -> Tokeniser:
    """The tokeniser that cuts the texts of a language.

    Raises:
        MissingResourceError: its package is not installed.
    """
    return TOKENISERS[known_language(lang).segmenter](lang, params)
