"""A comparison from end to end, in a repository of its own: what runs, what does not, and what stays untouched."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from repository import call

ROWS = """\
low: {model: xtra, lambda1: 20, train.epochs: 1}
high: {model: xtra, lambda1: 80, train: {epochs: 1}}
broken: {model: xtra, documents.test_share: 2}
"""
COMPARE = (sys.executable, "-m", "stages.compare", "--rows", "mine", "--models")


def state(folder: Path) -> dict[str, bytes | str]:
    """All that Git sees, but for what a comparison writes, and what it does not see of a run."""
    listed = call(folder, "git", "status", "--porcelain", "--untracked-files=all", ":!reports/comparison*")
    run = {str(path): path.read_bytes() for path in (folder / "data/run").glob("*")}
    return {"git": listed, "params": (folder / "params.yaml").read_bytes(), **run}


@pytest.fixture
def mine(repository: Path) -> Path:
    (repository / "comparisons").mkdir(exist_ok=True)
    (repository / "comparisons/mine.yaml").write_text(ROWS, encoding="utf-8")
    ignored = repository / ".git/info/exclude"
    ignored.write_text("/data/mine/\n", encoding="utf-8")  # inputs that Git ignores are there all the same
    call(repository, "git", "rm", "-r", "--quiet", "--cached", "--ignore-unmatch", "data/mine")
    source = repository / "pipeline/evaluation/svm.py"
    source.write_text(source.read_text(encoding="utf-8") + "# work in hand\n", encoding="utf-8")
    return repository


@pytest.mark.slow
def test_runs_once_loses_no_row_and_leaves_the_workspace(mine: Path) -> None:
    before = state(mine)
    told = call(mine, *COMPARE, "low,high,broken", "--seeds", "0")
    assert "3 runs: 0 with a result already, 3 to do" in told
    assert state(mine) == before
    rows = json.loads((mine / "reports/comparison.json").read_text(encoding="utf-8"))["rows"]
    assert [row["name"] for row in rows] == ["low", "high", "broken"]
    assert "documents.test_share = 2" in rows[2]["runs"][0]["error"]
    low, high = (row["figures"] for row in rows[:2])
    assert low["owned/cnpmi"]["mean"] != high["owned/cnpmi"]["mean"]
    assert low["cost/seconds"]["mean"] > 0
    assert 100 < low["cost/peak_mb"]["mean"] < 5000
    assert len(call(mine, "git", "for-each-ref", "refs/exps").splitlines()) == 2, (
        "the experiments are in the repository"
    )
    assert (mine / "reports/comparison.svg").exists()
    table = (mine / "reports/comparison.md").read_bytes()

    told = call(mine, *COMPARE, "low,high", "--seeds", "0", "--output", "reports/comparison-2")
    assert "2 runs: 2 with a result already, 0 to do" in told
    rows_again = json.loads((mine / "reports/comparison-2.json").read_text(encoding="utf-8"))["rows"]
    assert rows_again[0]["figures"]["owned/cnpmi"]["mean"] == low["owned/cnpmi"]["mean"]
    assert (mine / "reports/comparison.md").read_bytes() == table


def test_interrupted_leaves_nothing_behind(mine: Path) -> None:
    before = state(mine)
    process = subprocess.Popen([*COMPARE, "low", "--seeds", "7"], cwd=mine, stderr=subprocess.PIPE, text=True)
    copy = mine / ".dvc/tmp/compare"
    _wait(lambda: (copy / "data/run/documents.parquet").exists() or process.poll() is not None)
    stopped = time.monotonic()
    process.send_signal(signal.SIGINT)
    told = process.communicate(timeout=60)[1]
    assert process.returncode not in (0, None), told
    assert "with a result already" in told, told
    assert time.monotonic() - stopped < 15, "the stage is stopped, not waited for"
    assert not copy.exists()
    assert state(mine) == before
    assert not [path for path in Path("/proc").glob("[0-9]*/cwd") if _points_below(path, copy)]


def test_missing_inputs_say_what_to_do(mine: Path) -> None:
    (mine / "data/mine").rename(mine / "data/away")
    try:
        with pytest.raises(AssertionError, match=r"data/mine is missing.*make data DATASET=mine"):
            call(mine, *COMPARE, "low")
    finally:
        (mine / "data/away").rename(mine / "data/mine")


def _wait(happened: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.1)


def _points_below(link: Path, folder: Path) -> bool:
    try:
        return str(folder) in os.readlink(link)  # noqa: PTH115 - the text, since the folder may be gone
    except OSError:
        return False
