"""Bilingual dictionaries as pairs of vocabulary words."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import snowballstemmer

from pipeline.common.errors import InputError
from pipeline.common.files import read_list
from pipeline.languages.codes import canonical_code
from pipeline.languages.spelling import word_form

Pair = tuple[str, str]
Places = tuple[int, int]  # of a word in the first vocabulary and of a word in the second one
STEM_MARK = "# english: porter"
NUMBER = re.compile(r"\s*\d*\.?\d+\s*")


def dictionary_file(folder: Path | None, pivot: str, language: str) -> Path | None:
    """The file ``<pivot>-<language>.tsv`` in ``folder``, else ``<language>-<pivot>.tsv``, else None."""
    if folder is None:
        return None
    names = (f"{pivot}-{language}.tsv", f"{language}-{pivot}.tsv")
    return next((folder / name for name in names if (folder / name).is_file()), None)


def misnamed_dictionaries(folder: Path | None) -> list[str]:
    """The files in ``folder`` that no two languages can be asked for by: their names are not two codes."""
    if folder is None or not folder.is_dir():
        return []
    files = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    return [file.name for file in files if file.suffix != ".md" and not _is_named_for_languages(file)]


def _is_named_for_languages(file: Path) -> bool:
    codes = file.stem.split("-")
    return file.suffix == ".tsv" and len(codes) == 2 and all(canonical_code(code) == code for code in codes)


def read_dictionary(folder: Path | None, pivot: str, language: str) -> tuple[list[Pair], bool]:
    """Read ``<pivot>-<language>.tsv``, or ``<language>-<pivot>.tsv`` with its words swapped.

    Each line is a word, a tab and a word, and perhaps a tab and a number, which says how sure the entry is and is not
    used; words without a blank in them may have a blank between them instead. ``#`` starts a comment. An entry with
    capital letters also counts as an entry in lower case.

    Returns:
        The (pivot word, other word) pairs, and whether the English side holds Porter stems, as a first line
        ``# english: porter`` says. There are no pairs if the folder has no such file.

    Raises:
        InputError: a line has not exactly two words.
    """
    path = dictionary_file(folder, pivot, language)
    if path is None:
        return [], False
    pairs, stemmed = _read(path)
    forward = path.name.startswith(f"{pivot}-")
    return pairs if forward else [(pivot_word, word) for word, pivot_word in pairs], stemmed


def _read(path: Path) -> tuple[list[Pair], bool]:
    lines = read_list(path)
    pairs = []
    for number, line in enumerate(lines, 1):
        if not line or line.startswith("#"):
            continue
        fields = line.split("\t") if "\t" in line else line.split()
        if len(fields) not in (2, 3) or (len(fields) == 3 and not NUMBER.fullmatch(fields[2])):
            raise InputError(
                f"{path}, line {number}: expected two words separated by a tab or a blank, and after them nothing "
                f"but a number; found {line!r}."
            )
        first, second = (field.strip() for field in fields[:2])
        pairs.append((first, second))
        if (lower := (first.lower(), second.lower())) != (first, second):  # as tokenisers write words
            pairs.append(lower)
    return pairs, bool(lines) and lines[0] == STEM_MARK


def linked_words(
    folder: Path | None, pivot: str, pivot_words: Sequence[str], language: str, words: Sequence[str]
) -> Counter[Places]:
    """How many entries of the dictionary in ``folder`` link a word of the pivot and a word of the other language.

    Names, numbers and loan words that both languages spell alike are translations without a dictionary. Each counts
    as one entry if the dictionary has no entry for it.

    Raises:
        InputError: the dictionary has a line that is not two words.
    """
    entries, stemmed = read_dictionary(folder, pivot, language)
    entries += [(word_form(pivot_word, pivot), word_form(word, language)) for pivot_word, word in entries]
    same_spelling = ((word, word) for word in set(words) & set(pivot_words))
    english_stems = (stemmed and pivot == "en", stemmed and language == "en")
    return vocabulary_pairs([*entries, *same_spelling], pivot_words, words, english_stems)


def swapped_columns(
    folder: Path | None, pivot: str, pivot_words: Iterable[str], language: str, words: Iterable[str]
) -> Path | None:
    """The dictionary's file if its entries fit the two vocabularies better the other way round, else None.

    Raises:
        InputError: the dictionary has a line that is not two words.
    """
    entries = read_dictionary(folder, pivot, language)[0]
    pivot_set, other_set = set(pivot_words), set(words)
    right = sum(first in pivot_set and second in other_set for first, second in entries)
    swapped = sum(second in pivot_set and first in other_set for first, second in entries)
    return dictionary_file(folder, pivot, language) if swapped > right else None


def vocabulary_pairs(
    pairs: Iterable[Pair], first: Sequence[str], second: Sequence[str], stemmed: tuple[bool, bool]
) -> Counter[Places]:
    """How many different dictionary pairs link each pair of words of two vocabularies; words are given by their places.

    Args:
        pairs: words of the first and of the second language; a repeated pair counts once.
        first: the first language's words.
        second: the second language's words.
        stemmed: for each side, whether a dictionary entry is also an entry for all words with that English stem.
    """
    first_forms, second_forms = _by_form(first, stemmed[0]), _by_form(second, stemmed[1])
    return Counter((i, j) for a, b in set(pairs) for i in first_forms.get(a, ()) for j in second_forms.get(b, ()))


def _by_form(words: Sequence[str], stemmed: bool) -> dict[str, list[int]]:
    stem: Callable[[str], str] = snowballstemmer.stemmer("porter").stemWord if stemmed else str
    forms: dict[str, list[int]] = defaultdict(list)
    for index, word in enumerate(words):
        for form in {word, stem(word)}:
            forms[form].append(index)
    return forms
