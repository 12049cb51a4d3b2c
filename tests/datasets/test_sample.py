"""The sample corpus: it is what the sentence bank gives, and enough for topics to show."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample"
BANK = SAMPLE.parent / "sample_bank"
DICTIONARIES = SAMPLE.parent / "dictionaries"
LANGUAGES = ("en", "zh", "ja")
THEMES = sorted(path.stem for path in BANK.glob("*.tsv"))


def rows(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (SAMPLE / name).read_text(encoding="utf-8").splitlines()]


def bank(theme: str, use: str) -> list[dict[str, str]]:
    with (BANK / f"{theme}.tsv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE) if row["use"] == use]


def test_the_files_are_what_the_bank_gives(tmp_path: Path) -> None:
    shutil.copytree(BANK, tmp_path / "sample_bank")
    subprocess.run([sys.executable, str(tmp_path / "sample_bank" / "compose.py")], check=True, cwd="/")
    for name in ("documents.jsonl", "reference.jsonl"):
        assert (tmp_path / "sample" / name).read_bytes() == (SAMPLE / name).read_bytes()


def test_there_are_documents_enough_in_every_language() -> None:
    sizes = Counter(row["lang"] for row in rows("documents.jsonl"))
    assert set(sizes) == set(LANGUAGES)
    assert min(sizes.values()) >= 450
    assert len(set(sizes.values())) == len(sizes)  # unequal, as real corpora are


def test_documents_have_labels_and_ids_of_their_own() -> None:
    documents = rows("documents.jsonl")
    for lang in LANGUAGES:
        assert len({row["label"] for row in documents if row["lang"] == lang}) >= 8
    assert len({row["id"] for row in documents}) == len(documents)
    assert all(row["text"].strip() for row in documents)


def test_some_documents_are_translations() -> None:
    held = Counter(row["pair"] for row in rows("documents.jsonl") if "pair" in row)
    assert len(held) >= 100
    assert set(held.values()) == {len(LANGUAGES)}


@pytest.mark.parametrize("theme", THEMES)
def test_a_theme_has_sentences_enough_in_every_language(theme: str) -> None:
    assert len(bank(theme, "train")) >= 30
    assert len(bank(theme, "reference")) >= 10
    for row in bank(theme, "train") + bank(theme, "reference"):
        assert set(row) == {"use", *LANGUAGES}
        assert all(row[lang] == row[lang].strip() != "" for lang in LANGUAGES)
    sentences = [row["use"] for row in csv.DictReader((BANK / f"{theme}.tsv").open(encoding="utf-8"), delimiter="\t")]
    assert set(sentences) == {"train", "reference"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_reference_holds_no_sentence_of_the_corpus(lang: str) -> None:
    train = [row[lang] for theme in THEMES for row in bank(theme, "train")]
    reference = [row[lang] for theme in THEMES for row in bank(theme, "reference")]
    assert not set(train) & set(reference)
    assert len(set(train)) == len(train)
    texts = [row["text"] for row in rows("documents.jsonl") if row["lang"] == lang]
    assert not any(sentence in text for text in texts for sentence in reference)
    assert all(any(sentence in text for text in texts) for sentence in train)


def test_the_reference_is_aligned_in_every_language() -> None:
    reference = rows("reference.jsonl")
    assert len(reference) >= 100
    assert all(set(row) == {"pair", *LANGUAGES} for row in reference)
    assert len({row["pair"] for row in reference}) == len(reference)


@pytest.mark.parametrize("lang", LANGUAGES[1:])
def test_a_dictionary_is_well_formed_and_large_enough(lang: str) -> None:
    lines = (DICTIONARIES / f"en-{lang}.tsv").read_bytes().decode("utf-8").split("\n")
    assert lines.pop() == ""
    entries = [line.split("\t") for line in lines if not line.startswith("#")]
    for entry in entries:
        assert len(entry) == 2, entry
        assert all(word == word.strip() != "" for word in entry), entry
        assert entry[0] == entry[0].lower(), entry
    assert len(entries) >= 400
    assert len({tuple(entry) for entry in entries}) == len(entries)


@pytest.mark.parametrize("lang", LANGUAGES[1:])
def test_dictionary_words_occur_in_the_sample(lang: str) -> None:
    texts = {
        name: " ".join(row["text"].lower() for row in rows("documents.jsonl") if row["lang"] == name)
        for name in ("en", lang)
    }
    lines = (DICTIONARIES / f"en-{lang}.tsv").read_text(encoding="utf-8").splitlines()
    pairs = [line.split("\t") for line in lines if not line.startswith("#")]
    assert sum(english in texts["en"] and other in texts[lang] for english, other in pairs) >= 300
