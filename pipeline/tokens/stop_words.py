"""Words that carry no topic: lists of this project, else of the package stopwordsiso, and the user's own lists."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path, PurePath
from typing import Final

from pipeline.common.errors import InputError, first_names
from pipeline.common.files import read_list
from pipeline.languages.codes import canonical_code
from pipeline.languages.known import known_language
from pipeline.languages.spelling import word_form
from pipeline.tokens.tokenisers.unicode import UnicodeTokeniser

log = logging.getLogger(__name__)
REVIEWED: Final = Path(__file__).with_name("stopwords")


def stop_words(lang: str, folder: Path | None = None) -> frozenset[str]:
    """Stop words of a language, in the form that tokens have.

    Args:
        lang: language code.
        folder: folder of the user's ``<lang>.txt``, which may be absent.

    Raises:
        InputError: a list cannot be read.
    """
    path = folder / f"{lang}.txt" if folder else None
    return known_stop_words(lang) | (read_stop_words(path, lang) if path and path.exists() else frozenset())


@cache
def known_stop_words(lang: str) -> frozenset[str]:
    """The words of the reviewed list, else of the package's list, else of the list of a language that is much alike."""
    path = REVIEWED / f"{lang}.txt"
    words = read_stop_words(path, lang) if path.exists() else frozenset(_listed_by_package(lang))
    relative = known_language(lang).like
    return words or (known_stop_words(relative) if relative else frozenset())


def read_stop_words(path: Path, lang: str) -> frozenset[str]:
    """The words of one list of a language; ``#`` starts a comment.

    Raises:
        InputError: the file cannot be read or is not UTF-8.
    """
    words = (word_form(line.partition("#")[0], lang) for line in read_list(path))
    return frozenset(word for word in words if word)


def _listed_by_package(lang: str) -> Iterator[str]:
    """The words of https://github.com/stopwords-iso/stopwords-iso that are one token."""
    import stopwordsiso

    cut = UnicodeTokeniser(lang)
    for entry in stopwordsiso.stopwords(lang) if stopwordsiso.has_lang(lang) else ():
        if len(tokens := cut(word_form(entry, lang))) == 1:
            yield tokens[0]


def check_stop_word_folder(folder: Path | None, languages: Iterable[str]) -> None:
    """Refuse a folder without a list that can be used; name lists that no language asks for, such as ``cn.txt``.

    Raises:
        InputError: the folder does not exist, or has no list for any of the languages.
    """
    if folder is None:
        return
    expected_names = [f"{lang}.txt" for lang in languages]
    if not folder.is_dir():
        raise InputError(
            f"tokenise.stopwords: {folder} is not a folder. Expected a folder that holds {_or(expected_names)}."
        )
    names = sorted(path.name for path in folder.iterdir())
    if not set(expected_names) & set(names):
        raise InputError(
            f"tokenise.stopwords: {folder} holds {names}; expected {_or(expected_names)}. "
            "Add or rename a list, or set no folder."
        )
    if misnamed := [name for name in names if not name.startswith(".") and not _is_named_for_a_language(name)]:
        log.warning(
            "tokenise.stopwords: not read in %s: %s. Call a list by the code of its language and .txt, such as %s.",
            *(folder, first_names(misnamed), expected_names[0]),
        )


def _is_named_for_a_language(name: str) -> bool:
    path = PurePath(name)
    return path.suffix == ".md" or (path.suffix == ".txt" and canonical_code(path.stem) == path.stem)


def _or(names: list[str]) -> str:
    return " or ".join(names)
