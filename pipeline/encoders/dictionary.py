"""Bilingual dictionaries as pairs of vocabulary words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import snowballstemmer

from pipeline.common.errors import InputError
from pipeline.common.word_lists import read_lines

Pair = tuple[str, str]

STEM_MARK = "# english: porter"


def read_dictionary(folder: Path, pivot: str, language: str) -> tuple[list[Pair], bool]:
    """Read ``<pivot>-<language>.tsv`` (or the reverse, turned round): word, tab, word; ``#`` starts a comment.

    Returns:
        The (pivot word, other word) pairs and whether the English side holds Porter stems, which a first
        line ``# english: porter`` says. No pairs where the folder has no such file.

    Raises:
        InputError: a line has not exactly two words.
    """
    forward, backward = folder / f"{pivot}-{language}.tsv", folder / f"{language}-{pivot}.tsv"
    if forward.is_file():
        pairs, stemmed = _read(forward)
        return pairs, stemmed
    if backward.is_file():
        pairs, stemmed = _read(backward)
        return [(pivot_word, word) for word, pivot_word in pairs], stemmed
    return [], False


def _read(path: Path) -> tuple[list[Pair], bool]:
    lines = read_lines(path)
    pairs = []
    for number, line in enumerate(lines, 1):
        if not line or line.startswith("#"):
            continue
        fields = line.split("\t")
        if len(fields) != 2:
            raise InputError(f"{path}, line {number}: expected two words separated by a tab, found {line!r}.")
        pairs.append((fields[0].strip(), fields[1].strip()))
    return pairs, bool(lines) and lines[0] == STEM_MARK


def vocabulary_pairs(
    pairs: Iterable[Pair], first: Sequence[str], second: Sequence[str], stemmed: tuple[bool, bool]
) -> list[tuple[int, int]]:
    """Dictionary pairs as sorted index pairs of two vocabularies.

    Args:
        pairs: words of the first and of the second language.
        first: the first language's words.
        second: the second language's words.
        stemmed: for each side, whether a dictionary entry also stands for all words with that English stem.
    """
    first_forms, second_forms = _by_form(first, stemmed[0]), _by_form(second, stemmed[1])
    return sorted({(i, j) for a, b in pairs for i in first_forms.get(a, ()) for j in second_forms.get(b, ())})


def _by_form(words: Sequence[str], stemmed: bool) -> dict[str, list[int]]:
    stem: Callable[[str], str] = snowballstemmer.stemmer("porter").stemWord if stemmed else str
    forms: dict[str, list[int]] = defaultdict(list)
    for index, word in enumerate(words):
        for form in {word, stem(word)}:
            forms[form].append(index)
    return forms
