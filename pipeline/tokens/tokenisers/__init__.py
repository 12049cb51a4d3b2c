"""The tokenisers of the languages; a further language needs a file, a line in :data:`TOKENISERS` and parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from pipeline.tokens.tokenisers.chinese import ChineseTokeniser
from pipeline.tokens.tokenisers.japanese import JapaneseTokeniser
from pipeline.tokens.tokenisers.tokenise_params import TokeniseParams
from pipeline.tokens.tokenisers.unicode import UnicodeTokeniser, is_number

__all__ = ["TOKENISERS", "UNSPACED", "TokeniseParams", "Tokeniser", "is_number", "make_tokeniser"]


class Tokeniser(Protocol):
    """Cuts a cleaned text."""

    def __call__(self, text: str) -> list[str]:
        """The words in lower case; punctuation, symbols and blanks are not words."""
        ...


TOKENISERS: Final[dict[str, Callable[[TokeniseParams], Tokeniser]]] = {
    "zh": lambda params: ChineseTokeniser(params.zh),
    "ja": lambda params: JapaneseTokeniser(params.ja),
}

# These have neither blanks between words nor a tokeniser here, so their texts must be pretokenised.
UNSPACED: Final = frozenset(("bo", "dz", "km", "lo", "my", "th"))


def make_tokeniser(lang: str, params: TokeniseParams) -> Tokeniser:
    """The tokeniser of a language; it uses Unicode's rules if the table has no tokeniser for the language."""
    make = TOKENISERS.get(lang)
    return make(params) if make else UnicodeTokeniser(lang)
