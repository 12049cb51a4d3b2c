"""What `make` says before it installs anything, and when the project has moved."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from project import ROOT


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    for name in ("Makefile", "pyproject.toml", "constraints.txt", "constraints-dev.txt"):
        shutil.copy2(ROOT / name, folder)
    bare = {name: os.environ[name] for name in ("PATH",)}  # neither HOME nor TMPDIR nor LANG
    return subprocess.run(
        ["make", *arguments], cwd=folder, env=bare, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.fixture(params=["plain", "mit Übung 例え", "a$(touch hit)b"])
def folder(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    place = tmp_path / request.param
    place.mkdir()
    return place


def test_a_missing_python_is_told_first(folder: Path) -> None:
    done = make(folder, "run", "PYTHON=python9")
    assert done.returncode == 2
    assert done.stdout == (
        "python9 is missing. Install Python 3.11, or name the command that starts it: make run PYTHON=python3\n"
    )
    assert not (folder / ".venv").exists()
    assert not (folder / "hit").exists()


def test_another_python_is_told_first(folder: Path) -> None:
    (folder / "old").write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    (folder / "old").chmod(0o755)
    assert "is not Python 3.11 or 3.12, or lacks venv" in make(folder, "test", "PYTHON=./old").stdout


def test_too_little_space_is_told_first(folder: Path) -> None:
    done = make(folder, "run", "NEEDED_MB=99999999")
    assert done.stdout.startswith("The set-up needs 99999999 MB, and ")
    assert not (folder / ".venv").exists()


def test_a_moved_project_is_set_up_again(folder: Path) -> None:
    (folder / ".venv").mkdir()
    for stamp in (".venv/.ready", ".venv/.ready-dev"):
        (folder / stamp).write_text("/elsewhere\n", encoding="utf-8")
    done = make(folder, "run", "PYTHON=python9")
    assert done.stdout.startswith("python9 is missing"), "nothing is removed before it can be made again"
    assert (folder / ".venv").exists()
    (folder / "python9").write_text('#!/bin/sh\ncase "$1" in -c) ;; *) exit 1 ;; esac\n', encoding="utf-8")
    (folder / "python9").chmod(0o755)
    done = make(folder, "run", "PYTHON=./python9")
    assert done.stdout.startswith("The project has moved from /elsewhere: setting up again.\n")
    assert not (folder / ".venv").exists()


def test_a_set_up_that_was_interrupted_needs_no_space_of_its_own(folder: Path) -> None:
    (folder / ".venv/bin").mkdir(parents=True)
    (folder / ".venv/bin/python").write_text("#!/bin/sh\necho installing; exit 1\n", encoding="utf-8")
    (folder / ".venv/bin/python").chmod(0o755)
    done = make(folder, "run", "NEEDED_MB=99999999")
    assert done.stdout == (
        "Setting up .venv: 2.9 GB of packages on the first run; this takes a few minutes.\ninstalling\n"
    )


def test_a_project_in_its_place_is_not(folder: Path) -> None:
    (folder / ".venv").mkdir()
    make(folder, "--version")
    (folder / ".venv/.ready").write_text(f"{folder.resolve()}\n", encoding="utf-8")
    assert "is up to date" in make(folder, "--touch", ".venv/.ready").stdout
