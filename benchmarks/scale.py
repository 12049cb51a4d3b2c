"""Time and memory of each stage as the corpus grows: ``python -m benchmarks.scale --documents 10000 100000 1000000``.

Every stage runs as users run it, ``python -m stages.<name>``, in a separate folder and with one epoch of training.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from benchmarks.paths import ROOT
from benchmarks.scale_corpus import WORDS, write_dictionary, write_documents

RESULTS = Path(__file__).with_name("scale.json")
STAGES = ("documents", "tokenise", "bow", "embed", "link", "cluster", "train")
PARAMETERS: dict[str, Any] = {
    "dataset": "generated",
    "path": "data/documents.jsonl",
    "dictionary": "data/dictionaries",
    "num_topics": 50,
    "bow": {"size": WORDS},
    "train": {"epochs": 1, "batch_size": 1024},
}
MEGABYTE = 2**20
PAUSE = 0.05  # seconds between two measurements of the memory

Row = dict[str, str | int | float]


def main() -> None:
    """Measure the chosen sizes and stages, print the table, and update their rows in ``scale.json``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--stages", nargs="+", choices=STAGES, default=list(STAGES))
    parser.add_argument(
        "--folder", type=Path, help="folder that keeps the projects; stages that are left out are not run"
    )
    parser.add_argument("--output", type=Path, default=RESULTS)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        rows = [row for size in options.documents for row in measure(folder / str(size), size, options.stages)]
    options.output.write_text(json.dumps(merged(options.output, rows), indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(table(rows))


def measure(project: Path, documents: int, stages: list[str]) -> list[Row]:
    """Seconds and peak memory of the stages on a generated corpus with this number of documents."""
    if not project.exists():
        make_project(project, documents)
    rows: list[Row] = []
    for stage in stages:
        seconds, processor, largest, together = run(project, stage)
        rows.append(
            {
                "documents": documents,
                "stage": stage,
                "seconds": round(seconds, 1),
                "cpu_seconds": round(processor, 1),
                "largest_process_mb": round(largest / MEGABYTE),
                "all_processes_mb": round(together / MEGABYTE),
            }
        )
        sys.stderr.write(f"{rows[-1]}\n")
    return rows


def make_project(project: Path, documents: int) -> None:
    """Make a folder in which the stages run: this code, the generated corpus, and the parameters for it."""
    (project / "data/dictionaries").mkdir(parents=True)
    for name in ("pipeline", "stages"):
        (project / name).symlink_to(ROOT / name)
    yaml = YAML()
    params = yaml.load(ROOT / "params.yaml")
    for name, value in PARAMETERS.items():
        if isinstance(value, dict):
            params[name].update(value)
        else:
            params[name] = value
    yaml.dump(params, project / "params.yaml")
    write_documents(project / "data/documents.jsonl", documents)
    write_dictionary(project / "data/dictionaries")


def run(project: Path, stage: str) -> tuple[float, float, int, int]:
    """Run a stage to its end.

    Returns:
        Seconds; processor seconds of all its processes; peak bytes of the largest process, as the kernel counts them
        (Linux includes the memory that this process had when it started the others, so this process must be small);
        peak bytes of all processes together, measured at intervals (pages that they share count more than once).

    Raises:
        SystemExit: the stage failed.
    """
    started = time.perf_counter()
    pid = subprocess.Popen([sys.executable, "-m", f"stages.{stage}"], cwd=project).pid
    together = 0
    while True:
        done, status, usage = os.wait4(pid, os.WNOHANG)
        if done:
            break
        together = max(together, resident(pid))
        time.sleep(PAUSE)
    seconds = time.perf_counter() - started
    if status:
        raise SystemExit(f"{stage} failed in {project} with status {os.waitstatus_to_exitcode(status)}")
    largest = usage.ru_maxrss * 1024
    return seconds, usage.ru_utime + usage.ru_stime, largest, max(largest, together)


def resident(pid: int) -> int:
    """Bytes in memory of a process and of all its child processes (Linux)."""
    process = Path(f"/proc/{pid}")
    try:
        pages = int((process / "statm").read_text().split()[1])
        children = [int(child) for child in (process / f"task/{pid}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):  # it has just ended
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") + sum(map(resident, children))


def merged(path: Path, rows: list[Row]) -> list[Row]:
    """The rows of the file at ``path``, with the new rows in place of old ones of the same size and stage."""
    earlier: list[Row] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    latest = {(row["documents"], row["stage"]): row for row in [*earlier, *rows]}
    return sorted(latest.values(), key=lambda row: (row["documents"], STAGES.index(str(row["stage"]))))


def table(rows: list[Row]) -> str:
    """The rows as a Markdown table: one line for each stage, three columns for each size."""
    sizes = sorted({row["documents"] for row in rows})
    cells = {(row["stage"], row["documents"]): row for row in rows}
    head = "| stage |" + "".join(f" {size:,}: s | CPU s | MB |" for size in sizes)
    lines = [head, "|---|" + "---:|---:|---:|" * len(sizes)]
    for stage in dict.fromkeys(row["stage"] for row in rows):
        stage_rows = [cells[stage, size] for size in sizes]
        figures = [f" {row['seconds']} | {row['cpu_seconds']} | {row['all_processes_mb']:,} |" for row in stage_rows]
        lines.append(f"| {stage} |{''.join(figures)}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
