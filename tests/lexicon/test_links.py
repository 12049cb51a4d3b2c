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
from pipeline.lexicon.coverage import dictionary_advice
from pipeline.lexicon.links import languages_without_file, link_vocabularies
from pipeline.tables.catalogue import LINKS

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


def rows(links: pl.DataFrame) -> list[tuple[str, int, int, int]]:
    """The linked words and the number of entries, without the sources."""
    return links.select("lang", "pivot_term", "term", "count").rows()


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
    expected = [("zh", *row) for row in naive(ENTRIES, ENGLISH, CHINESE, bool(head))]
    expected += [("ja", *row) for row in naive([("run", "走る"), ("cat", "猫")], ENGLISH, JAPANESE, False)]
    assert rows(found) == expected
    words = {"zh": CHINESE, "ja": JAPANESE}
    alike = [ENGLISH[i] == words[lang][j] for lang, i, j, _ in expected]
    assert found["source"].to_list() == ["spelling" if spelt else "file" for spelt in alike]
    assert found["score"].null_count() == len(found)
    assert {row[3] for row in expected} == {1, 2} if head else {1}


def test_random_dictionaries_equal_a_plain_loop(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    first, second = [f"a{i}" for i in range(30)], [f"b{i}" for i in range(20)] + ["a3", "a7"]
    entries = [(str(rng.choice(first)), str(rng.choice([*second, "b99"]))) for _ in range(80)]
    write(tmp_path, "de-fr.tsv", entries)
    found = link_vocabularies(vocabulary(de=first, fr=second), tmp_path)
    assert rows(found) == [("fr", *row) for row in naive(entries, first, second, False)]


def test_without_a_dictionary_words_written_alike_are_linked_and_it_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(tmp_path, "en-zh.tsv", [("cat", "猫")])
    words = vocabulary(en=ENGLISH, zh=CHINESE, ja=JAPANESE)
    for folder in (None, tmp_path / "absent"):
        assert rows(link_vocabularies(words, folder)) == [("zh", 6, 3, 1), ("zh", 8, 5, 1), ("ja", 8, 1, 1)]
    caplog.clear()
    with caplog.at_level(logging.INFO):
        link_vocabularies(words, tmp_path)
    assert "no en-ja.tsv" in caplog.text
    assert "no en-zh.tsv" not in caplog.text


def texts_of(*pairs: tuple[str, str], lang: str = "zh") -> pl.DataFrame:
    """Aligned texts of single words, each pair three times."""
    rows = [(f"{n} {a}", of, [word]) for n in range(3) for a, b in pairs for of, word in (("en", a), (lang, b))]
    return pl.DataFrame(rows, schema={"pair": pl.String, "lang": pl.String, "tokens": pl.List(pl.String)}, orient="row")


def test_without_a_file_texts_come_before_vectors_and_both_after_spelling(tmp_path: Path) -> None:
    words = vocabulary(en=["cat", "dog", "taxi", "tree"], zh=["taxi", "树", "狗", "猫"], ja=["木", "taxi"])
    vectors = {"en": np.eye(4), "zh": np.eye(4)[[2, 3, 1, 0]], "ja": np.array([[0, 0, 0, 1], [1, 0, 0, 0.0]])}
    write(tmp_path, "en-ja.tsv", [("tree", "木")])
    texts = texts_of(("cat", "猫"), ("dog", "猫"), ("dog", "狗"), ("dog", "狗"))
    found = link_vocabularies(words, tmp_path, texts, vectors)
    assert languages_without_file(["en", "zh", "ja"], tmp_path) == ["zh"]
    kinds = [(lang, i, j, source) for lang, i, j, _, source, _ in found.rows()]
    assert kinds == [
        ("zh", 0, 3, "texts"),
        ("zh", 1, 2, "texts"),
        ("zh", 2, 0, "spelling"),
        ("zh", 3, 1, "vectors"),
        ("ja", 2, 1, "spelling"),
        ("ja", 3, 0, "file"),
    ]
    scores = dict(zip(found["source"], found["score"], strict=True))
    assert 0.3 < scores["texts"] <= 1
    assert 0.6 < scores["vectors"] <= 1.001
    assert scores["file"] is scores["spelling"] is None


def test_a_thin_dictionary_and_swapped_columns_are_told(tmp_path: Path) -> None:
    english, german, french = ([f"{lang}{i}" for i in range(30)] for lang in ("en", "de", "fr"))
    words = vocabulary(en=english, de=german, fr=french, sw=[*english[:2], *(f"sw{i}" for i in range(28))])
    write(tmp_path, "en-de.tsv", [(german[i], english[i]) for i in range(20)])
    write(tmp_path, "en-fr.tsv", [(english[i], french[i]) for i in range(3)])

    def advice() -> list[str]:
        return list(map(str, dictionary_advice(words, link_vocabularies(words, tmp_path), tmp_path)))

    swapped, thin = advice()
    assert "en-de.tsv: the two columns are swapped" in swapped
    assert "Rename the file to de-en.tsv" in swapped
    assert "translation in English (en): Swahili (sw) 2 of 30 words" in thin
    assert "(2 by their spelling)" in thin
    assert "put a dictionary of each, en-CODE.tsv, into" in thin
    (tmp_path / "en-de.tsv").rename(tmp_path / "de-en.tsv")
    assert advice() == [thin]
    write(tmp_path, "en-fr.tsv", [(english[0], french[0])])
    assert "French (fr) 1 of 30 words" in advice()[0]
    assert f"(1 by {tmp_path}/en-fr.tsv)" in advice()[0]
    write(tmp_path, "en-fr.tsv", [("unknown", french[0])])
    assert f"French (fr) 0 of 30 words (none from {tmp_path}/en-fr.tsv)" in advice()[0]


def test_one_language_has_no_links(tmp_path: Path) -> None:
    found = link_vocabularies(vocabulary(en=ENGLISH), tmp_path)
    assert found.equals(LINKS.empty())


def test_a_malformed_line_is_named(tmp_path: Path) -> None:
    (tmp_path / "en-zh.tsv").write_text("the cat 猫\n", encoding="utf-8")
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
