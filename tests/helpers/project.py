"""A small project folder of its own, on which tests run the real stages."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from pipeline.run.record import STAGES as RECORDED

ROOT = Path(__file__).resolve().parents[2]
STAGES = ("check", *RECORDED, "report")
SMALL = {
    "encoder": "aligned",
    "num_topics": 4,
    "train": {"epochs": 2, "batch_size": 32, "checkpoint_every": 1},
    "xtra": {"shared": 32, "hidden": 16, "semantic": 16},
    "aligned": {"dimension": 20},
    "cluster": {"restarts": 2},
    "bow": {"min_documents": 2},
}


def sample_rows(a_language: int = 60) -> list[dict[str, Any]]:
    """The first documents of each language of the sample, aligned ones among them."""
    taken: dict[str, int] = {}
    rows = []
    for line in (ROOT / "data/sample/documents.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        taken[row["lang"]] = taken.get(row["lang"], 0) + 1
        if taken[row["lang"]] <= a_language:
            rows.append(row)
    return rows


def write_rows(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def make_project(folder: Path, rows: list[dict[str, Any]], **changes: Any) -> Path:  # noqa: ANN401 - YAML values
    """params.yaml as committed, made small and changed; the documents; the files it points to."""
    (folder / "data/mine").mkdir(parents=True)
    write_rows(folder / "data/mine/documents.jsonl", rows)
    for name in ("none", "dictionaries"):
        (folder / "data" / name).symlink_to(ROOT / "data" / name)
    shutil.copy(ROOT / "data/sample/reference.jsonl", folder / "data/mine/reference.jsonl")
    set_params(folder, ROOT / "params.yaml", {"dataset": "mine", "path": "data/mine"} | SMALL | changes)
    return folder


def set_params(folder: Path, source: Path, changes: dict[str, Any]) -> None:
    """Write ``source`` with ``changes`` (nested like it) as the folder's params.yaml."""
    yaml = YAML()
    values = yaml.load(source)
    _merge(values, changes)
    yaml.dump(values, folder / "params.yaml")


def run_stage(folder: Path, name: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a stage as DVC would, in a process of its own: a fork, which has everything imported, where it may be one."""
    from forked_stages import COMMANDS, forks

    if not environment and name in (*STAGES, *COMMANDS):
        done = forks().run(folder, name, *arguments)
        return subprocess.CompletedProcess([name, *arguments], done.code, done.stdout, done.stderr)
    return subprocess.run(
        [sys.executable, "-m", f"stages.{name}", *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def run_stages(folder: Path, names: tuple[str, ...] = STAGES, **environment: str) -> None:
    """Run stages in order; a failing one fails the test with its message."""
    for name in names:
        done = run_stage(folder, name, **environment)
        assert done.returncode == 0, f"{name}: {done.stderr}"


def _merge(values: dict[str, Any], changes: dict[str, Any]) -> None:
    for key, value in changes.items():
        if isinstance(value, dict):
            _merge(values[key], value)
        else:
            values[key] = value
