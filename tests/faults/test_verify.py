"""`make verify`: damage is found in outputs and in the caches; what is mended comes back with the same bytes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from project import run_stage
from repository import call

from pipeline.common.json_files import write_sealed_json


def flip(path: Path, place: int = -30) -> None:
    """Turn one bit over, as a bad disk does: time, size and rights stay."""
    was = path.stat()
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    content[place] ^= 4
    path.write_bytes(content)
    path.chmod(was.st_mode)
    os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))


def md5(path: Path, lock: str) -> str:
    """The MD5 of an output in the text of dvc.lock."""
    return lock.split(f"path: {path}\n")[-1].split("md5: ")[1].split("\n")[0]


@pytest.mark.parametrize("linked", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["copies", "links"])
def test_a_flipped_bit_in_the_cache_is_found_and_mended(repository: Path, linked: bool) -> None:
    if linked:
        call(repository, "dvc", "config", "cache.type", "hardlink,symlink")
    call(repository, "dvc", "repro", "documents")
    if linked:
        call(repository, "dvc", "checkout", "--relink", "documents")
    assert run_stage(repository, "verify").returncode == 0
    name, other = Path("data/run/documents.parquet"), Path("data/run/reference.parquet")
    whole, lock = (repository / name).read_bytes(), (repository / "dvc.lock").read_text(encoding="utf-8")
    first = md5(name, lock)
    held = repository / ".dvc/cache/files/md5" / first[:2] / first[2:]
    flip(held)
    assert ((repository / name).read_bytes() == whole) is not linked
    result = repository / "data/cache/comparison/0.json"
    write_sealed_json({"metrics": {"tu": 0.5}}, result)
    flip(result, 30)

    (repository / name).unlink()
    call(repository, "dvc", "repro", "documents")
    assert (repository / name).read_bytes() != whole, "DVC itself brings the damaged bytes back"
    flip(repository / other)

    found = run_stage(repository, "verify")
    assert found.returncode == 2, found.stderr
    assert all(str(path) in found.stderr for path in (held.name, name, other, "comparison/0.json"))
    assert run_stage(repository, "verify", "--mend").returncode == 0
    assert not held.exists() and not result.exists()
    call(repository, "dvc", "repro", "documents")
    assert (repository / name).read_bytes() == whole
    assert (repository / "dvc.lock").read_text(encoding="utf-8") == lock
    assert run_stage(repository, "verify").returncode == 0


def test_a_folder_is_checked_as_dvc_checks_it(tmp_path: Path) -> None:
    call(tmp_path, "git", "init", "--quiet")
    call(tmp_path, "dvc", "init", "--quiet")
    (tmp_path / "dvc.yaml").write_text(
        "stages:\n  a:\n    cmd: mkdir -p a/b; echo 1 > a/b/ü; echo 2 > a/c\n    outs: [a]\n"
    )
    call(tmp_path, "dvc", "repro")
    assert run_stage(tmp_path, "verify").returncode == 0
    flip(tmp_path / "a/b/ü", 0)
    found = run_stage(tmp_path, "verify")
    assert found.returncode == 2
    assert "a: differs from dvc.lock" in found.stderr
    assert run_stage(tmp_path, "verify", "--mend").returncode == 0
    call(tmp_path, "dvc", "repro")
    assert (tmp_path / "a/b/ü").read_text() == "1\n"
    for object_ in (tmp_path / ".dvc/cache/files/md5").glob("*/*"):
        flip(object_, 0)
    half = object_.with_name(".half.tmp")  # DVC saves under such a name first
    half.write_bytes(b"half")
    assert run_stage(tmp_path, "verify", "--mend").returncode == 0
    assert not half.exists()
    call(tmp_path, "dvc", "repro")
    assert run_stage(tmp_path, "verify").returncode == 0


def test_where_nothing_has_run_is_said(tmp_path: Path) -> None:
    done = run_stage(tmp_path, "verify")
    assert done.returncode == 2
    assert "make run" in done.stderr
