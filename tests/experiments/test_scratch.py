"""The temporary copy of a project in which compared runs take place."""

from __future__ import annotations

from pathlib import Path

import pytest
from repository import call, commit

from pipeline.common.errors import TryAgainError
from pipeline.experiments.scratch import scratch_copy
from pipeline.workspace.tools import git


@pytest.fixture(params=["plain", "mit Übung 例え"])
def root(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    folder = tmp_path / request.param
    (folder / ".dvc").mkdir(parents=True)
    (folder / ".dvc/config").write_text("[core]\n    analytics = false\n", encoding="utf-8")
    (folder / ".dvc/.gitignore").write_text("/config.local\n/tmp\n/cache\n", encoding="utf-8")
    (folder / "code.py").write_text("1\n", encoding="utf-8")
    call(folder, "git", "init", "--quiet")
    commit(folder, "start")
    (folder / "code.py").write_text("2\n", encoding="utf-8")
    return folder


def test_it_has_the_work_in_hand_and_an_identity_of_its_own(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "none"))
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", str(tmp_path / "none"))
    with scratch_copy(root, []) as folder:
        assert (folder / "code.py").read_text(encoding="utf-8") == "2\n"
        assert git(folder, "config", "user.name").strip() == "comparison"
        cache = call(folder, "dvc", "cache", "dir").strip()
        assert cache == str(root / ".dvc/cache"), "results are kept"
        with pytest.raises(TryAgainError, match="another comparison is at work"), scratch_copy(root, []):
            pass
    assert not folder.exists()
    assert "user.name" not in git(root, "config", "--list"), "the user's own repository stays as it is"


def test_the_users_own_identity_stays(root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own = tmp_path / "gitconfig"
    own.write_text("[user]\n    name = Me\n    email = me@example.org\n", encoding="utf-8")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(own))
    with scratch_copy(root, []) as folder:
        assert git(folder, "config", "user.name").strip() == "Me"
