"""The stored results: rows in JSON, and the table in docs/performance.md that is written from them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from benchmarks.measure import Row
from benchmarks.table import BENCHMARKS
from pipeline.common.errors import InputError

START, END = "<!-- benchmarks: written by `make bench` -->", "<!-- end of benchmarks -->"
FIRST = ("name", "value", "unit", "yardstick", "ratio")


def read_rows(path: Path) -> list[Row]:
    """The rows of an earlier run; empty if there was none."""
    rows: list[Row] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    return rows


def update(row: Row, path: Path, page: Path) -> None:
    """Replace the row that has the name of ``row``, keep the others, and write the table again.

    The rows are in the order of the table of benchmarks. Rows of benchmarks that no longer exist are dropped.
    """
    rows = {old["name"]: old for old in read_rows(path)} | {row["name"]: row}
    kept = [_ordered(rows[name]) for name in BENCHMARKS if name in rows]
    path.write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    page.write_text(with_table(page.read_text(encoding="utf-8"), kept), encoding="utf-8")


def with_table(text: str, rows: Iterable[Row]) -> str:
    """``text`` with the table of ``rows`` between its two markers.

    Raises:
        InputError: ``text`` lacks a marker.
    """
    before, start, rest = text.partition(START)
    _, end, after = rest.partition(END)
    if not (start and end):
        raise InputError(
            f"the page of results lacks its markers: expected a line {START!r} and below it a line {END!r}."
        )
    return f"{before}{START}\n\n{markdown(rows)}\n{END}{after}"


def markdown(rows: Iterable[Row]) -> str:
    """The rows as a table, then their notes, and the machines on which they were measured."""
    rows = list(rows)
    lines = ["| | value | yardstick | times better | peak MB |", "|---|--:|--:|--:|--:|"]
    lines += [_line(row) for row in rows]
    notes = [f"- {row['name']}: {row['note']}.{_roofline(row)}" for row in rows if row.get("note")]
    machines = dict.fromkeys(row["machine"] for row in rows if "machine" in row)
    return "\n".join(
        [*lines, "", "What was done; against what:", "", *notes, "", f"Measured on {'; '.join(machines)}.", ""]
    )


def _line(row: Row) -> str:
    value, yardstick = (f"{row[key]:,g} {row['unit']}" for key in ("value", "yardstick"))
    peak = f"{row['peak_mb']:,}" if "peak_mb" in row else ""
    return f"| {row['name']} | {value} | {yardstick} | {row['ratio']:,g} | {peak} |"


def _roofline(row: Row) -> str:
    share = row.get("roofline")
    return "" if share is None else f" Its matrix products at full speed would take {share:.0%} of the time."


def _ordered(row: Row) -> Row:
    return {key: row[key] for key in FIRST} | row
