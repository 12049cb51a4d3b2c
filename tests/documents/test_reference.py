"""The aligned reference corpus."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

import polars as pl
import pytest
from intake_files import bilingual, take_in, write
from shared_files import shared

from pipeline.common.errors import InputError
from pipeline.documents import find_reference, read_parallel, read_reference
from pipeline.tables.catalogue import PARALLEL

LANGUAGES = ("en", "ja")


def documents(folder: Path, **more: object) -> pl.DataFrame:
    return take_in(write(folder / "docs.jsonl", bilingual(2, **more))).documents


def rows(frame: pl.DataFrame) -> list[tuple[str, str, str]]:
    return list(frame.iter_rows())


def test_where_it_lies(tmp_path: Path) -> None:
    file = write(tmp_path / "docs.jsonl", bilingual(1))
    other = write(tmp_path / "other.csv", b"")
    assert find_reference(tmp_path, None) is None
    assert find_reference(file, None) is None
    assert find_reference(tmp_path, other) == other
    beside = write(tmp_path / "reference.csv", b"")
    assert find_reference(tmp_path, None) == beside
    assert find_reference(file, None) is None
    assert find_reference(tmp_path, other) == other
    with pytest.raises(InputError, match="nowhere does not exist"):
        find_reference(tmp_path, tmp_path / "nowhere")
    write(tmp_path / "reference.tsv", b"")
    with pytest.raises(InputError, match=r"several reference corpora: reference.csv, reference.tsv"):
        find_reference(tmp_path, None)


def test_only_pairs_of_two_languages_come_in_normalised(tmp_path: Path) -> None:
    content = [
        {"pair": "a", "en": "ｏne", "ja": "一\r\n"},
        {"pair": "b", "en": "alone", "zh": "另"},
        {"pair": "c", "ja": "三", "zh": "三", "en": "three"},
    ]
    reference = read_reference(write(tmp_path / "r.jsonl", content), documents(tmp_path / "d"), LANGUAGES)
    assert rows(reference) == [("a", "en", "one"), ("a", "ja", "一"), ("c", "en", "three"), ("c", "ja", "三")]


def test_long_form_without_pair_is_dropped(tmp_path: Path) -> None:
    content = [
        {"lang": "en", "text": "one", "pair": 1},
        {"lang": "ja", "text": "一", "pair": 1},
        {"lang": "ja", "text": "孤"},
    ]
    reference = read_reference(write(tmp_path / "r.jsonl", content), documents(tmp_path / "d"), LANGUAGES)
    assert rows(reference) == [("1", "en", "one"), ("1", "ja", "一")]


def test_a_reference_without_pairs_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "r.jsonl", bilingual(2))
    with pytest.raises(InputError, match=r"r.jsonl: no `pair` holds two of the languages en, ja"):
        read_reference(path, documents(tmp_path / "d"), LANGUAGES)


def test_parallel_texts_are_read_alike_and_are_optional(tmp_path: Path) -> None:
    path = write(tmp_path / "p.jsonl", [{"pair": "a", "en": "ｏne", "ja": "一"}, {"pair": "b", "en": "x", "zh": "一"}])
    assert rows(read_parallel(path, ["en", "ja"])) == [("a", "en", "one"), ("a", "ja", "一")]
    assert read_parallel(None, ["en", "ja"]).equals(PARALLEL.empty())
    with pytest.raises(InputError, match=r"no `pair` holds two of the languages ja, ko\. `parallel` needs"):
        read_parallel(path, ["ja", "ko"])
    with pytest.raises(InputError, match=r"parallel: .*nowhere does not exist"):
        read_parallel(tmp_path / "nowhere", ["en", "ja"])


def test_without_one_the_training_pairs_are_used(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    pairs = bilingual(3)
    for i, row in enumerate(pairs):
        row |= {"pair": i % 3 if i != 5 else None, "split": "test" if i in (1, 4) else "train"}
    taken = take_in(write(tmp_path / "d.jsonl", pairs)).documents
    with caplog.at_level(logging.INFO):
        reference = read_reference(None, taken, LANGUAGES)
    assert rows(reference) == [("0", "en", "text 0 of en"), ("0", "ja", "text 0 of ja")]
    assert "own pairs" in caplog.text


def test_without_pairs_it_is_empty_with_its_columns(tmp_path: Path) -> None:
    reference = read_reference(None, documents(tmp_path), LANGUAGES)
    assert reference.is_empty()
    assert reference.schema == {"pair": pl.String, "lang": pl.String, "text": pl.String}


def test_parallel_files_are_one_corpus_of_three_languages(tmp_path: Path) -> None:
    for name in ("en-ja.jsonl", "en-zh.jsonl"):
        shutil.copy(shared("parallel", name), tmp_path / name)
    intake = take_in(tmp_path)
    assert list(intake.report["languages"]) == ["en", "ja", "zh"]
    assert intake.report["by_reason"] == {
        "duplicate": 1997,  # the English side that both files share
        "no text": 8,  # nothing but tags
    }
    of_three = intake.documents.filter(pl.col("lang").n_unique().over("pair") == 3)
    assert of_three.height == 3 * 1997
    sides = intake.documents.group_by("pair").agg(pl.col("split").n_unique())["split"]
    assert sides.max() == 1
    reference = read_reference(tmp_path, intake.documents, ("en", "ja", "zh"))
    assert reference.height == intake.documents.height
