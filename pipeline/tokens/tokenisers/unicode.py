"""Words by Unicode's classes, for every language that puts blanks between them."""

from __future__ import annotations

import re
import unicodedata

import regex

# Typographic apostrophes become the typed one; trade marks would join the word in NFKC (LEGO™ -> LEGOTM);
# soft hyphens only say where a line may break; NUL ends a text for MeCab, which is written in C.
_REPLACED = str.maketrans(
    {"‘": "'", "’": "'", "\u02bc": "'", "™": " ", "℠": " ", "\u00ad": None, "\0": " "},
)
_TO_REPLACE = re.compile("[" + "".join(map(chr, _REPLACED)) + "]")
_URL = re.compile(r'(?:https?://|www\.)[^\s<>"\x80-\U0010ffff]+', re.IGNORECASE)

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


def clean(text: str) -> str:
    """Bring a text to the form that tokenisers and stop words share: NFKC, plain apostrophes, no URLs."""
    if _TO_REPLACE.search(text):  # far faster than translating a text that has none of them
        text = text.translate(_REPLACED)
    return _URL.sub(" ", unicodedata.normalize("NFKC", text))


def is_number(token: str) -> bool:
    """Whether the token is digits only, with or without separators."""
    return _NUMBER.fullmatch(token) is not None


# Words that are elided before an apostrophe, by language.
_ELIDED = {
    "ca": "d l m n s t",
    "fr": "c d j jusqu l lorsqu m n puisqu qu quoiqu s t",
    "it": "agl all bell c coll d dagl dall degl dell gl l m negl nell nessun quell quest s sugl sull t un v",
}


class UnicodeTokeniser:
    """Runs of letters, marks and digits; ``don't`` is one word, ``state-of-the-art`` four.

    Args:
        lang: the language whose elided words are left out: French ``l'eau`` becomes ``eau``.
    """

    def __init__(self, lang: str = "") -> None:
        self._elided = frozenset(_ELIDED.get(lang, "").split())

    def __call__(self, text: str) -> list[str]:
        """Lower-cased words, without the possessive ``'s``."""
        words = (word.removesuffix("'s") for word in WORD.findall(text.lower()))
        return list(map(self._without_elided, words) if self._elided else words)

    def _without_elided(self, word: str) -> str:
        before, _, after = word.partition("'")
        return after if before in self._elided and after else word
