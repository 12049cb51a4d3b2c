"""The pipeline under DVC, in a repository of its own: what runs again, and what does not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from project import ROOT, STAGES, make_project, sample_rows

AFTER_LAMBDA = ("train", "evaluate", "classify", "report")


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_project(tmp_path_factory.mktemp("dvc") / "repository", sample_rows(40))
    for link in [path for path in folder.rglob("*") if path.is_symlink()]:
        target = link.resolve()
        link.unlink()
        (shutil.copytree if target.is_dir() else shutil.copy)(target, link)
    for name in ("pipeline", "stages"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("dvc.yaml", ".dvcignore", ".gitignore"):
        shutil.copy(ROOT / name, folder / name)
    (folder / ".dvc").mkdir()
    shutil.copy(ROOT / ".dvc/config", folder / ".dvc/config")
    shutil.copy(ROOT / ".dvc/.gitignore", folder / ".dvc/.gitignore")
    shutil.copytree(ROOT / ".dvc/plots", folder / ".dvc/plots")
    call(folder, "git", "init", "--quiet")
    commit(folder, "start")
    return folder


def call(folder: Path, *command: str) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    identity = {f"GIT_{who}_{what}": "t@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment |= identity | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=400, check=False
    )
    assert done.returncode == 0, f"{command}: {done.stdout[-3000:]}{done.stderr[-3000:]}"
    return done.stdout + done.stderr


def commit(folder: Path, message: str) -> None:
    call(folder, "git", "add", "--all")
    call(folder, "git", "commit", "--quiet", "--message", message)


def ran(output: str) -> list[str]:
    return [name for name in STAGES if f"> python -m stages.{name}" in output]


def test_only_what_changed_runs_again(repository: Path) -> None:
    assert ran(call(repository, "dvc", "repro")) == list(STAGES)
    commit(repository, "first run")
    assert ran(call(repository, "dvc", "repro")) == []
    assert call(repository, "git", "status", "--porcelain") == ""

    experiment = call(repository, "dvc", "exp", "run", "-S", "lambda1=70")
    assert tuple(ran(experiment)) == AFTER_LAMBDA
    difference = call(repository, "dvc", "metrics", "diff")
    assert "reports/metrics.json" in difference

    call(repository, "git", "checkout", "--quiet", "params.yaml")
    back = call(repository, "dvc", "repro")
    assert "train" not in ran(back), "the run cache answers for a run that was done before"


def test_another_model_runs_from_train_on_and_back_trains_nothing(repository: Path) -> None:
    assert tuple(ran(call(repository, "dvc", "exp", "run", "-S", "model=usvd"))) == AFTER_LAMBDA
    plots = call(repository, "dvc", "plots", "show", "--json")
    assert "losses" in plots, "a model without training has no losses to draw, and breaks no plot"
    call(repository, "git", "checkout", "--quiet", "params.yaml")
    back = ran(call(repository, "dvc", "repro"))
    assert back in ([], ["report"]), "only the page, which Git keeps and the run cache does not, is written again"


def test_unknown_parameter_is_refused_before_anything_runs(repository: Path) -> None:
    with pytest.raises(AssertionError, match="lambda9"):
        call(repository, "dvc", "exp", "run", "-S", "lambda9=1")
