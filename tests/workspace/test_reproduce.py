"""`dvc repro` as `make run` uses it: what is shown, the reasons, two at once, and signals."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from project import ROOT, run_stage

from pipeline.common.errors import InputError, TryAgainError
from pipeline.workspace.reproduce import reproduce


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / ".dvc").mkdir()
    return tmp_path


def pipeline_of(project: Path, command: str) -> None:
    stages = {"a": {"cmd": command, "outs": ["a.txt"]}}
    (project / "dvc.yaml").write_text(json.dumps({"stages": stages}), encoding="utf-8")


def started(project: Path) -> subprocess.Popen[str]:
    """A run whose stage has begun."""
    pipeline_of(project, "echo begun && sleep 30")
    process = subprocess.Popen(
        [sys.executable, "-m", "stages.reproduce"],
        cwd=project,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert any(line == "begun\n" for line in process.stderr)
    return process


def test_what_stages_say_is_shown_and_dvcs_advice_is_not(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    pipeline_of(project, "printf 'made\\033[31m\\n'; echo x > a.txt")
    reproduce(project, [], quiet=False)
    shown = capfd.readouterr().err
    assert "made\\x1b[31m" in shown
    assert "Running stage" in shown
    reproduce(project, [], quiet=True)
    assert not capfd.readouterr().err
    for advice in ("git add", "dvc push", "autostage", "To track"):
        assert advice not in shown


@pytest.mark.parametrize(("code", "kind"), [(2, InputError), (75, TryAgainError)])
def test_the_exit_code_is_that_of_the_stage(project: Path, code: int, kind: type[Exception]) -> None:
    pipeline_of(project, f"echo why; exit {code}")
    with pytest.raises(kind, match="the stage `a` stopped; its last lines above say why"):
        reproduce(project, [], quiet=True)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_run_that_is_stopped_ends_with_a_line_and_leaves_no_process(
    project: Path, number: signal.Signals, code: int
) -> None:
    process = started(project)
    second = subprocess.run(
        [sys.executable, "-m", "stages.reproduce"],
        cwd=project,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (second.returncode, second.stderr.count("\n")) == (75, 1)
    assert "another run is at work in this folder" in second.stderr
    preset = run_stage(project, "preset", "sample")
    assert (preset.returncode, "a run is at work in this folder" in preset.stderr) == (75, True), preset.stderr
    process.send_signal(number)
    assert process.stderr is not None
    rest = process.stderr.read()
    assert process.wait(20) == code
    assert rest.splitlines()[-1].startswith("reproduce: stopped. What is finished is kept")
    assert "Traceback" not in rest
    time.sleep(0.2)
    assert not [path for path in Path("/proc").glob("[0-9]*/cwd") if _leads_to(path, project)]


def _leads_to(link: Path, folder: Path) -> bool:
    try:
        return link.resolve() == folder.resolve()
    except OSError:  # the process has ended
        return False
