"""Languages are named by their ISO 639-1 codes, everywhere."""

from __future__ import annotations

from functools import cache

import langcodes
from langcodes.registry_parser import parse_registry
from langcodes.tag_parser import LanguageTagError

from pipeline.common.errors import InputError, nearest

WITHDRAWN = frozenset({"bh", "sh"})  # two letters in the IANA registry, but no longer in ISO 639-1


# Country codes that are often written instead of language codes. (`kr` is not among them: it is the code of Kanuri.)
COUNTRIES = {"cn": "zh", "jp": "ja", "cz": "cs", "dk": "da", "gr": "el", "ua": "uk", "vn": "vi"}


def check_language(code: str, where: str) -> str:
    """Return ``code`` if it is a language code of ISO 639-1, in lower case.

    Args:
        code: the code in the data or the parameters.
        where: the file and row, or the parameter, for the message.

    Raises:
        InputError: it is no such code; the message suggests the code that was probably meant.
    """
    if is_language(code):
        return code
    meant = suggest_language(code)
    hint = f" Did you mean `{meant}`?" if meant else ""
    expected = "Expected two lower-case letters of ISO 639-1, such as `en`."
    raise InputError(f"{where}: `{code[:40]}` is no language code. {expected}{hint}")


def is_language(code: str) -> bool:
    """Whether ``code`` is a two-letter code of ISO 639-1."""
    return code in _codes()


def language_name(code: str) -> str:
    """The language's name in English."""
    return _codes()[code][0]


def suggest_language(text: str) -> str | None:
    """The code that was probably meant by a country code, a name, or a longer tag such as ``zh-CN``."""
    text = text.strip().lower()
    codes_by_name = _names()
    code = COUNTRIES.get(text) or codes_by_name.get(text) or _code_of_tag(text)
    if code is None and (name := nearest(text, codes_by_name, likeness=0.8)):
        return codes_by_name[name]
    return code


def _code_of_tag(tag: str) -> str | None:
    try:
        language = langcodes.Language.get(langcodes.standardize_tag(tag, macro=True)).language
    except LanguageTagError:
        return None
    return language if language and is_language(language) else None


@cache
def _codes() -> dict[str, list[str]]:
    """Map each code to its English names, by the IANA registry in the package langcodes."""
    return {
        entry["Subtag"]: entry["Description"]
        for entry in parse_registry()  # type: ignore[no-untyped-call]
        if entry["Type"] == "language"
        and len(entry["Subtag"]) == 2
        and "Deprecated" not in entry
        and entry["Subtag"] not in WITHDRAWN
    }


@cache
def _names() -> dict[str, str]:
    """Map each English name in lower case to its code; ``Modern Greek (1453-)`` is also ``greek``."""
    full_names = {name.lower(): code for code, names in _codes().items() for name in names}
    short_names = {name.partition(" (")[0].removeprefix("modern "): code for name, code in full_names.items()}
    return short_names | full_names
