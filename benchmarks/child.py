"""One benchmark in a process of its own, so that its memory is its own: python -m benchmarks.child NAME."""

from __future__ import annotations

import json
import resource

import typer

from benchmarks.measure import measure_case
from benchmarks.table import make_case


def main(name: str, peak: bool = False) -> None:
    """Print the benchmark's row as JSON; or, with --peak, its peak memory in MB, doing only the project's work."""
    case = make_case(name)
    if not peak:
        typer.echo(json.dumps(measure_case(name, case)))
        return
    case.ours.seconds()
    typer.echo(json.dumps(peak_megabytes()))


def peak_megabytes() -> int:
    """The most memory that one process has held: this one or a finished child."""
    kilobytes = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return round(kilobytes * 1024 / 1e6)


if __name__ == "__main__":
    typer.run(main)
