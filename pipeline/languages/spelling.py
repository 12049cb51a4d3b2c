"""The form in which words are compared: of documents, lists of words, dictionaries and vocabularies alike."""

from __future__ import annotations

import unicodedata
from functools import cache

import regex

from pipeline.languages.known import LANGUAGES

# Typographic apostrophes become the typed one; trade marks would join the word in NFKC (LEGO™ -> LEGOTM);
# soft hyphens only say where a line may break; NUL ends a text for MeCab, which is written in C; variation selectors
# choose the look of the character before them.
_SELECTORS = (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0), *range(0x180B, 0x180E), 0x180F)
_REPLACED = str.maketrans(
    {"‘": "'", "’": "'", "\u02bc": "'", "ŉ": "'n", "™": " ", "℠": " ", "\u00ad": None, "\0": " "}
    | dict.fromkeys(map(chr, _SELECTORS))
)
_TO_REPLACE = regex.compile("[" + "".join(map(chr, _REPLACED)) + "]")
_URL = regex.compile(r'(?:https?://|www\.)[^\s<>"\x80-\U0010ffff]+', regex.IGNORECASE)
_DOTTED_SMALL_I = "i\u0307"  # what becomes of İ in other languages than Turkish


def clean(text: str, lang: str = "") -> str:
    """Bring a text to the form that tokenisers and lists of words share; capitals stay.

    That is NFKC with plain apostrophes and without addresses, and one spelling where the language has several; see
    :mod:`pipeline.languages.respelling`.
    """
    if _TO_REPLACE.search(text):  # far faster than translating a text that has none of them
        text = text.translate(_REPLACED)
    return _respelled(_URL.sub(" ", unicodedata.normalize("NFKC", text)), lang)


def lower_case(text: str, lang: str = "") -> str:
    """The text in lower case, by the rule of its language: ``I`` becomes ``ı`` in Turkish and Azerbaijani."""
    if lang in LANGUAGES and LANGUAGES[lang].dotted:
        text = text.replace("İ", "i").replace("I", "ı")
    return text.lower().replace(_DOTTED_SMALL_I, "i")


def word_form(word: str, lang: str) -> str:
    """A word of a list in the form that tokens of its language have."""
    return lower_case(clean(word, lang).strip(), lang)


def _respelled(text: str, lang: str) -> str:
    for pattern, replacement in _rules(lang):
        if pattern.search(text):
            text = unicodedata.normalize("NFC", pattern.sub(replacement, text))
    return text


@cache
def _rules(lang: str) -> tuple[tuple[regex.Pattern[str], str], ...]:
    rules = LANGUAGES[lang].respelled if lang in LANGUAGES else ()
    return tuple((regex.compile(pattern), replacement) for pattern, replacement in rules)
