"""Damage in what a run left: the outputs that dvc.lock names, DVC's cache, and the caches of our own.

DVC trusts a file of its cache by time and size. A bit that flipped on the disk therefore comes back with every
``dvc repro``, even after the output was deleted, until the damaged file of the cache is removed as well.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from pipeline.common.errors import InputError
from pipeline.common.files import is_byproduct
from pipeline.common.json_files import read_sealed_json
from pipeline.common.progress import track
from pipeline.encoders.cache import is_whole_shard
from pipeline.run.layout import Layout

OBJECT = re.compile(r"[0-9a-f]{30}(\.dir)?")  # the rest of an MD5; the first two digits name the folder
COMPARED = "comparison"  # in the folder of caches: the figures of the runs of comparisons
LIST_ENDING = ".dir"  # the end of the name of a folder's list of files


@dataclass(frozen=True)
class Check:
    """One file or folder to check.

    Attributes:
        path: the file or folder.
        is_whole: whether the content of ``path`` is what it should be.
        reason: what is wrong where it is not.
    """

    path: Path
    is_whole: Callable[[Path], bool]
    reason: str

    def remove(self) -> None:
        """Remove the file or folder."""
        shutil.rmtree(self.path) if self.path.is_dir() else self.path.unlink(missing_ok=True)

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


def all_damage(lock: Mapping[str, Any], layout: Layout, dvc_cache: Path) -> list[Check]:
    """Everything that is damaged; each file is read once, with its progress shown. What is missing is no damage.

    Args:
        lock: the content of dvc.lock.
        layout: the folders of the project.
        dvc_cache: the folder of DVC's cache.
    """
    checks = [
        *_outputs(lock, layout.root),
        *_objects(dvc_cache / "files/md5"),
        *(
            Check(path, is_whole_shard, "damaged: its name is not its digest.")
            for path in layout.embedding_cache.rglob("*.parquet")
        ),
        *(Check(path, _is_sealed, "damaged: its digest differs.") for path in (layout.cache / COMPARED).glob("*.json")),
    ]
    checks.sort(key=lambda check: check.path)
    return [check for check in track(checks, "files checked", len(checks)) if not check.is_whole(check.path)]


def _outputs(lock: Mapping[str, Any], root: Path) -> Iterator[Check]:
    for stage in lock.get("stages", {}).values():
        for output in stage.get("outs", []):
            path = root / output["path"]
            if output.get("hash") == "md5" and path.exists():
                yield Check(
                    path,
                    partial(_has_md5, output["md5"]),
                    "differs from dvc.lock: it is damaged, or its stage did not end.",
                )


def _objects(folder: Path) -> Iterator[Check]:
    for path in folder.glob("??/*"):
        if OBJECT.fullmatch(path.name):
            expected = path.parent.name + path.name.removesuffix(LIST_ENDING)
            yield Check(path, partial(_has_md5, expected), "damaged: DVC's cache names a file by its MD5.")
    for path in folder.rglob(".*.tmp"):
        yield Check(path, _is_finished, "left over: DVC was stopped, or the disk was full, while it was saved.")


def _is_sealed(path: Path) -> bool:
    try:
        read_sealed_json(path)
    except InputError:
        return False
    return True


def _is_finished(path: Path) -> bool:
    """False, for a file that DVC began to save; none is there while DVC does not run."""
    return not path.exists()


def _has_md5(expected: str, path: Path) -> bool:
    return _md5(path) == expected


def _md5(path: Path) -> str:
    """The MD5 of a file, or that of a folder as DVC forms it: of the list of its files and their MD5."""
    if not path.is_dir():
        return _file_md5(path)
    files = [file for file in path.rglob("*") if file.is_file() and not is_byproduct(file)]
    names = sorted((file.relative_to(path).as_posix(), file) for file in files)
    listed = [{"md5": _file_md5(file), "relpath": name} for name, file in names]
    return hashlib.md5(json.dumps(listed).encode(), usedforsecurity=False).hexdigest() + LIST_ENDING


def _file_md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
