"""Dates as people write them, read once and for all."""

from __future__ import annotations

from pathlib import Path

import pytest
from intake_files import bilingual, take_in, write

from pipeline.documents.advice import intake_advice
from pipeline.documents.dates import read_dates


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("2019-03-04", "2019-03-04"), ("2019/3/4", "2019-03-04"), ("2019.03.04", "2019-03-04"),
        ("20190304", "2019-03-04"),
        ("2019年3月4日", "2019-03-04"), ("2019年3月", "2019-03"), ("2019-03", "2019-03"), ("201903", "2019-03"),
        ("2019", "2019"), (" 2019-03-04T10:00:00Z ", "2019-03-04"), ("2019-03-04 10:00", "2019-03-04"),
        ("2019, in spring", "2019"), ("04.03.2019", "2019-03-04"), ("4.3.2019", "2019-03-04"),
        ("2019-02-30", None), ("2019-13", None), ("1551657600", None), ("March 2019", None), ("31.02.2019", None),
        ("04.03.19", None),
    ],
)  # fmt: skip
def test_dates(written: str, iso: str | None) -> None:
    assert read_dates([written], "auto").iso == {written: iso}


@pytest.mark.parametrize(
    ("dates", "order", "iso"),
    [
        (["03/04/2019"], "dmy", ["2019-04-03"]),
        (["03/04/2019"], "mdy", ["2019-03-04"]),
        (["03/04/2019"], "ymd", [None]),
        (["03/04/2019"], "auto", [None]),
        (["03/03/2019"], "auto", ["2019-03-03"]),
        (["03/04/2019", "25/12/2019"], "auto", ["2019-04-03", "2019-12-25"]),
        (["03/04/2019", "12/25/2019"], "auto", ["2019-03-04", "2019-12-25"]),
        (["03/04/2019", "12/25/2019", "25/12/2019"], "auto", [None, "2019-12-25", "2019-12-25"]),
        (["25/12/2019"], "mdy", [None]),
    ],
)
def test_the_order_of_day_and_month(dates: list[str], order: str, iso: list[str | None]) -> None:
    reading = read_dates(dates, order)  # type: ignore[arg-type]
    assert [reading.iso[date] for date in dates] == iso
    assert reading.ambiguous == {date for date in dates if order == "auto" and reading.iso[date] is None}


def test_dates_are_normalised_counted_and_listed(tmp_path: Path) -> None:
    dates = ["04.03.2019", "03/04/2019", "yesterday", None]
    rows = [row | {"date": date} for row, date in zip(bilingual(2), dates, strict=True)]
    write(tmp_path / "b.jsonl", [{"id": "x", "lang": "en", "text": "a", "split": "train", "date": "25/12/2019"}])
    intake = take_in(write(tmp_path / "a.jsonl", rows).parent)
    assert intake.documents["date"].to_list() == ["2019-03-04", None, "2019-12-25", None, None]
    assert intake.report["dates"] == {
        "read": 2, "unread": 2, "ambiguous": 1,
        "first": [
            {"file": "a.jsonl", "row": 2, "id": "en1", "date": "03/04/2019", "is_ambiguous": True},
            {"file": "a.jsonl", "row": 3, "id": "ja0", "date": "yesterday", "is_ambiguous": False},
        ],
    }  # fmt: skip
    advice = intake_advice(intake.report)
    assert "and so are not read: 1, such as '03/04/2019' (a.jsonl:2)" in str(advice[0])
    assert "not shown over time: 1 of 4, such as 'yesterday' (a.jsonl:3)" in str(advice[1])


def test_splits_under_their_usual_names(tmp_path: Path) -> None:
    names = ["Train", "training", "test", "dev", "valid", "validation", "development", "VAL"]
    rows = [row | {"split": split} for row, split in zip(bilingual(8, ["en"]), names, strict=True)]
    intake = take_in(write(tmp_path / "d.jsonl", [*rows, *bilingual(1, ["ja"])]))
    assert intake.documents["split"].to_list() == ["train", "train", "test", *["dev"] * 5, "train"]
    assert intake.report["languages"]["en"]["dev"] == 5
    assert "dev" not in intake.report["languages"]["ja"]
