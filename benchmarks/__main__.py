"""python -m benchmarks: run all benchmarks or only one, or show where one spends its time."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import typer

from benchmarks.measure import Row
from benchmarks.paths import PAGE, RESULTS, ROOT
from benchmarks.profile import profile_lines
from benchmarks.results import update
from benchmarks.table import BENCHMARKS, make_case

app = typer.Typer(add_completion=False)


@app.command()
def main(only: str = "", profile: str = "") -> None:
    """Time every benchmark, or the one named by --only; --profile NAME shows where one spends its time."""
    unknown = {name for name in (only, profile) if name} - set(BENCHMARKS)
    if unknown:
        raise typer.BadParameter(
            f"no benchmark is called {', '.join(unknown)}. The benchmarks are {', '.join(BENCHMARKS)}."
        )
    if profile:
        typer.echo("\n".join(profile_lines(make_case(profile))))
        return
    failed = run_benchmarks([only] if only else BENCHMARKS, measure_in_child, RESULTS, PAGE)
    if failed:
        typer.echo(f"These benchmarks failed, and their rows did not change: {', '.join(failed)}.", err=True)
        raise typer.Exit(1)


def run_benchmarks(names: Iterable[str], measure: Callable[[str], Row], results: Path, page: Path) -> list[str]:
    """Measure, store and print benchmarks one by one.

    Returns:
        The names of the benchmarks that failed; the others are stored.
    """
    failed = []
    for name in names:
        try:
            row = measure(name)
        except subprocess.CalledProcessError:  # the child process has printed the reason
            failed.append(name)
            continue
        update(row, results, page)
        typer.echo(
            f"{name:16} {row['value']:>10,g} {row['unit']:12} yardstick {row['yardstick']:>10,g}   x {row['ratio']:g}"
        )
    return failed


def measure_in_child(name: str) -> Row:
    """The row of a benchmark. One process measures time; another one, without the yardstick, measures peak memory.

    Raises:
        CalledProcessError: the benchmark failed.
    """
    row: Row = _child(name)
    return row | {"peak_mb": _child(name, "--peak")}


def _child(name: str, *arguments: str) -> Any:  # noqa: ANN401 - any JSON value
    command = [sys.executable, "-m", "benchmarks.child", name, *arguments]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    app()
