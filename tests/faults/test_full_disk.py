"""A full disk: exit code 75, what is needed and free, earlier work is kept, and later the bytes of an unbroken run."""

from __future__ import annotations

import errno
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from faulty_project import Unbroken, commands
from project import run_stage

from pipeline.common.errors import TryAgainError
from pipeline.common.whole_files import whole_file
from pipeline.encoders.cache import cached_vectors

COMMANDS = commands()
TOLD = r": more than [\d,]+ bytes are needed and [\d,]+ are free. (Free some space|Type `ulimit .*`) and run again"


@pytest.mark.parametrize("name", COMMANDS)
def test_a_file_that_cannot_grow(unbroken: Unbroken, name: str) -> None:
    command, whole = COMMANDS[name], unbroken.written[name]
    command.remove(unbroken.folder)
    most = max(map(len, whole.values())) - 1
    full = unbroken.forks.run(unbroken.folder, name, *command.arguments, most_bytes=most)
    assert full.code == 75, full.said
    assert re.search(TOLD, full.said)
    assert "Traceback" not in full.said
    assert command.files(unbroken.folder).items() < whole.items()
    again = unbroken.forks.run(unbroken.folder, name, *command.arguments)
    assert again.code == 0, again.said
    assert command.files(unbroken.folder) == whole


@pytest.fixture
def small_disk(tmp_path: Path, unbroken: Unbroken) -> Iterator[Path]:
    """A copy of the project on a disk of its own of 24 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(disk)], check=False)
    if mounted.returncode:
        pytest.skip("only root may mount a small disk")
    try:
        yield shutil.copytree(unbroken.folder, disk / "project", symlinks=True)
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def fill(folder: Path, left: int) -> Path:
    """Write a file that leaves only so many bytes of the disk."""
    filler = folder / "filler"
    filler.write_bytes(bytes(shutil.disk_usage(folder).free - left))
    return filler


@pytest.mark.parametrize(
    ("name", "left"), [("documents", 0), ("embed", 8192), ("train", 16384), ("train", 0), ("report", 65536)]
)
def test_a_disk_that_is_full(small_disk: Path, unbroken: Unbroken, name: str, left: int) -> None:
    command = COMMANDS[name]
    command.remove(small_disk)
    shutil.rmtree(small_disk / "data/cache", ignore_errors=True)
    filler = fill(small_disk, left)
    full = unbroken.forks.run(small_disk, name)
    assert full.code == 75, full.said
    assert re.search(f"the disk is full{TOLD}", full.said), full.said
    assert "Traceback" not in full.said
    filler.unlink()
    again = unbroken.forks.run(small_disk, name)
    assert again.code == 0, again.said
    assert command.files(small_disk) == unbroken.written[name]


def test_the_time_of_a_stage_is_only_bookkeeping(unbroken: Unbroken) -> None:
    done = run_stage(unbroken.folder, "bow", PIPELINE_TIMES="/dev/full")
    assert done.returncode == 0, done.stderr
    assert "the time is not noted" in done.stderr
    times = unbroken.folder / "data/cache/times.jsonl"
    times.write_bytes(b'{"stage": "bow", \xff\n3\n')
    shown = run_stage(unbroken.folder, "show")
    assert shown.returncode == 0, shown.stderr


def test_a_shard_of_the_cache_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shards before it are kept, so that only the rest is embedded again."""
    texts, asked = [f"text {number}" for number in range(30)], []

    def embed(some: Sequence[str]) -> np.ndarray:
        asked.extend(some)
        return np.array([[float(len(text)), 1.0] for text in some], np.float32)

    write, left = Path.write_bytes, [2]

    def full_at_last(path: Path, content: bytes) -> int:
        if not left[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        left[0] -= 1
        return write(path, content)

    with monkeypatch.context() as disk, pytest.raises(TryAgainError, match="disk is full"):
        disk.setattr(Path, "write_bytes", full_at_last)
        cached_vectors(texts, {}, tmp_path, embed, shard=10)
    asked.clear()
    vectors = cached_vectors(texts, {}, tmp_path, embed, shard=10)
    assert len(asked) == 10
    assert np.array_equal(vectors, embed(texts))


@pytest.mark.parametrize(
    ("number", "told"), [(errno.ENOSPC, "disk is full"), (errno.EDQUOT, "quota"), (errno.EFBIG, "ulimit -f")]
)
def test_the_reason_is_named(tmp_path: Path, number: int, told: str) -> None:
    with pytest.raises(TryAgainError, match=told), whole_file(tmp_path / "file.txt"):
        raise OSError(number, os.strerror(number))
