"""The normalisation of a document's text, which is the same for every language.

It has these steps: every line end becomes LF; control, zero-width and bidi characters are removed; Unicode NFKC is
applied, save to signs that it would join to the word beside them (LEGO™); surrounding white space is removed; the text
is cut at a number of characters. A second normalisation changes nothing. Accents stay, since NFD without its marks
would turn プ into フ.
"""

from __future__ import annotations

import unicodedata
from typing import Final

import polars as pl
import regex

from pipeline.languages.spelling import ACCENTS, APART, INVISIBLE

# All of Unicode's mandatory line breaks, so that a form feed between two words does not join them.
LINE_ENDS = r"\r\n|[\r\x0B\x0C\x{85}\x{2028}\x{2029}]"
INVISIBLE_CHARACTER = f"[{INVISIBLE}]"
_KEPT: Final = f"[{APART}{ACCENTS}]"
_PARTS = regex.compile(f"{_KEPT}|[^{APART}{ACCENTS}]+")


def normalise(raw: pl.DataFrame, max_characters: int) -> pl.DataFrame:
    """Normalise ``text`` (nulls stay) and note what changed in each document.

    Returns:
        The table with ``changed`` (bool), ``removed`` (number of invisible characters) and ``capped`` (bool).
    """
    lines = pl.col("text").str.replace_all(LINE_ENDS, "\n")
    visible = pl.col("lines").str.replace_all(INVISIBLE_CHARACTER, "")
    clean = visible.map_batches(_compatible, return_dtype=pl.String).str.strip_chars()
    cut = pl.col("clean").str.slice(0, max_characters).str.strip_chars_end()
    return (
        raw.with_columns(lines=lines)
        .with_columns(clean=clean, removed=pl.col("lines").str.count_matches(INVISIBLE_CHARACTER).fill_null(0))
        .with_columns(cut=cut, capped=(pl.col("clean").str.len_chars() > max_characters).fill_null(False))
        .with_columns(text=pl.col("cut"), changed=pl.col("cut").ne_missing(pl.col("text")))
        .drop("lines", "clean", "cut")
    )


def _compatible(texts: pl.Series) -> pl.Series:
    """The texts in NFKC, with some signs as they are."""
    has_sign = texts.str.contains(_KEPT).fill_null(False)
    forms = ["".join(map(_compatible_part, _PARTS.findall(text))) for text in texts.filter(has_sign)]
    return texts.str.normalize("NFKC").scatter(has_sign.arg_true(), forms) if forms else texts.str.normalize("NFKC")


def _compatible_part(part: str) -> str:
    return part if len(part) == 1 and part in APART + ACCENTS else unicodedata.normalize("NFKC", part)
