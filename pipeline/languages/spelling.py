"""The form in which words are compared: of documents, lists of words, dictionaries and vocabularies alike."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Final

import regex

from pipeline.languages.known import LANGUAGES


def _is_apart(sign: str) -> bool:
    kind, category = unicodedata.decomposition(sign).partition(" ")[0], unicodedata.category(sign)
    is_letterlike = kind == "<compat>" and "\u2100" <= sign <= "\u214f"
    return category in ("So", "No") and (kind in ("<super>", "<circle>") or is_letterlike)


# Signs that NFKC would write as letters or digits of the word beside them: trade marks (LEGO™ -> LEGOTM), numbers of
# footnotes (economy¹ -> economy1) and of lists (①経済 -> 1経済), and № (№5 -> No5).
APART: Final = "".join(sign for sign in map(chr, range(0x20000)) if _is_apart(sign))
# Accents by themselves, typed as apostrophes (don´t); NFKC would put a blank before them.
ACCENTS: Final = "\u00b4\u0384\u1fbd\u1fbf\u1ffd"
_APOSTROPHES = "‘’\u02bc" + ACCENTS  # become the typed one
# C0 and C1 controls except for blanks and line ends; zero-width space, word joiner and BOM; bidi marks, embeddings and
# isolates. The zero-width (non-)joiners U+200C and U+200D stay: Persian, Urdu and the Indic scripts spell words with
# them.
INVISIBLE: Final = "".join(
    chr(code)
    for start, end in (
        *((0x00, 0x08), (0x0E, 0x1F), (0x7F, 0x84), (0x86, 0x9F), (0x200B, 0x200B), (0x2060, 0x2060)),
        *((0xFEFF, 0xFEFF), (0x200E, 0x200F), (0x061C, 0x061C), (0x202A, 0x202E), (0x2066, 0x2069)),
    )
    for code in range(start, end + 1)
)
# Variation selectors choose the look of the character before them, and soft hyphens only say where a line may break.
_SELECTORS = (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0), *range(0x180B, 0x180E), 0x180F)
_REPLACED = str.maketrans(
    dict.fromkeys(_APOSTROPHES, "'")
    | dict.fromkeys(APART, " ")
    | dict.fromkeys((*INVISIBLE, *map(chr, _SELECTORS), "\u00ad"))
    | {"ŉ": "'n"}
)
_TO_REPLACE = regex.compile("[" + "".join(map(chr, _REPLACED)) + "]")

# An address may hold letters of any script. Where there are no blanks between words, or particles follow them, the
# text may go on right behind an address; so such letters belong to it only if its name begins with them.
_WITHOUT_BLANKS = "".join(
    rf"\p{{scx={script}}}" for script in ("Han", "Hira", "Kana", "Bopo", "Hang", "Thai", "Laoo", "Khmr", "Mymr", "Tibt")
)
_IN_ADDRESS = r"!#-;=?-~\p{L}\p{M}\p{N}"
_ADDRESS = regex.compile(
    rf"(?i:https?://|www\.)"
    rf"(?:(?=[{_WITHOUT_BLANKS}][\p{{L}}\p{{M}}\p{{N}}-]*+\.[\p{{L}}\p{{N}}])[{_IN_ADDRESS}]++"
    rf"|[[{_IN_ADDRESS}]--[{_WITHOUT_BLANKS}]]++)",
    regex.VERSION1,
)
_DOTTED_SMALL_I = "i\u0307"  # what becomes of İ in other languages than Turkish


def clean(text: str, lang: str = "") -> str:
    """Bring a text to the form that tokenisers and lists of words share; capitals stay.

    That is NFKC with plain apostrophes and without addresses, and one spelling where the language has several; see
    :mod:`pipeline.languages.respelling`.
    """
    if _TO_REPLACE.search(text):  # far faster than translating a text that has none of them
        text = text.translate(_REPLACED)
    return _respelled(_ADDRESS.sub(" ", unicodedata.normalize("NFKC", text)), lang)


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
