"""Which columns a file has, and whether it holds one document a row or one language a column."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path

from pipeline.common.errors import InputError
from pipeline.documents.languages import check_language, is_language, suggest_language

log = logging.getLogger(__name__)

OPTIONAL = ("label", "split", "pair", "date", "group")
COLUMNS = ("id", "lang", "text", *OPTIONAL)

LIKE_A_CODE = re.compile(r"[A-Za-z]{2}([-_]([A-Z]{2}|[A-Z][a-z]{3}))?")


class Form:
    """What is known of a file's columns while it is read; its first rows decide between the two forms.

    Args:
        path: the file's name, for messages.

    Attributes:
        languages: those with a column of their own, in the aligned (wide) form; none in the long form.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.languages: list[str] = []
        self._columns: dict[str, None] = {}
        self._known = False

    def add(self, columns: Iterable[str]) -> None:
        """Take in the columns of some more rows.

        Raises:
            InputError: they make neither form, or another one than the rows before.
        """
        new = [name for name in dict.fromkeys(columns) if name not in self._columns]
        if self._known and not new:
            return
        self._columns |= dict.fromkeys(new)
        languages = language_columns(self.path, list(self._columns))
        if self._known and bool(languages) != bool(self.languages):
            raise InputError(f"{self.path}: the first rows have a column a language, later ones `lang` and `text`.")
        self.languages, self._known = languages, True
        warn_of_ignored(self.path, new, languages)


def language_columns(path: Path, columns: Sequence[str]) -> list[str]:
    """The languages of the aligned (wide) form; none for the long form.

    Raises:
        InputError: the columns make neither form, or one of the aligned form misspells a language.
    """
    if {"lang", "text"}.issubset(columns):
        return []
    others = [name for name in columns if name not in COLUMNS]
    languages = [name for name in others if is_language(name)]
    if "text" in columns or len(languages) < 2:
        raise InputError(_missing(path, columns))
    for name in others:  # `cn` beside `en` and `ja` is a whole language, not a column to ignore
        if LIKE_A_CODE.fullmatch(name):
            check_language(name, f"{path}, column `{name}`")
    return languages


def warn_of_ignored(path: Path, columns: Sequence[str], languages: Sequence[str]) -> None:
    """Name the columns that the format does not know, in one line."""
    known = {*COLUMNS, *languages} - ({"lang"} if languages else set())
    ignored = [name for name in columns if name not in known]
    if ignored:
        log.warning("%s: columns not known, ignored: %s", path, ", ".join(map(repr, ignored)))
    if languages and "id" in columns:
        log.warning("%s: column `id` is taken for the row's name; Indonesian text needs `lang` and `text`.", path)


def _missing(path: Path, columns: Sequence[str]) -> str:
    missing = [name for name in ("lang", "text") if name not in columns]
    near = {name: get_close_matches(name, columns, n=1, cutoff=0.5) for name in missing}
    codes = {name: suggest_language(name) for name in columns if name not in COLUMNS and not is_language(name)}
    sentences = [
        f"{path}: missing columns: {', '.join(missing)}.",
        f"Expected `lang` and `text` (and, where known, {', '.join(('id', *OPTIONAL))}), "
        "or two or more columns named by language codes, such as `en` and `ja`.",
        f"Found {', '.join(columns) or 'none'}.",
        *(f"`{found[0]}` is near `{name}`." for name, found in near.items() if found),
        *(f"The code of `{name}` would be `{code}`." for name, code in codes.items() if code),
    ]
    return " ".join(sentences)
