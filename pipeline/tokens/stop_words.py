"""Words that carry no topic: the lists of this package, and the user's own lists."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from pipeline.common.errors import InputError
from pipeline.common.files import read_lines
from pipeline.languages.spelling import word_form

BUNDLED: Final = Path(__file__).with_name("stopwords")


def stop_words(lang: str, folder: Path | None = None) -> frozenset[str]:
    """Stop words of a language, in the form that tokens have.

    Args:
        lang: language code.
        folder: folder of the user's ``<lang>.txt``, which may be absent.

    Raises:
        InputError: a list cannot be read.
    """
    paths = [BUNDLED / f"{lang}.txt"]
    if folder:
        paths.append(folder / f"{lang}.txt")
    return frozenset(word for path in paths if path.exists() for word in read_stop_words(path, lang))


def read_stop_words(path: Path, lang: str) -> frozenset[str]:
    """The words of one list of a language; ``#`` starts a comment.

    Raises:
        InputError: the file cannot be read or is not UTF-8.
    """
    words = (word_form(line.partition("#")[0], lang) for line in read_lines(path))
    return frozenset(word for word in words if word)


def check_stop_word_folder(folder: Path | None, languages: Iterable[str]) -> None:
    """Refuse a folder without a list that can be used, such as a folder with ``cn.txt`` for Chinese.

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


def _or(names: list[str]) -> str:
    return " or ".join(names)
