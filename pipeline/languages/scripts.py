"""The scripts in which languages are written. They reveal a document whose language is declared wrongly."""

from __future__ import annotations

from typing import Final

import polars as pl

SHOWN = 5000  # characters of a text that are checked

_WRITTEN: Final = {
    "Latin": "af ca cs cy da de en eo es et eu fi fr ga gl hr hu id is it la lb lt lv ms mt nb nl nn no pl pt ro sk sl "
    "so sq sv sw tl tr vi xh yo zu",
    "Latin Cyrillic": "az bs sr uz",
    "Cyrillic": "be bg ky mk ru tg uk",
    "Cyrillic Latin Arabic": "kk",
    "Cyrillic Mongolian": "mn",
    "Arabic": "ar fa ps sd ug ur",
    "Hebrew": "he yi",
    "Greek": "el",
    "Armenian": "hy",
    "Georgian": "ka",
    "Ethiopic": "am ti",
    "Devanagari": "hi mr ne sa",
    "Bengali": "as bn",
    "Gurmukhi Arabic": "pa",
    "Gujarati": "gu",
    "Oriya": "or",
    "Tamil": "ta",
    "Telugu": "te",
    "Kannada": "kn",
    "Malayalam": "ml",
    "Sinhala": "si",
    "Thai": "th",
    "Lao": "lo",
    "Khmer": "km",
    "Myanmar": "my",
    "Tibetan": "bo dz",
    "Hangul Han": "ko",
    "Han Bopomofo": "zh",
    "Han Hiragana Katakana": "ja",
}


# ISO 639-1 code -> Unicode names of its scripts; a language that is not in this table is not checked.
SCRIPTS: Final = {lang: tuple(names.split()) for names, langs in _WRITTEN.items() for lang in langs.split()}


def letters(texts: pl.Series) -> pl.Series:
    """How many letters each text has."""
    return texts.str.head(SHOWN).str.count_matches(r"\p{L}")


def letters_of(texts: pl.Series, lang: str) -> pl.Series:
    """How many letters of each text are in the scripts of a language of :data:`SCRIPTS`.

    A letter that several scripts share, such as the Japanese long vowel mark, counts for each of them.
    """
    scripts = "".join(rf"\p{{scx={name}}}" for name in SCRIPTS[lang])
    return texts.str.head(SHOWN).str.count_matches(rf"[\p{{L}}&&[{scripts}]]")
