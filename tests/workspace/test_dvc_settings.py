"""DVC's settings for a copy of the project, wherever it lies."""

from __future__ import annotations

from pathlib import Path

import pytest
from repository import call

from pipeline.workspace.dvc_settings import CONFIG_LOCAL, set_locally, settle

SITE = "core.site_cache_dir"


@pytest.fixture(params=["plain", "with blank", "Übung – 例え話", "a'b#c;d=[e]"])
def project(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    folder = tmp_path / request.param
    (folder / ".dvc").mkdir(parents=True)
    call(folder, "git", "init", "--quiet")
    return folder


def test_dvc_reads_the_settings_whatever_the_place_is_called(project: Path) -> None:
    settle(project)
    assert call(project, "dvc", "config", SITE).strip() == str(project.resolve() / ".dvc/tmp/site")
    assert "no_scm" not in (project / CONFIG_LOCAL).read_text(encoding="utf-8")


def test_a_moved_project_has_the_settings_of_its_new_place(project: Path) -> None:
    settle(project)
    moved = project.rename(project.with_name("moved"))
    settle(moved)
    assert call(moved, "dvc", "config", SITE).strip() == str(moved.resolve() / ".dvc/tmp/site")


def test_other_settings_stay(project: Path) -> None:
    (project / CONFIG_LOCAL).write_text(
        "[core]\n    jobs = 3\n['remote \"r\"']\n    url = /x  # ours\n", encoding="utf-8"
    )
    settle(project)
    set_locally(project, "plots", html_template="page.html")
    text = (project / CONFIG_LOCAL).read_text(encoding="utf-8")
    assert call(project, "dvc", "config", "core.jobs").strip() == "3"
    assert call(project, "dvc", "config", "plots.html_template").strip() == "page.html"
    assert "# ours" in text
    set_locally(project, "plots", html_template="page.html")
    assert (project / CONFIG_LOCAL).read_text(encoding="utf-8") == text


def test_without_git_dvc_works_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    (tmp_path / ".dvc").mkdir()
    settle(tmp_path)
    (tmp_path / "dvc.yaml").write_text("stages: {a: {cmd: echo a > a.txt, outs: [a.txt]}}\n", encoding="utf-8")
    call(tmp_path, "dvc", "repro")
    assert (tmp_path / "a.txt").exists()
    call(tmp_path, "git", "init", "--quiet")
    settle(tmp_path)
    assert "no_scm" not in (tmp_path / CONFIG_LOCAL).read_text(encoding="utf-8")
