"""No input makes time or memory grow faster than its size: one piece over and over, files that unpack to much."""

from __future__ import annotations

import gzip
import io
import json
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fuzzing import fuzzed
from hypothesis import strategies as st
from intake_files import bilingual, json_lines, refused, table, take_in, texts, write
from odd_files import PIECES, written
from openpyxl import Workbook

from pipeline.documents.long_texts import passages_of_text
from pipeline.documents.markup import without_markup
from pipeline.languages.normalise import normalise
from pipeline.tokens.tokenise import TokeniseParams, tokenise_texts

LONG = 100_000
SECONDS = 10  # in which each step has far more than enough time; with the square of the length it would take minutes
MARKUP = (
    "<",
    "<a ",
    "<a b='",
    '<p x="',
    "<!--",
    "-->",
    "<!",
    "<?",
    "</",
    "<script>",
    "&#1",
    "&a",
    "<br>",
    "1",
    "a",
    ".",
)
PATTERNS = st.lists(
    st.sampled_from((*PIECES, *MARKUP, "www.", "https://", "\u0301", "か\u3099")), min_size=1, max_size=3
)


def in_time(step: Callable[[], object]) -> None:
    start = time.process_time()
    step()
    assert time.process_time() - start < SECONDS


@fuzzed(
    8, start=st.sampled_from(("", "<br>", "--><br>")), pattern=PATTERNS, lang=st.sampled_from(("en", "fr", "th", "vi"))
)
def test_a_text_of_one_piece_is_read_in_time(start: str, pattern: list[str], lang: str) -> None:
    piece = "".join(pattern)
    text = start + (piece * LONG)[:LONG]
    frame = pl.DataFrame({"text": [text]})
    in_time(lambda: without_markup(frame))
    in_time(lambda: normalise(frame, LONG))
    in_time(lambda: passages_of_text(text, lang, 1000))
    in_time(lambda: tokenise_texts(lang, [text], TokeniseParams()))


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["ja", "ko", "zh", "km"])
@pytest.mark.parametrize("piece", ["語", "가", "'", "ー", "www.", "1", "ក", "\u0301", "a", " 가"])
def test_dictionaries_cut_a_text_of_one_piece_in_time(lang: str, piece: str) -> None:
    text = (piece * LONG)[:LONG]
    start = time.process_time()
    tokenise_texts(lang, [text], TokeniseParams())
    assert time.process_time() - start < 6 * SECONDS


def test_deeply_nested_json_is_refused_or_rejected(tmp_path: Path) -> None:
    deep = b"[" * LONG + b"]" * LONG
    assert "invalid JSON" in refused(write(tmp_path / "d.json", deep))
    rows = json_lines(bilingual())
    found = take_in(write(tmp_path / "e.jsonl", rows + b'{"text": ' + deep + b"}\n"))
    assert (found.documents.height, found.rejects.height) == (8, 1)


@pytest.mark.parametrize("name", ["d.jsonl.gz", "d.csv.gz", "d.json.gz"])
def test_a_packed_file_that_fills_the_memory_is_refused(tmp_path: Path, name: str) -> None:
    start = table(bilingual()) if "csv" in name else b'[{"text": "' if name == "d.json.gz" else json_lines(bilingual())
    path = tmp_path / name
    with gzip.open(path, "wb", compresslevel=9) as file:
        file.write(start)
        for _ in range(150):
            file.write(b"a" * 1_000_000)
    assert "unpack to more than" in refused(path)


def test_a_packed_workbook_that_fills_the_memory_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "d.xlsx", written("d.xlsx", [{"lang": "en", "text": "a"}]))
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as file, file.open("xl/media.bin", "w") as part:
        for _ in range(150):
            part.write(bytes(1_000_000))
    assert "unpack to more than" in refused(path)


def test_a_parquet_file_of_a_billion_empty_rows_is_refused(tmp_path: Path) -> None:
    rows = pa.table({"text": pa.nulls(3_000_000, pa.string()), "lang": pa.nulls(3_000_000, pa.string())})
    content = io.BytesIO()
    pq.write_table(rows, content)
    assert "cannot be different documents" in refused(write(tmp_path / "d.parquet", content.getvalue()))


def test_cells_at_the_far_end_of_a_sheet_cost_nothing(tmp_path: Path) -> None:
    book = Workbook()
    for row in (["id", "lang", "text"], ["a", "en", "one"], ["b", "ja", "二"]):
        book.active.append(row)
    book.active["XFD1048576"] = "far"
    book.active["XFD40000"] = "less far"
    path = tmp_path / "d.xlsx"
    book.save(path)
    start = time.process_time()
    found = take_in(path, split_length=0, test_share=0.01)
    assert time.process_time() - start < SECONDS
    assert texts(found) == {"a": "one", "b": "二"}
    assert found.report["rows_in"] == 4


def test_a_row_after_the_last_one_is_refused(tmp_path: Path) -> None:
    good = written("d.xlsx", [{"lang": "en", "text": "a"}, {"lang": "ja", "text": "b"}])
    with zipfile.ZipFile(io.BytesIO(good)) as old, zipfile.ZipFile(tmp_path / "d.xlsx", "w") as new:
        for part in old.infolist():
            new.writestr(part, old.read(part).replace(b'r="3"', b'r="99999999999"'))
    assert "the last of Excel" in refused(tmp_path / "d.xlsx")


def test_a_number_of_a_million_digits_is_text(tmp_path: Path) -> None:
    rows = bilingual()
    line = json.dumps({"id": 0, "lang": "en", "text": "x"}).replace("0", "7" * 10**6)
    found = take_in(write(tmp_path / "d.jsonl", json_lines(rows) + line.encode()))
    assert "7" * 10**6 in texts(found)
    assert without_markup(pl.DataFrame({"text": [f"<br>&#{'1' * 5000};"]})).height == 1
