"""A temporary copy of the project to run in, so that the user's own workspace is never changed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.common.errors import InputError
from pipeline.common.files import is_byproduct
from pipeline.run.layout import LAYOUT
from pipeline.workspace.alone import alone
from pipeline.workspace.dvc_settings import CONFIG_LOCAL, set_locally
from pipeline.workspace.tools import dvc_cache, git

FOLDER = Path(".dvc/tmp/compare")
SHARED = LAYOUT.cache  # checkpoints and embeddings; their names depend on what decides them, so sharing is safe


@contextmanager
def scratch_copy(root: Path, inputs: Iterable[str]) -> Iterator[Path]:
    """Context with a clone of the repository at ``root`` and all uncommitted work; it is deleted at the end.

    The clone shares the objects of Git and the cache of DVC. So it has the results of earlier runs, and its own results
    remain. Inputs that Git does not track are linked, not copied.

    Args:
        root: the repository.
        inputs: files and folders that stages read, relative to ``root``.

    Raises:
        InputError: ``root`` is not a repository with a commit.
        TryAgainError: another comparison is at work there.
    """
    folder = root / FOLDER
    with alone(folder.with_suffix(".lock"), "another comparison"):
        shutil.rmtree(folder, ignore_errors=True)  # left over from a comparison that was killed
        try:
            _clone(root, folder)
            _fill(root, folder, inputs)
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _clone(root: Path, folder: Path) -> None:
    top = Path(git(root, "rev-parse", "--show-toplevel").strip())
    if top != root.resolve():
        raise InputError(f"the repository's top folder is {top}, not this folder. Run this in the top folder.")
    git(root, "clone", "--quiet", "--shared", "--no-checkout", ".", str(folder))
    git(folder, "read-tree", "HEAD")
    with (folder / ".git/info/exclude").open("a", encoding="utf-8") as file:
        file.write(f"/{SHARED}\n")
    # Each run is a commit here. Where Git does not know who the user is, it would refuse.
    for option, value in (("user.name", "comparison"), ("user.email", "comparison@localhost")):
        if not git(folder, "config", "--default", "", "--get", option).strip():
            git(folder, "config", "--local", option, value)


def _fill(root: Path, folder: Path, inputs: Iterable[str]) -> None:
    tracked = git(root, "ls-files", "-z").split("\0")
    untracked = git(root, "ls-files", "-z", "--others", "--exclude-standard").split("\0")
    for name in filter(None, (*tracked, *untracked)):
        _copy_or_link(root, folder, Path(name), link=False)
    for name in inputs:
        for file in _files(root, Path(name)):
            _copy_or_link(root, folder, file, link=True)
    for path in (root / SHARED, (folder / SHARED).parent):
        path.mkdir(parents=True, exist_ok=True)
    (folder / SHARED).symlink_to((root / SHARED).resolve())
    _configure(root, folder)


def _files(root: Path, name: Path) -> list[Path]:
    if name.is_absolute():
        return []
    files = (root / name).rglob("*") if (root / name).is_dir() else [root / name]
    return [file.relative_to(root) for file in files if file.is_file() and not is_byproduct(file)]


def _copy_or_link(root: Path, folder: Path, name: Path, link: bool) -> None:
    """Put one file into the copy. A symbolic link stays one, with the same target; other files are copied or linked."""
    for path in (*list(name.parents)[-2::-1], name):
        if (root / path).is_symlink():
            name = path
            break
    source, target = root / name, folder / name
    if target.exists() or target.is_symlink() or not (source.exists() or source.is_symlink()) or source == folder:
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_symlink():
        target.symlink_to(source.resolve())
    elif link:
        _link(source, target)
    elif source.is_file():
        shutil.copy2(source, target)


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # on another file system, or on one without hard links
        shutil.copy2(source, target)


def _configure(root: Path, folder: Path) -> None:
    local = root / CONFIG_LOCAL
    if local.exists():
        shutil.copy2(local, folder / CONFIG_LOCAL)
    set_locally(folder, "cache", dir=str(dvc_cache(root)))
