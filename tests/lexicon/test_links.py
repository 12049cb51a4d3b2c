"""Links between vocabularies: those of a plain loop, with stems, without a dictionary, on a large dictionary."""

from __future__ import annotations

import logging
import time
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import snowballstemmer
from shared_files import shared

from pipeline.common.errors import InputError
from pipeline.lexicon.links import link_vocabularies

ENGLISH = ["run", "running", "runs", "cat", "cats", "happy", "ok", "computer", "taxi"]
CHINESE = ["跑", "猫", "奔跑", "ok", "电脑", "taxi"]
JAPANESE = ["走る", "taxi", "猫"]
ENTRIES = [
    ("run", "跑"),
    ("runs", "跑"),
    ("run", "奔跑"),
    ("cat", "猫"),
    ("comput", "电脑"),
    ("ok", "ok"),
    ("run", "跑"),
]


def vocabulary(**words: list[str]) -> pl.DataFrame:
    """The languages as they are given, the first the pivot."""
    parts = [pl.DataFrame({"lang": [lang] * len(w), "word": w}).with_row_index("term") for lang, w in words.items()]
    return pl.concat(parts).select("lang", "term", "word")


def write(folder: Path, name: str, entries: list[tuple[str, str]], head: str = "") -> Path:
    (folder / name).write_text(head + "".join(f"{a}\t{b}\n" for a, b in entries), encoding="utf-8")
    return folder


def naive(entries: list[tuple[str, str]], first: list[str], second: list[str], stems: bool) -> list[tuple[int, ...]]:
    """Rows of (first, second, count), by looking at every entry for every pair of words."""
    stem = snowballstemmer.stemmer("porter").stemWord
    rows = []
    for i, a in enumerate(first):
        for j, b in enumerate(second):
            links = {(x, y) for x, y in entries if (x == a or (stems and x == stem(a))) and y == b}
            if a == b:
                links.add((a, b))
            if links:
                rows.append((i, j, len(links)))
    return rows


@pytest.mark.parametrize("head", ["", "# english: porter\n"])
def test_links_equal_a_plain_loop(tmp_path: Path, head: str) -> None:
    write(tmp_path, "en-zh.tsv", ENTRIES, head)
    write(tmp_path, "ja-en.tsv", [("走る", "run"), ("猫", "cat")])
    found = link_vocabularies(vocabulary(en=ENGLISH, zh=CHINESE, ja=JAPANESE), tmp_path)
    assert found.columns == ["lang", "pivot_term", "term", "count"]
    expected = [("zh", *row) for row in naive(ENTRIES, ENGLISH, CHINESE, bool(head))]
    expected += [("ja", *row) for row in naive([("run", "走る"), ("cat", "猫")], ENGLISH, JAPANESE, False)]
    assert found.rows() == expected
    assert {row[3] for row in expected} == {1, 2} if head else {1}


def test_random_dictionaries_equal_a_plain_loop(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    first, second = [f"a{i}" for i in range(30)], [f"b{i}" for i in range(20)] + ["a3", "a7"]
    entries = [(str(rng.choice(first)), str(rng.choice([*second, "b99"]))) for _ in range(80)]
    write(tmp_path, "de-fr.tsv", entries)
    found = link_vocabularies(vocabulary(de=first, fr=second), tmp_path)
    assert found.rows() == [("fr", *row) for row in naive(entries, first, second, False)]


def test_without_a_dictionary_words_written_alike_are_linked_and_it_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(tmp_path, "en-zh.tsv", [("cat", "猫")])
    words = vocabulary(en=ENGLISH, zh=CHINESE, ja=JAPANESE)
    for folder in (None, tmp_path / "absent"):
        assert link_vocabularies(words, folder).rows() == [("zh", 6, 3, 1), ("zh", 8, 5, 1), ("ja", 8, 1, 1)]
    with caplog.at_level(logging.INFO):
        link_vocabularies(words, tmp_path)
    assert "no en-ja.tsv" in caplog.text
    assert "no en-zh.tsv" not in caplog.text


def test_one_language_has_no_links(tmp_path: Path) -> None:
    found = link_vocabularies(vocabulary(en=ENGLISH), tmp_path)
    assert found.is_empty()
    assert found.columns == ["lang", "pivot_term", "term", "count"]


def test_a_malformed_line_is_named(tmp_path: Path) -> None:
    (tmp_path / "en-zh.tsv").write_text("cat 猫\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"en-zh\.tsv, line 1"):
        link_vocabularies(vocabulary(en=ENGLISH, zh=CHINESE), tmp_path)


@pytest.mark.slow
def test_half_a_million_entries_take_seconds(tmp_path: Path) -> None:
    lines = shared("dictionaries", "cedict_zh_en.tsv").read_text(encoding="utf-8").splitlines()
    entries = [(stem, word) for word, stem in (line.split("\t") for line in lines)]
    words = {
        lang: shared("benchmarks", "ECNews", name).read_text(encoding="utf-8").split()
        for lang, name in (("en", "vocab_en"), ("zh", "vocab_cn"))
    }
    write(tmp_path, "en-zh.tsv", entries, "# english: porter\n")
    started = time.perf_counter()
    found = link_vocabularies(vocabulary(**words), tmp_path)
    assert time.perf_counter() - started < 60
    assert len(found) > 5000
