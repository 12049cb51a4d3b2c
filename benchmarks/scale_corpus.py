"""A generated corpus of any size: Zipfian words in two languages, with topics, and the dictionary that joins them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

LANGUAGES = ("en", "de")
WORDS = 50_000  # of each language
LENGTH = 30  # words in each document
TOPICS = 50
TRANSLATED = 10_000  # the most frequent words, which are in the dictionary
BLOCK = 10_000  # documents that are made at once

SYLLABLES = np.array([consonant + vowel for consonant in "bdfghjklmnprstvz" for vowel in "aeiou"])


def vocabulary(lang: str) -> np.ndarray:
    """(WORDS,) different words of a language, the most frequent first; no word is in both languages."""
    digits = np.arange(WORDS)[:, None] // len(SYLLABLES) ** np.arange(3) % len(SYLLABLES)
    ending = "x" * (LANGUAGES.index(lang) + 1)
    return np.array(["".join(SYLLABLES[row]) + ending for row in digits], dtype=object)


def write_documents(path: Path, documents: int, seed: int = 0) -> None:
    """Write a JSON Lines file of documents, half in each language; the same arguments give the same bytes."""
    with path.open("w", encoding="utf-8") as file:
        for document in _documents(documents, np.random.default_rng(seed)):
            file.write(json.dumps(document) + "\n")


def write_dictionary(folder: Path) -> None:
    """Write the dictionary of the frequent words; words of the same rank are translations of each other."""
    first, second = LANGUAGES
    pairs = zip(vocabulary(first)[:TRANSLATED], vocabulary(second)[:TRANSLATED], strict=True)
    (folder / f"{first}-{second}.tsv").write_text("".join(f"{a}\t{b}\n" for a, b in pairs), encoding="utf-8")


def _documents(documents: int, generator: np.random.Generator) -> Iterator[dict[str, str]]:
    words = {lang: vocabulary(lang) for lang in LANGUAGES}
    for start in range(0, documents, BLOCK):
        for number, ranks in enumerate(_ranks(min(BLOCK, documents - start), generator), start):
            lang = LANGUAGES[number % len(LANGUAGES)]
            yield {"id": str(number), "lang": lang, "text": " ".join(words[lang][ranks])}


def _ranks(documents: int, generator: np.random.Generator) -> np.ndarray:
    """(documents, LENGTH) ranks by Zipf's law; half of them are moved to the nearest word of the document's topic."""
    cumulative = np.cumsum(1 / np.arange(1, WORDS + 1))
    ranks = np.searchsorted(cumulative / cumulative[-1], generator.random((documents, LENGTH)))
    topics = generator.integers(TOPICS, size=(documents, 1))
    return np.where(generator.random(ranks.shape) < 0.5, ranks - ranks % TOPICS + topics, ranks)
