"""Words by Unicode's classes, for every language that puts blanks between them."""

from __future__ import annotations

import regex

from pipeline.languages.known import known_language
from pipeline.languages.spelling import lower_case

# A mark (a vowel sign of Hindi, a point of Arabic) belongs to its letter; those that only choose a
# character's look, as in emoji, do not. A word may contain an apostrophe, the middle dot of Catalan, the
# gershayim of Hebrew and the joiners of Persian and Hindi; a number may contain a point or a comma.
WORD = regex.compile(
    r"""
    [\p{L}\p{N}]
    (?: [[\p{L}\p{N}\p{M}]--[\p{VS}\u20e3]]++
      | (?<=\p{N}) [.,] (?=\p{N})
      | (?<=[\p{L}\p{M}]) ['·״׳\u200c\u200d] (?=\p{L})
    )*+
    """,
    regex.VERBOSE | regex.VERSION1,
)
_NUMBER = regex.compile(r"[\p{N}.,]+")


def is_number(token: str) -> bool:
    """Whether the token is digits only, with or without separators."""
    return _NUMBER.fullmatch(token) is not None


class UnicodeTokeniser:
    """Runs of letters, marks and digits; ``don't`` is one word, ``state-of-the-art`` four.

    Args:
        lang: the language, which decides lower case, and whose elided words are left out: French ``l'eau`` becomes
            ``eau``.
    """

    def __init__(self, lang: str = "") -> None:
        self._lang = lang
        self._elided = known_language(lang).elided

    def __call__(self, text: str) -> list[str]:
        """Lower-cased words, without the possessive ``'s``."""
        words = (word.removesuffix("'s") for word in WORD.findall(lower_case(text, self._lang)))
        return list(map(self._without_elided, words) if self._elided else words)

    def _without_elided(self, word: str) -> str:
        before, _, after = word.partition("'")
        return after if before in self._elided and after else word
