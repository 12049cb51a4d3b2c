"""Two commands at once: each result is whole, and is that of one command alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from faulty_project import Unbroken
from project import ROOT
from repository import call


def test_two_inferences_into_one_file(unbroken: Unbroken) -> None:
    command = [sys.executable, "-m", "stages.infer", "--input", "new.jsonl", "--output", "theta.parquet"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    both = [
        subprocess.Popen(command, cwd=unbroken.folder, env=environment, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for process in both:
        _, said = process.communicate(timeout=120)
        assert process.returncode == 0, said
    for name, content in unbroken.written["infer"].items():
        assert (unbroken.folder / name).read_bytes() == content
    assert not list(unbroken.folder.glob(".*.partial"))


@pytest.mark.slow
def test_two_copies_of_a_project_with_one_cache(repository: Path, tmp_path: Path) -> None:
    copies = [tmp_path / "first", tmp_path / "second"]
    for copy in copies:
        shutil.copytree(repository, copy, symlinks=True)
        (copy / ".dvc/config.local").write_text(f"[cache]\n    dir = {tmp_path / 'cache'}\n", encoding="utf-8")
    running = [
        subprocess.Popen([sys.executable, "-m", "stages.reproduce"], cwd=copy, stderr=subprocess.DEVNULL)
        for copy in copies
    ]
    assert [process.wait(600) for process in running] == [0, 0]
    first, second = (
        {str(path.relative_to(copy)): path.read_bytes() for path in (copy / "data/run").rglob("*") if path.is_file()}
        for copy in copies
    )
    assert first == second
    assert (copies[0] / "dvc.lock").read_bytes() == (copies[1] / "dvc.lock").read_bytes()
    assert "everything is as it was written" in call(copies[0], sys.executable, "-m", "stages.verify")
