"""Ctrl-C and SIGTERM: a line and the usual exit code, nothing half, and the next run ends in the same bytes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from faulty_project import Unbroken
from project import ROOT, make_project, run_stages, sample_rows, set_params

from pipeline.common.signals import STOPPED

CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}


def started(folder: Path, *command: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def stop(process: subprocess.Popen[str], number: signal.Signals) -> list[str]:
    """Send a signal; the lines that the process still prints."""
    assert process.stderr
    process.send_signal(number)
    lines = process.stderr.read().splitlines()
    assert process.wait(30) == CODES[number], lines
    return lines


def states(folder: Path) -> set[int]:
    """When each state of a training was written."""
    return {path.stat().st_mtime_ns for path in (folder / "data/cache/checkpoints").rglob("*.*") if path.is_file()}


def files(folder: Path) -> dict[str, bytes]:
    paths = [path for part in ("data/run", "models/run") for path in (folder / part).rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def test_a_training_that_is_stopped_goes_on_to_the_same_bytes(tmp_path: Path) -> None:
    folder = make_project(tmp_path / "project", sample_rows(40), train={"epochs": 200})
    before = ("check", "documents", "tokenise", "bow", "embed", "link", "cluster")
    run_stages(folder, before)
    for number in CODES:
        before_this = states(folder)
        process = started(folder, "stages.train")
        while states(folder) <= before_this:
            time.sleep(0.01)
        lines = stop(process, number)
        assert lines[-1].endswith(STOPPED)
        assert "Traceback" not in " ".join(lines)
    run_stages(folder, ("train",))
    stopped = files(folder)
    other = make_project(tmp_path / "other", sample_rows(40), train={"epochs": 200})
    set_params(other, folder / "params.yaml", {})
    run_stages(other, (*before, "train"))
    assert stopped == files(other)


@pytest.mark.parametrize("number", list(CODES))
def test_an_inference_that_is_stopped_leaves_no_file(
    unbroken: Unbroken, tmp_path: Path, number: signal.Signals
) -> None:
    output = tmp_path / "theta.parquet"
    output.write_bytes(b"of an earlier run")
    command = ("stages.infer", "--input", "-", "--output", str(output), "--rejects", str(tmp_path / "rejects.csv"))
    process = started(unbroken.folder, *command)
    assert process.stdin
    assert process.stderr
    process.stdin.write('{"lang": "en", "text": ""}\n' * 5_001)  # one more than are read at once
    process.stdin.flush()
    assert any("rejected" in line for line in iter(process.stderr.readline, ""))
    assert stop(process, number)[-1] == f"infer: {STOPPED}"
    assert output.read_bytes() == b"of an earlier run"
    assert [path.name for path in tmp_path.iterdir()] == ["theta.parquet"]
