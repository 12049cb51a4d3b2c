"""One benchmark in a separate process, so that its memory can be measured: python -m benchmarks.child NAME."""

from __future__ import annotations

import json
import resource

import typer

from benchmarks.measure import measure_case
from benchmarks.table import make_case


def main(name: str, peak: bool = False) -> None:
    """Print the benchmark's row as JSON; with --peak, do only the project's work and print its peak memory in MB."""
    case = make_case(name)
    if not peak:
        typer.echo(json.dumps(measure_case(name, case)))
        return
    case.ours.seconds()
    typer.echo(json.dumps(peak_megabytes()))


def peak_megabytes() -> int:
    """The peak memory of one process: this one, or a finished child process."""
    kilobytes = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return round(kilobytes * 1024 / 1e6)


if __name__ == "__main__":
    typer.run(main)
