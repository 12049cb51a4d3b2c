"""The normalisation of a document's text, which is the same for every language.

It has these steps: every line end becomes LF; control, zero-width and bidi characters are removed; Unicode NFKC is
applied; surrounding white space is removed; the text is cut at a number of characters. A second normalisation
changes nothing. Accents stay, since NFD without its marks would turn プ into フ.
"""

from __future__ import annotations

import polars as pl

# All of Unicode's mandatory line breaks, so that a form feed between two words does not join them.
LINE_ENDS = r"\r\n|[\r\x0B\x0C\x{85}\x{2028}\x{2029}]"


# C0 and C1 controls except for tab and LF; zero-width space, word joiner and BOM; bidi marks, embeddings and isolates.
# The zero-width (non-)joiners U+200C and U+200D stay: Persian, Urdu and the Indic scripts spell words with them.
INVISIBLE = (
    r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x{9F}\x{200B}\x{2060}\x{FEFF}\x{200E}\x{200F}\x{061C}"
    r"\x{202A}-\x{202E}\x{2066}-\x{2069}]"
)


def normalise(raw: pl.DataFrame, max_characters: int) -> pl.DataFrame:
    """Normalise ``text`` (nulls stay) and note what changed in each document.

    Returns:
        The table with ``changed`` (bool), ``removed`` (number of invisible characters) and ``capped`` (bool).
    """
    lines = pl.col("text").str.replace_all(LINE_ENDS, "\n")
    visible = pl.col("lines").str.replace_all(INVISIBLE, "")
    clean = visible.str.normalize("NFKC").str.strip_chars()
    cut = pl.col("clean").str.slice(0, max_characters).str.strip_chars_end()
    return (
        raw.with_columns(lines=lines)
        .with_columns(clean=clean, removed=pl.col("lines").str.count_matches(INVISIBLE).fill_null(0))
        .with_columns(cut=cut, capped=(pl.col("clean").str.len_chars() > max_characters).fill_null(False))
        .with_columns(text=pl.col("cut"), changed=pl.col("cut").ne_missing(pl.col("text")))
        .drop("lines", "clean", "cut")
    )
