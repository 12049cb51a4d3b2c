"""Rules over all documents of a run: languages, duplicates, split."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from intake_files import bilingual, reasons, refused, take_in, texts, write

from pipeline.documents import intake_advice
from pipeline.documents.file_columns import COLUMNS


@pytest.mark.parametrize(("code", "meant"), [("cn", "zh"), ("jp", "ja"), ("englisch", "en"), ("xx", None)])
def test_unknown_code_stops(tmp_path: Path, code: str, meant: str | None) -> None:
    message = refused(write(tmp_path / "d.jsonl", [*bilingual(2), {"lang": code, "text": "a"}]))
    assert f"d.jsonl:5: `{code}`" in message
    assert (f"`{meant}`?" in message) == (meant is not None)


def test_auto_puts_english_first_then_sorts(tmp_path: Path) -> None:
    found = ["zh", "sv", "ja", "uk", "en", "ko", "de", "fi", "cs", "he"]
    intake = take_in(write(tmp_path / "d.jsonl", bilingual(2, found)))
    expected = ["en", "cs", "de", "fi", "he", "ja", "ko", "sv", "uk", "zh"]
    assert list(intake.report["languages"]) == expected
    assert intake.documents["lang"].unique(maintain_order=True).to_list() == expected
    assert intake.report["pivot"] == "en"


def test_auto_without_english_takes_the_largest(tmp_path: Path) -> None:
    rows = bilingual(2, ["zh", "de"])
    assert list(take_in(write(tmp_path / "a.jsonl", rows)).report["languages"]) == ["de", "zh"]
    more = [*rows, *bilingual(1, ["ja"]), {"lang": "zh", "text": "a", "split": "train"}]
    assert list(take_in(write(tmp_path / "b.jsonl", more)).report["languages"]) == ["zh", "de", "ja"]


def test_a_list_orders_and_filters(tmp_path: Path) -> None:
    write(tmp_path / "de.jsonl", bilingual(2, ["de"]))
    intake = take_in(write(tmp_path / "rest.jsonl", bilingual(3, ["en", "ja"])).parent, ["ja", "en"])
    assert list(texts(intake)) == ["ja0", "ja1", "ja2", "en0", "en1", "en2"]
    assert intake.report["pivot"] == "ja"
    assert reasons(intake) == [(1, "language not listed: de"), (2, "language not listed: de")]
    assert intake.report["rejected_in_other_languages"] == {"de": 2}


@pytest.mark.parametrize(
    ("languages", "words"),
    [
        (["en", "zh"], "no document is in zh. Documents found: en 4, ja 4"),
        (["en"], "at least two codes"),
        (["en", "ja", "en"], "en is listed more than once"),
        (["en", "cn"], "languages: `cn` is no language code"),
        ("en", "expected `auto` or a list"),
    ],
)
def test_languages_that_cannot_be(tmp_path: Path, languages: str | list[str], words: str) -> None:
    rows = [*bilingual(4), {"lang": "de", "text": ""}]
    assert words in refused(write(tmp_path / "d.jsonl", rows), languages)


def test_one_language_is_not_enough(tmp_path: Path) -> None:
    assert "at least two languages are needed; found: en 4" in refused(
        write(tmp_path / "d.jsonl", bilingual(4, ["en"]))
    )


def test_identical_rows_are_dropped_and_counted(tmp_path: Path) -> None:
    again = bilingual(1)[0] | {"text": "text ０ of en "}  # the same once normalised
    write(tmp_path / "a.jsonl", [*bilingual(2), again])
    write(tmp_path / "b.jsonl", bilingual(1, ["en"]))
    intake = take_in(tmp_path)
    assert reasons(intake) == [(5, "duplicate: same as a.jsonl:1"), (1, "duplicate: same as a.jsonl:1")]
    assert intake.report["files"]["b.jsonl"] == {"rows_in": 1, "documents": 0, "rejected": 1}
    assert intake.report["by_reason"] == {"duplicate": 2}


def test_rows_that_are_the_same_without_an_id_are_kept_and_told(tmp_path: Path) -> None:
    rows = [{name: row[name] for name in ("lang", "text", "split")} for row in bilingual(2)]
    write(tmp_path / "a.jsonl", [*rows, rows[0], rows[0] | {"lang": "ja"}])
    intake = take_in(write(tmp_path / "b.jsonl", rows[2:3]).parent)
    assert intake.documents.height == 7
    assert intake.report["repeated_texts"] == {
        "documents": 2,
        "first": [
            {"file": "a.jsonl", "row": 5, "id": "a:5", "same_as": "a.jsonl:1"},
            {"file": "b.jsonl", "row": 1, "id": "b:1", "same_as": "a.jsonl:3"},
        ],
    }
    assert list(map(str, intake_advice(intake.report))) == [
        "The same text as an earlier one in their language: 2 documents, such as a.jsonl:5 (as a.jsonl:1). All are "
        "kept, and each counts: delete those that are there by mistake."
    ]


@pytest.mark.parametrize("column", [name for name in COLUMNS if name != "id"])
def test_conflicting_rows_stop(tmp_path: Path, column: str) -> None:
    other = {"lang": "de", "split": "test"}.get(column, "other")
    rows = [*bilingual(12), *(row | {column: other} for row in bilingual(12, ["en"]))]
    message = refused(write(tmp_path / "d.jsonl", rows))
    assert "12 ids for different documents" in message
    assert "en0 at d.jsonl:1, d.jsonl:25\n" in message
    assert "en9 at" in message
    assert "en10 at" not in message


def test_rejected_rows_do_not_conflict(tmp_path: Path) -> None:
    rows = [*bilingual(1), {"id": "en0", "lang": "en", "text": ""}, {"id": "en0", "lang": "de", "text": "a"}]
    intake = take_in(write(tmp_path / "d.jsonl", rows), ["en", "ja"])
    assert [reason for _, reason in reasons(intake)] == [
        "no text: empty after normalisation",
        "language not listed: de",
    ]


def test_split_depends_on_seed_and_pair_only(tmp_path: Path) -> None:
    rows = [
        {"id": f"{lang}{i}", "lang": lang, "text": "t", "pair": f"p{i}"} for lang in ("en", "ja") for i in range(500)
    ]
    first = take_in(write(tmp_path / "a.jsonl", rows)).documents
    backwards = take_in(write(tmp_path / "b.jsonl", rows[::-1])).documents
    assert first.sort("id").equals(backwards.sort("id"))
    assert first.group_by("pair").agg(pl.col("split").n_unique())["split"].max() == 1
    assert 0.15 < (first["split"] == "test").mean() < 0.25
    assert not take_in(tmp_path / "a.jsonl", seed=2).documents["split"].equals(first["split"])
    half = take_in(tmp_path / "a.jsonl", test_share=0.5).documents["split"]
    assert 0.43 < (half == "test").mean() < 0.57
    assert ((first["split"] == "test") & (half == "train")).sum() == 0  # a larger share only adds


def test_split_is_known_bytes(tmp_path: Path) -> None:
    rows = [{"id": f"{lang}{i}", "lang": lang, "text": "t"} for lang in ("en", "ja") for i in range(8)]
    split = take_in(write(tmp_path / "a.jsonl", rows)).documents["split"]
    assert "".join(side[1] for side in split) == "errrrrrrrrrrreer"  # tEst and tRain


def test_given_split_stays(tmp_path: Path) -> None:
    rows = [row | {"split": side} for row, side in zip(bilingual(2), ["test", "train", "train", None], strict=True)]
    intake = take_in(write(tmp_path / "d.jsonl", rows), test_share=1e-9)
    assert intake.documents["split"].to_list() == ["test", "train", "train", "train"]


def test_a_language_needs_something_to_train_on(tmp_path: Path) -> None:
    rows = [*bilingual(2), {"lang": "de", "text": "a", "split": "test"}]
    assert "de: all of its documents (1) are for testing" in refused(write(tmp_path / "d.jsonl", rows))
