"""The benchmarks' table, their arithmetic and their results; `slow`: that no speed-up has been lost."""

from __future__ import annotations

import json
import subprocess
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from benchmarks.__main__ import app, measure_in_child, run_benchmarks
from benchmarks.case import Case, Unit, Work, timed
from benchmarks.measure import measure_case
from benchmarks.profile import profile_lines
from benchmarks.results import END, FIRST, START, read_rows, with_table
from benchmarks.table import BENCHMARKS
from pipeline.common.errors import InputError


def fake_case(unit: Unit = "s", ours: float = 2.0, yardstick: float | None = None) -> Case:
    """Work that says how long it took, so that rows can be foretold."""
    return Case(unit, Work(lambda: ours, 4.0), yardstick or Work(lambda: 3.0, 1.5), "a fake")


def fake_row(name: str) -> dict[str, Any]:
    return measure_case(name, fake_case())


def page_and_results(folder: Path) -> tuple[Path, Path]:
    page = folder / "performance.md"
    page.write_text(f"# Before\n\n{START}\nold\n{END}\n\nAfter.\n", encoding="utf-8")
    return page, folder / "results.json"


def test_every_benchmark_of_the_table_is_a_function_of_its_file() -> None:
    for name, file in BENCHMARKS.items():
        assert callable(getattr(import_module(f"benchmarks.{file}"), name)), name


def test_a_time_is_seconds_by_amount_and_better_when_less() -> None:
    row = measure_case("fake", fake_case("ms"))
    assert tuple(row)[:5] == FIRST
    assert (row["value"], row["unit"], row["yardstick"], row["ratio"]) == (500.0, "ms", 2000.0, 4.0)


def test_a_rate_is_amount_by_seconds_and_better_when_more() -> None:
    row = measure_case("fake", fake_case("MB/s"))
    assert (row["value"], row["yardstick"], row["ratio"]) == (2.0, 0.5, 4.0)


def test_a_budget_is_a_yardstick() -> None:
    row = measure_case("fake", fake_case("s", ours=12.0, yardstick=1.5))
    assert (row["value"], row["yardstick"], row["ratio"]) == (3.0, 1.5, 0.5)


def test_both_ways_are_timed_in_turn() -> None:
    order: list[str] = []

    def work(name: str) -> Work:
        return Work(timed(lambda: order.append(name)))

    measure_case("fake", Case("s", work("ours"), work("plain"), "a fake", repeats=3))
    assert order == ["ours", "plain"] * 3


def test_one_benchmark_replaces_its_row_and_keeps_the_others(tmp_path: Path) -> None:
    page, results = page_and_results(tmp_path)
    first, second = list(BENCHMARKS)[:2]
    assert run_benchmarks([second, first], fake_row, results, page) == []
    before = read_rows(results)
    assert [row["name"] for row in before] == [first, second]  # the table's order, not that of running
    run_benchmarks([first], lambda name: fake_row(name) | {"value": 7.0}, results, page)
    after = read_rows(results)
    assert after == [before[0] | {"value": 7.0}, before[1]]


def test_a_benchmark_that_fails_leaves_its_row_and_the_rest_goes_on(tmp_path: Path) -> None:
    page, results = page_and_results(tmp_path)
    first, second = list(BENCHMARKS)[:2]
    run_benchmarks([first], fake_row, results, page)

    def fails_once(name: str) -> dict[str, Any]:
        if name == first:
            raise subprocess.CalledProcessError(1, name)
        return fake_row(name)

    assert run_benchmarks([first, second], fails_once, results, page) == [first]
    assert [row["name"] for row in read_rows(results)] == [first, second]


def test_the_page_keeps_its_words_and_shows_every_row(tmp_path: Path) -> None:
    page, results = page_and_results(tmp_path)
    name = next(iter(BENCHMARKS))
    run_benchmarks([name], fake_row, results, page)
    text = page.read_text(encoding="utf-8")
    assert text.startswith("# Before\n") and text.endswith(f"{END}\n\nAfter.\n")
    assert f"| {name} | 0.5 s | 2 s | 4 |" in text
    assert "old" not in text
    assert with_table(text, read_rows(results)) == text


def test_a_page_without_markers_is_refused() -> None:
    with pytest.raises(InputError, match="expected a line"):
        with_table("# Nothing here\n", [])


def test_the_stored_rows_and_the_page_agree() -> None:
    root = Path(__file__).resolve().parents[2]
    rows = json.loads((root / "benchmarks/results.json").read_text(encoding="utf-8"))
    page = (root / "docs/performance.md").read_text(encoding="utf-8")
    assert {row["name"] for row in rows} <= set(BENCHMARKS)
    assert all(tuple(row)[:5] == FIRST and row["value"] > 0 and row["ratio"] > 0 for row in rows)
    assert with_table(page, rows) == page


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    done = CliRunner().invoke(app, ["--only", "train_stop"])
    assert done.exit_code == 2
    assert "train_step" in done.output


def test_the_profile_names_where_the_time_goes() -> None:
    def busy() -> float:
        return float(sum(range(200_000)))

    lines = profile_lines(Case("s", Work(busy), 1.0, "a fake"))
    assert "sum" in lines[2]
    assert len(lines) <= 22


@pytest.mark.slow
@pytest.mark.parametrize(("name", "least"), [("train_step", 1.8), ("cnpmi_index", 5.0)])
def test_no_speed_up_is_lost(name: str, least: float) -> None:
    assert measure_in_child(name)["ratio"] > least
