"""The scripts in which languages are written. They reveal a document whose language is declared wrongly."""

from __future__ import annotations

from typing import Final

import polars as pl

from pipeline.languages.known import LANGUAGES

SHOWN = 5000  # characters of a text that are checked

# Code -> Unicode names of the language's scripts; a language that is not in this table is not checked.
SCRIPTS: Final = {code: record.scripts for code, record in LANGUAGES.items()}


def letters(texts: pl.Series) -> pl.Series:
    """How many letters each text has."""
    return texts.str.head(SHOWN).str.count_matches(r"\p{L}")


def letters_of(texts: pl.Series, lang: str) -> pl.Series:
    """How many letters of each text are in the scripts of a language of :data:`SCRIPTS`.

    A letter that several scripts share, such as the Japanese long vowel mark, counts for each of them.
    """
    scripts = "".join(rf"\p{{scx={name}}}" for name in SCRIPTS[lang])
    return texts.str.head(SHOWN).str.count_matches(rf"[\p{{L}}&&[{scripts}]]")
