"""Words by the dictionaries of ICU, for Thai, Lao, Khmer and Burmese, which put no blanks between words."""

from __future__ import annotations

from itertools import chain
from typing import Any

import regex

from pipeline.common.errors import MissingResourceError
from pipeline.languages.spelling import lower_case
from pipeline.tokens.tokenisers.unicode import WORD

_SCRIPTS = r"\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
_WITHOUT_BLANKS = regex.compile(f"[{_SCRIPTS}]")
_PIECES = regex.compile(f"[{_SCRIPTS}]+|[^{_SCRIPTS}]+")


class IcuTokeniser:
    """Cuts runs of letters without blanks by ICU's word breaks; words in other scripts are cut by Unicode's rules.

    Args:
        lang: code of the language.

    Raises:
        MissingResourceError: icu4py is not installed.
    """

    def __init__(self, lang: str) -> None:
        try:
            from icu4py.breakers import WordBreaker
        except ModuleNotFoundError as error:
            raise MissingResourceError(
                f"{lang}: texts are cut by the package icu4py, which is not installed. Run `pip install icu4py`, or "
                "set `tokenise.pretokenised: true` if there are blanks between the words."
            ) from error
        self._lang = lang
        self._breaker: Any = WordBreaker

    def __call__(self, text: str) -> list[str]:
        """The words in lower case; letters of two scripts are two words."""
        runs = WORD.findall(lower_case(text, self._lang))
        return list(chain.from_iterable(map(self._words, chain.from_iterable(map(_PIECES.findall, runs)))))

    def _words(self, piece: str) -> list[str]:
        if not _WITHOUT_BLANKS.match(piece):
            return [piece]
        segments = (piece[start:end] for start, end in self._breaker(piece, self._lang).segments())
        return [segment for segment in segments if WORD.search(segment)]
