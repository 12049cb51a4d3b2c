"""A comparison that is killed: its run ends undisturbed, and comparing again gives the figures of an unbroken one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

COMMAND = [sys.executable, "-m", "stages.compare", "--models", "xtra", "--set", "train.epochs=1", "--seeds", "0"]
ALONE = "another comparison is running"


def start(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(COMMAND, cwd=folder, stderr=subprocess.PIPE, text=True, env=os.environ | IDENTITY)


IDENTITY = {f"GIT_{who}_{what}": "t@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


def compare(folder: Path) -> dict[str, Any]:
    """Compare as soon as nothing of a killed comparison runs any more; the figures without times."""
    deadline = time.monotonic() + 300
    while True:
        process = start(folder)
        told = process.communicate()[1]
        if process.returncode == 0:
            break
        assert ALONE in told and time.monotonic() < deadline, told
        time.sleep(1)
    (row,) = json.loads((folder / "reports/comparison.json").read_text(encoding="utf-8"))["rows"]
    return {name: figure for name, figure in row["figures"].items() if not name.startswith("cost/")}


@pytest.mark.slow
def test_comparing_again_gives_the_same_figures(repository: Path) -> None:
    (repository / "comparisons").mkdir(exist_ok=True)
    (repository / "comparisons/mine.yaml").write_text("xtra:\n", encoding="utf-8")
    for seconds in (3, 8, 20):
        process = start(repository)
        time.sleep(seconds)
        process.kill()
        process.communicate()
    figures = compare(repository)
    assert figures
    for done in ("data/cache/comparison", ".dvc/cache/runs"):
        shutil.rmtree(repository / done)
    assert compare(repository) == figures
    assert not (repository / ".dvc/tmp/compare").exists()
