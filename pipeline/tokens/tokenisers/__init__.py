"""How a text of a language is cut into words; a language more is a file, a line here and its parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from pipeline.tokens.tokenisers.chinese import ChineseTokeniser
from pipeline.tokens.tokenisers.japanese import JapaneseTokeniser
from pipeline.tokens.tokenisers.tokenise_params import TokeniseParams
from pipeline.tokens.tokenisers.unicode import UnicodeTokeniser, clean, is_number

__all__ = ["TOKENISERS", "UNSPACED", "TokeniseParams", "Tokeniser", "clean", "is_number", "make_tokeniser"]


class Tokeniser(Protocol):
    """Cuts a cleaned text."""

    def __call__(self, text: str) -> list[str]:
        """Words in lower case; punctuation, symbols and blanks are none."""
        ...


TOKENISERS: Final[dict[str, Callable[[TokeniseParams], Tokeniser]]] = {
    "zh": lambda params: ChineseTokeniser(params.zh),
    "ja": lambda params: JapaneseTokeniser(params.ja),
}

# No blanks between words and no tokeniser here: these need pretokenised texts.
UNSPACED: Final = frozenset(("bo", "dz", "km", "lo", "my", "th"))


def make_tokeniser(lang: str, params: TokeniseParams) -> Tokeniser:
    """The tokeniser of a language, by Unicode's rules where the table has none."""
    make = TOKENISERS.get(lang)
    return make(params) if make else UnicodeTokeniser(lang)
