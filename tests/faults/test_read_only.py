"""A project that can be read and not written, as one that others share."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from faulty_project import Unbroken
from project import STAGES


@pytest.fixture
def read_only(tmp_path: Path, unbroken: Unbroken) -> Iterator[Path]:
    """The project in another place, where it cannot be written."""
    place = tmp_path / "shared"
    place.mkdir()
    if subprocess.run(
        ["mount", "--bind", str(unbroken.folder), str(place)], check=False, capture_output=True
    ).returncode:
        pytest.skip("only root may show a folder in another place")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", str(place)], check=True)
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_says_what_cannot_be_written(read_only: Path, unbroken: Unbroken, name: str) -> None:
    done = unbroken.forks.run(read_only, name)
    assert done.code == 2, done.said
    assert "cannot be written: Read-only file system" in done.stderr
    assert "Traceback" not in done.said


def test_a_trained_model_is_used_all_the_same(read_only: Path, unbroken: Unbroken, tmp_path: Path) -> None:
    theta, exported = tmp_path / "theta.parquet", tmp_path / "exported"
    done = unbroken.forks.run(read_only, "infer", "--input", "new.jsonl", "--output", str(theta))
    assert done.code == 0, done.said
    assert theta.read_bytes() == unbroken.written["infer"]["theta.parquet"]
    done = unbroken.forks.run(read_only, "export", "--output", str(exported))
    assert done.code == 0, done.said
    assert unbroken.forks.run(read_only, "show").code == 0
