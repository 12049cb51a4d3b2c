"""Reading documents: whatever is in them, every row is a document or a reject, and no error has another form."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from fuzzing import fuzzed
from hypothesis import strategies as st
from intake_files import take_in, texts, write
from odd_files import EDITS, FORMATS, TEXTS, can_hold, damaged, written

from pipeline.common.errors import PipelineError
from pipeline.documents import DocumentsParams, Intake
from pipeline.documents.markup import without_markup
from pipeline.languages.normalise import normalise

LANGUAGES = ("en", "ja")
LACKS = ("no document is in", "none is left for training")  # of one language, once all rows are read
GOOD = [{"id": f"good{i}", "lang": LANGUAGES[i % 2], "text": f"text {i} 映画"} for i in range(6)]
_numbers = itertools.count()
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(st.characters(), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


def new_file(home: Path, name: str, content: bytes) -> Path:
    return write(home / str(next(_numbers)) / name, content)


def read(path: Path) -> Intake | str:
    """The intake, in which every row is counted, or the message that names the file or what its rows lack."""
    try:
        intake = take_in(path, LANGUAGES, invalid_utf8="reject")
    except PipelineError as error:
        assert path.name in str(error) or any(lack in str(error) for lack in LACKS)
        return str(error)
    report = intake.report
    assert report["rows_in"] == report["documents"] + report["rejected"]
    assert (report["documents"], report["rejected"]) == (intake.documents.height, intake.rejects.height)
    assert intake.rejects["reason"].null_count() == 0
    assert intake.documents["id"].is_unique().all()
    return intake


def clean(text: str) -> str:
    """The text as a document has it; empty if nothing of it is left."""
    raw = pl.DataFrame({"text": [text]}, {"text": pl.String})
    return normalise(without_markup(raw), DocumentsParams().max_characters)["text"][0]


@fuzzed(25, name=st.sampled_from(FORMATS), odd=st.lists(TEXTS, max_size=4))
def test_every_text_comes_through(home: Path, name: str, odd: list[str]) -> None:
    odd = [text for text in odd if can_hold(name, text)]
    rows = [
        *GOOD,
        *({"id": f"1.{i}0", "lang": "ja", "text": text} for i, text in enumerate(odd)),
        GOOD[0] | {"id": "z"},
    ]
    found = read(new_file(home, name, written(name, rows)))
    assert isinstance(found, Intake)
    assert found.report["rows_in"] == len(rows)
    expected = {row["id"]: clean(row["text"]) for row in rows}
    assert texts(found) == {key: text for key, text in expected.items() if text}
    assert set(found.rejects["id"]) == {key for key, text in expected.items() if not text}


@fuzzed(25, name=st.sampled_from(FORMATS), edits=EDITS, odd=TEXTS)
def test_a_damaged_file_is_read_or_refused(
    home: Path, name: str, edits: list[tuple[float, int, bytes]], odd: str
) -> None:
    rows = [*GOOD, {"id": "odd", "lang": "en", "text": odd if can_hold(name, odd) else "x"}]
    path = new_file(home, name, damaged(written(name, rows), edits))
    first, second = read(path), read(path)
    if isinstance(first, Intake) and isinstance(second, Intake):
        assert first.documents.equals(second.documents)
        assert first.report == second.report
    else:
        assert first == second


@fuzzed(15, name=st.sampled_from((*FORMATS, "d.txt", "d.TSV", "d.unknown")), content=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(home: Path, name: str, content: bytes) -> None:
    read(new_file(home, name, content))


@fuzzed(
    25,
    name=st.sampled_from(("d.csv", "d.tsv", "d.jsonl")),
    broken=st.binary(max_size=30) | TEXTS.map(str.encode),
    place=st.integers(1, len(GOOD)),
)
def test_the_neighbours_of_a_broken_row_are_not_lost(home: Path, name: str, broken: bytes, place: int) -> None:
    lines = written(name, GOOD).splitlines(keepends=True)
    header = not name.endswith("jsonl")
    at = max(place + header - 1, header + 1)
    lines.insert(at, broken.translate(None, b"\r\n") + b"\n")
    found = read(new_file(home, name, b"".join(lines)))
    if isinstance(found, str):  # what the row says of its language stops the run, and the row is named
        assert "is no language code" in found
        assert f"{name}:{at + 1}" in found
        return
    assert {row["id"]: row["text"] for row in GOOD}.items() <= texts(found).items()


@fuzzed(25, values=st.lists(st.dictionaries(st.sampled_from(("id", "text", "label", "date", "pair", "x")), JSON)))
def test_any_values_in_json_are_read_or_rejected(home: Path, values: list[dict[str, Any]]) -> None:
    rows = [*GOOD, *({"lang": "en"} | value for value in values)]
    found = read(new_file(home, "d.jsonl", "".join(json.dumps(row) + "\n" for row in rows).encode()))
    assert isinstance(found, str) or found.report["rows_in"] == len(rows)
    whole = read(new_file(home, "d.json", json.dumps(rows).encode()))
    assert type(whole) is type(found)
    if isinstance(whole, Intake) and isinstance(found, Intake):
        assert whole.documents["text"].to_list() == found.documents["text"].to_list()


@fuzzed(10, contents=st.lists(st.binary(max_size=20) | TEXTS.map(str.encode), min_size=1, max_size=4))
def test_every_text_of_a_folder_is_read_or_listed(home: Path, contents: list[bytes]) -> None:
    folder = home / f"texts{next(_numbers)}"
    for number, row in enumerate(GOOD):
        write(folder / row["lang"] / f"{number}.txt", row["text"].encode())
    for number, content in enumerate(contents):
        write(folder / "en" / f"odd{number}.txt", content)
    found = read(folder)
    assert isinstance(found, Intake)
    assert found.report["rows_in"] == len(GOOD) + len(contents)
