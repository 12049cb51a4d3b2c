"""One code for each language: ISO 639-1, or ISO 639-3 where there is none. Tags, other codes and names map to it."""

from __future__ import annotations

from functools import cache
from unicodedata import normalize

import langcodes
import regex
from langcodes.registry_parser import parse_registry
from langcodes.tag_parser import LanguageTagError

from pipeline.common.errors import InputError, nearest
from pipeline.languages.known import LANGUAGES

WITHDRAWN = frozenset({"bh", "in", "sh"})  # no longer in ISO 639-1; what they meant is not clear today


# What is often written for a language, but is the code of a country, of nothing, or of another, small language. (`kr`
# is not among them: it is the code of Kanuri.)
MISTAKEN = {
    **{"cn": "zh", "jp": "ja", "cz": "cs", "dk": "da", "gr": "el", "ua": "uk", "vn": "vi"},
    **{"chn": "zh", "jap": "ja", "spn": "es", "sh": "sr", "in": "id"},
}
ALSO_CALLED = {"farsi": "fa", "mandarin": "zh", "sorani": "ckb"}
_COLUMN = regex.compile(r"[A-Za-z]{2}|[A-Za-z]{2}[-_]([A-Z]{2}|[A-Z][a-z]{3})|[a-z]{3}_[A-Z][a-z]{3}")


def check_language(code: str, where: str) -> str:
    """The code of the language that a code, a tag such as ``zh-Hant`` or a name stands for.

    Args:
        code: what the data or the parameters say.
        where: the file and row, or the parameter, for the message.

    Raises:
        InputError: it stands for no language; the message suggests what was probably meant.
    """
    if canonical := canonical_code(code):
        return canonical
    meant = suggest_language(code)
    hint = f" Did you mean `{meant}`?" if meant else ""
    expected = "Expected a code of ISO 639-1, such as `en`, a tag or code that stands for one, or a name."
    raise InputError(f"{where}: `{code[:40]}` is no language code. {expected}{hint}")


@cache
def canonical_code(text: str) -> str | None:
    """The code of the language that a code, a tag, an English name or its own name stands for; None if there is none.

    ``eng``, ``en-US``, ``EN`` and ``English`` are ``en``; ``Deutsch`` is ``de``; ``cmn`` and ``zh-Hant`` are ``zh``;
    ``yue`` and ``fil``, for which ISO 639-1 has no code, stay.
    """
    text = text.strip()
    lower = text.lower()
    if lower in MISTAKEN:
        return None
    return _code_of_tag(text) or _names().get(lower) or _own_names().get(_plain(text))


def is_language(column: str) -> bool:
    """Whether the name of a column can only be a language: a two-letter code, or a tag such as ``zh-Hant``.

    Other codes and names are not taken for languages here, since columns are also called ``lat``, ``run`` or ``may``.
    """
    return _COLUMN.fullmatch(column) is not None and canonical_code(column) is not None


def language_called(name: str) -> str | None:
    """The code of the language that a folder is called by: ``de``, ``German`` or ``Deutsch``; None if by none.

    Only the names of languages in :data:`pipeline.languages.known.LANGUAGES` count, since the names of small languages
    are also those of subjects and places.
    """
    if is_language(name):
        return canonical_code(name)
    return _english_names().get(name.strip().lower()) or _own_names().get(_plain(name))


def language_name(code: str) -> str:
    """The language's name in English."""
    return LANGUAGES[code].name if code in LANGUAGES else _codes()[code][0]


def named_language(code: str) -> str:
    """The language's name with its code, which files and columns are called by: ``Greek (el)``."""
    return f"{language_name(code)} ({code})"


def suggest_language(text: str) -> str | None:
    """The code that was probably meant by the code of a country, or by a misspelt name."""
    lower = text.strip().lower()
    if meant := MISTAKEN.get(lower) or canonical_code(lower):
        return meant
    usual_names = {record.name.lower(): code for code, record in LANGUAGES.items()}
    name = nearest(lower, usual_names, likeness=0.8)
    return usual_names[name] if name else None


def _code_of_tag(tag: str) -> str | None:
    if tag.lower() in LANGUAGES:  # `tl` stays, although CLDR takes it for `fil`
        return tag.lower()
    for macro in (False, True):  # the leading language of a group, such as Mandarin, has the code of the group
        try:
            code = langcodes.Language.get(langcodes.standardize_tag(tag, macro=macro)).language
        except LanguageTagError:
            return None
        if code and len(code) == 2:
            break
    return code if code in _codes() else None


@cache
def _codes() -> dict[str, list[str]]:
    """Map each code to its English names, by the IANA registry in the package langcodes."""
    return {
        entry["Subtag"]: entry["Description"]
        for entry in parse_registry()  # type: ignore[no-untyped-call]
        if entry["Type"] == "language"
        and len(entry["Subtag"]) < 4
        and not entry.keys() & {"Deprecated", "Preferred-Value"}
        and entry.get("Scope") not in ("special", "collection", "private-use")
        and entry["Subtag"] not in WITHDRAWN
    }


@cache
def _names() -> dict[str, str]:
    """Map each English name in lower case to its code; ``Modern Greek (1453-)`` is also ``greek``."""
    codes = sorted(_codes(), key=len, reverse=True)  # a name that two languages share is that of the larger one
    full_names = {name.lower(): code for code in codes for name in _codes()[code]}
    short_names = {_short(name): code for name, code in full_names.items()}
    known_names = {record.name.lower(): record.code for record in LANGUAGES.values()}
    names = short_names | full_names | known_names | ALSO_CALLED
    return {name: _code_of_tag(code) or code for name, code in names.items() if len(name) > 3}


@cache
def _english_names() -> dict[str, str]:
    """Map the English names, in lower case, of the languages of which something is known to their codes."""
    registered = {_short(name.lower()): code for code in LANGUAGES for name in _codes()[code]}
    return registered | {record.name.lower(): record.code for record in LANGUAGES.values()} | ALSO_CALLED


@cache
def _own_names() -> dict[str, str]:
    """Map what the speakers of a language call it to its code."""
    return {_plain(name): record.code for record in LANGUAGES.values() for name in record.own_names}


def _short(name: str) -> str:
    return name.partition(" (")[0].removeprefix("modern ")


def _plain(name: str) -> str:
    """A name in one spelling: some systems write the accents of a folder's name as characters of their own."""
    return normalize("NFC", name.strip()).casefold()
