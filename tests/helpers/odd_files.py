"""Texts with odd content, well-written files of them in every format that is read, and damage to files."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable, Sequence
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

Rows = Sequence[dict[str, Any]]

PIECES: Final = (
    *('"', '""', '",', "'", ",", ";", "\t", "|", "\n", "\r", "\r\n", "\0", "\ufeff", "\u2028", "\x85", "\x1a", "\\"),
    *(
        "=1+1",
        "@x",
        "#",
        "# ",
        "nan",
        "NULL",
        "-",
        "1.10",
        "1e400",
        "0" * 30,
        "<br>",
        "</p>",
        "&amp;",
        "&#0;",
        "{",
        "[",
    ),
    *("\u202e", "\u200f", "\u200b", "\u200d", "\u00ad", "\ufe0f", "\U000e0100", "\ud7ff", "\ufffd", "\uffff", "👩‍👩‍👧"),
    *(
        "İ",
        "ı",
        "ß",
        "ŉ",
        "ﬁ",
        "①",
        "ｆｕｌｌ",
        "é",
        "e\u0301",
        "が",
        "か\u3099",
        "พำ",
        "葛\U000e0100城市",
        "عَرَبِيّ",
        "l'eau",
    ),
    *("https://a.b/c", "www.x.org", "http://例え.jp/語", "word", "film", "映画", "電影", "don´t", "LEGO™", "№ 5", " "),
)
CHARACTERS: Final = st.characters(exclude_categories=["Cs"])
TEXTS: Final = st.lists(st.one_of(st.sampled_from(PIECES), CHARACTERS), max_size=8).map("".join)
FORMATS: Final = ("d.csv", "d.tsv", "d.jsonl", "d.json", "d.parquet", "d.xlsx", "d.csv.gz", "d.ndjson.gz", "d.json.gz")


def written(name: str, rows: Rows) -> bytes:
    """The bytes of a file of these rows (all with the same columns of strings), as good software writes them."""
    plain = name.removesuffix(".gz")
    content = _WRITERS[plain.partition(".")[2]](rows)
    return gzip.compress(content, mtime=0) if name.endswith(".gz") else content


def can_hold(name: str, text: str) -> bool:
    """Whether files of the kind can hold the text: workbooks are XML, which has no control characters."""
    is_workbook = name.endswith(".xlsx")
    return not (is_workbook and (ILLEGAL_CHARACTERS_RE.search(text) or any(c in text for c in "\r\ufffe\uffff_")))


def _table(rows: Rows, delimiter: str = ",") -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)  # its line end is CR LF, so it puts both in quotes
    writer.writerows([list(rows[0]), *(row.values() for row in rows)])
    return text.getvalue().encode()


def _workbook(rows: Rows) -> bytes:
    book = Workbook()
    for number, cells in enumerate([list(rows[0]), *(row.values() for row in rows)], start=1):
        for column, value in enumerate(cells, start=1):
            book.active.cell(number, column, value).data_type = "s"  # = begins no formula
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _parquet(rows: Rows) -> bytes:
    content = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(list(rows)), content)
    return content.getvalue()


_WRITERS: Final[dict[str, Callable[[Rows], bytes]]] = {
    "csv": _table,
    "tsv": lambda rows: _table(rows, "\t"),
    "jsonl": lambda rows: "".join(json.dumps(row) + "\n" for row in rows).encode(),
    "ndjson": lambda rows: "".join(json.dumps(row, ensure_ascii=False) + "\r\n" for row in rows).encode(),
    "json": lambda rows: json.dumps(list(rows), indent=1).encode(),
    "parquet": _parquet,
    "xlsx": _workbook,
}

# An edit of a file: where (a share of its length), how many bytes go, and what comes in their place.
EDITS: Final = st.lists(
    st.tuples(st.floats(0, 1), st.sampled_from((0, 1, 2, 50, 10**6)), st.binary(max_size=8)), min_size=1, max_size=4
)


def damaged(content: bytes, edits: Sequence[tuple[float, int, bytes]]) -> bytes:
    """The content with bytes cut out, changed or put in."""
    for share, gone, new in edits:
        place = int(share * len(content))
        content = content[:place] + new + content[place + gone :]
    return content
