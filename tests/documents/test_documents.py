"""Intake of documents: what is rejected and listed, how it is counted, and the stage itself."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from pathlib import Path
from random import Random

import polars as pl
import pytest
from intake_files import bilingual, json_lines, reasons, refused, take_in, texts, write
from project import set_params
from pydantic import ValidationError

from pipeline.common.errors import InputError
from pipeline.common.json_files import read_json
from pipeline.common.parquet_files import read_parquet
from pipeline.documents import DocumentsParams, check_dataset_name
from pipeline.documents.row_languages import UNCLEAR
from pipeline.run.layout import LAYOUT
from pipeline.run.record import read_record
from pipeline.tables.catalogue import DOCUMENTS, REFERENCE, REJECTS

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"lang": "en", "text": ""}, "no text: empty after normalisation"),
        ({"lang": "en", "text": "\u200b \r\n"}, "no text: empty after normalisation"),
        ({"lang": "en", "text": None}, "no text: missing"),
        ({"lang": "en"}, "no text: missing"),
        ({"lang": " ", "text": "?"}, f"{UNCLEAR}: most likely en, with a certainty of 0.33; add a column `lang`"),
        ({"text": "?"}, f"{UNCLEAR}: most likely en, with a certainty of 0.33; add a column `lang`"),
        ({"lang": "en", "text": "a", "split": "half"}, "unknown split: `half`; expected train, test or dev"),
        ({"lang": "en", "text": 5}, "not a string: number in `text`"),
        ({"lang": "en", "text": float("nan")}, "no text: missing"),
        ({"lang": "en", "text": "a", "label": ["x"]}, "not a string: list in `label`"),
        ({"lang": "en", "text": "<p> </p>"}, "no text: empty after normalisation"),
    ],
)
def test_bad_row_is_rejected_and_listed(tmp_path: Path, row: dict[str, object], reason: str) -> None:
    intake = take_in(write(tmp_path / "d.jsonl", [*bilingual(1), row, *bilingual(1, ["zh"])]))
    assert reasons(intake) == [(3, reason)]
    assert intake.report["rows_in"] == 4
    assert intake.report["by_reason"] == {reason.partition(":")[0]: 1}


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (b'{"lang": "en", "text": "cut off', "invalid JSON"),
        (b'["en", "a"]', "not a JSON object"),
        (b'{"lang": "en", "text": "\\ud800 half"}', "half a surrogate pair"),
        (b"[" * 100_000, "invalid JSON"),
    ],
)
def test_unreadable_line_is_rejected_and_listed(tmp_path: Path, line: bytes, kind: str) -> None:
    intake = take_in(write(tmp_path / "d.jsonl", json_lines(bilingual(1)) + line + b"\n"))
    assert [(row, reason.partition(":")[0]) for row, reason in reasons(intake)] == [(3, kind)]


def test_a_csv_with_semicolons_is_read_as_such(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    rows = ["", "lang;text;split", "en;one, and two;train", '"ja";"a;b";train', "en;c;d;train"]
    found = take_in(write(tmp_path / "d.csv", "\n".join(rows).encode()))
    assert texts(found) == {"d:3": "one, and two", "d:4": "a;b"}
    assert reasons(found) == [(5, "wrong number of fields: 4, the header has 3")]
    assert "the header has semicolons" in caplog.text


@pytest.mark.parametrize("name", ["d.jsonl", "d.csv"])
def test_invalid_utf8_stops_with_line_and_offset_or_is_rejected(tmp_path: Path, name: str) -> None:
    lines = {
        "d.jsonl": [
            b'{"lang": "en", "text": "a", "split": "train"}',
            b'{"lang": "en", "text": "\xff"}',
            b'{"lang": "ja", "text": "b", "split": "train"}',
        ],
        "d.csv": [b"lang,text,split", b"en,a,train", b'en,"x\n\xffx",train', b"ja,b,train"],
    }[name]
    content = b"\xef\xbb\xbf" + b"\n".join(lines)
    path = write(tmp_path / name, content)
    line, row = (2, 2) if name == "d.jsonl" else (4, 3)  # a row of a table may take several lines
    message = refused(path)
    assert f"{name}:{line}: not valid UTF-8: byte 0xff at byte offset {content.index(0xFF)}." in message
    assert "invalid_utf8: reject" in message
    intake = take_in(path, invalid_utf8="reject")
    assert reasons(intake) == [(row, f"invalid UTF-8: byte 0xff at byte offset {content.index(0xFF)}")]
    assert intake.report["by_reason"] == {"invalid UTF-8": 1}
    assert sorted(texts(intake).values()) == ["a", "b"]


def test_report_and_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    rows = bilingual(3, label="a")
    rows[0] |= {"text": "x\x00" + "y" * 50, "pair": "p", "label": "b"}
    rows[3] |= {"pair": "p", "label": None}
    rows[4] |= {"pair": "alone", "text": "ｆull", "split": "test"}
    with caplog.at_level(logging.INFO):
        intake = take_in(
            write(tmp_path / "d.jsonl", [*rows, {"lang": "en", "text": ""}, {"text": "?"}]), max_characters=20
        )
    assert intake.report == {
        "rows_in": 8,
        "documents": 6,
        "rejected": 2,
        "by_reason": {"language unclear": 1, "no text": 1},
        "first_rejects": [
            {"file": "d.jsonl", "row": 7, "reason": "no text: empty after normalisation"},
            {"file": "d.jsonl", "row": 8}
            | {"reason": "language unclear: most likely en, with a certainty of 0.50; add a column `lang`"},
        ],
        "files": {"d.jsonl": {"rows_in": 8, "documents": 6, "rejected": 2}},
        "passed_over": [],
        "columns": {"read_as": {}, "unclear": {}, "not_read": {}},
        "encodings": {},
        "stray_quotes": {},
        "placeholders_for_pair": 0,
        "pivot": "en",
        "languages": {
            "en": {"rows_in": 4, "rejected": 1, "documents": 3, "train": 3, "test": 0}
            | {"labelled": 3, "labels": 2, "paired": 1},
            "ja": {"rows_in": 3, "rejected": 0, "documents": 3, "train": 2, "test": 1}
            | {"labelled": 2, "labels": 1, "paired": 1},
        },
        "rejected_in_other_languages": {"none": 1},
        "identified": {},
        "other_language": {"documents": 0, "by_language": {}, "first": []},
        "dates": {"read": 0, "unread": 0, "ambiguous": 0, "first": []},
        "repeated_pairs": 0,
        "repeated_texts": {"documents": 0, "first": []},
        "normalised": {"markup_taken_off": 0, "documents_changed": 2, "documents_capped": 1, "characters_removed": 1},
        "passages": {"texts": 0, "passages": 0},
    }  # fmt: skip
    assert json.loads(json.dumps(intake.report)) == intake.report
    assert [record.getMessage() for record in caplog.records] == [
        "1 row rejected, no text; the first is d.jsonl:7 (no text: empty after normalisation)",
        "1 row rejected, language unclear; the first is d.jsonl:8 "
        f"({UNCLEAR}: most likely en, with a certainty of 0.50; add a column `lang`)",
        "8 rows: 6 documents, 2 rejected; training + test: en (English) 3 + 0, ja (Japanese) 2 + 1",
    ]


@pytest.mark.parametrize("seed", range(8))
def test_every_row_is_a_document_or_a_reject(tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    lines = [json_lines([row]).rstrip() for row in bilingual(5, ["en", "ja", "de"])]
    for i in range(200):
        values = {
            "id": random.choice([f"r{i}", None, i]),
            "lang": random.choice(["en", "ja", "de", None, ""]),
            "text": random.choice(["good", "", "\u200b", None, 3, "ａ\u2028ｂ", {"a": 1}]),
            "split": random.choice(["train", "test", None, "dev"]),
        }
        broken = [b"{", b"[]", b'{"text": "\xff"}', b'{"text": "\\udc00"}', *random.sample(lines[:15], 2)]
        lines.append(
            random.choice([json_lines([values]).rstrip(), json_lines([values]).rstrip(), random.choice(broken)])
        )
    for name, part in (("a.jsonl", lines[:99]), ("b.jsonl", lines[99:])):
        write(tmp_path / name, b"\n".join(part))
    languages = random.choice(["auto", ["ja", "en"]])
    intake = take_in(tmp_path, languages, invalid_utf8="reject")
    report = intake.report
    assert report["rows_in"] == len(lines) == intake.documents.height + intake.rejects.height
    assert report["rejected"] == sum(report["by_reason"].values()) == intake.rejects.height > 0
    assert {name: of["rows_in"] for name, of in report["files"].items()} == {"a.jsonl": 99, "b.jsonl": len(lines) - 99}
    for counts in (*report["files"].values(), *report["languages"].values()):
        assert counts["rows_in"] == counts["documents"] + counts["rejected"]
    rejected = sum(of["rejected"] for of in report["languages"].values())
    assert rejected + sum(report["rejected_in_other_languages"].values()) == report["rejected"]
    assert intake.documents["id"].is_unique().all()


def test_a_document_of_ten_megabytes_is_capped(tmp_path: Path) -> None:
    rows = bilingual(1)
    rows[0]["text"] = "long " * 2_000_000
    content = "lang,text,split\n" + "\n".join(f'{row["lang"]},"{row["text"]}",train' for row in rows)
    for path in (write(tmp_path / "d.jsonl", rows), write(tmp_path / "d.csv", content.encode())):
        intake = take_in(path)
        assert intake.documents["text"].str.len_chars().to_list() == [99_999, 12]  # the last space goes
        assert intake.report["normalised"]["documents_capped"] == 1


@pytest.mark.parametrize("name", ["ecnews", "my-data_2.1", "_x", "7"])
def test_data_set_names(name: str) -> None:
    assert check_dataset_name(name) == name


@pytest.mark.parametrize("name", ["", "../x", "$(id)", "a/b", ".hidden", "-rf", "a b", "a\n", "a.", "新闻", "a\x00"])
def test_names_that_are_refused(name: str) -> None:
    with pytest.raises(InputError, match="cannot name a data set") as error:
        check_dataset_name(name)
    assert error.value.exit_code == 2


@pytest.mark.parametrize(
    "params", [{"test_share": 0}, {"test_share": 1}, {"max_characters": 0}, {"invalid_utf8": "skip"}]
)
def test_parameters_out_of_range(params: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        DocumentsParams.model_validate(params)


def run_stage(folder: Path, dataset: str, **more: object) -> subprocess.CompletedProcess[str]:
    changes = {
        "dataset": dataset,
        "path": "docs",
        "seed": 1,
        "num_topics": 2,
        "documents": {"test_share": 0.25},
        **more,
    }
    set_params(folder, REPOSITORY / "params.yaml", changes)
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    command = [sys.executable, "-m", "stages.documents"]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_stage_writes_its_tables(tmp_path: Path) -> None:
    write(tmp_path / "docs" / "a.jsonl", [*bilingual(4, pair="p"), {"lang": "en", "text": ""}])
    first = run_stage(tmp_path, "demo")
    assert first.returncode == 0, first.stderr
    assert "9 rows: 8 documents, 1 rejected" in first.stderr
    tables = (DOCUMENTS, REJECTS, REFERENCE)
    outputs = [*(table.path(tmp_path / LAYOUT.tables) for table in tables), tmp_path / LAYOUT.intake]
    documents, rejects, reference = [read_parquet(path) for path in outputs[:3]]
    assert documents.columns == list(DOCUMENTS.columns)
    assert set(documents.drop("lang_certainty").dtypes) == {pl.String}
    assert rejects.schema == {"file": pl.String, "row": pl.Int64} | dict.fromkeys(("id", "lang", "reason"), pl.String)
    assert reference.columns == ["pair", "lang", "text"]
    assert reference.height == 8
    assert read_json(outputs[3])["documents"] == 8
    advice = read_record(tmp_path / LAYOUT.records, "documents").advice
    assert list(map(str, advice)) == read_json(outputs[3])["to_mend"]
    assert "Left out: 1 of 9 rows (no text: 1), the first at a.jsonl:9." in str(advice[0])
    assert read_json(outputs[3])["reference"] == {"name": None, "texts": 8}
    before = [path.read_bytes() for path in outputs]
    assert run_stage(tmp_path, "demo").returncode == 0
    assert [path.read_bytes() for path in outputs] == before


@pytest.mark.parametrize(("dataset", "word"), [("../x", "cannot name a data set"), ("demo", "docs does not exist")])
def test_stage_stops_with_two_before_it_writes(tmp_path: Path, dataset: str, word: str) -> None:
    stopped = run_stage(tmp_path, dataset)
    assert stopped.returncode == 2
    assert word in stopped.stderr
    assert "Traceback" not in stopped.stderr
    assert {path for path in tmp_path.rglob("*") if path.is_file()} == {tmp_path / "params.yaml"}
