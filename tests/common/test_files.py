"""Files appear whole or not at all, the same table gives the same bytes, and damage is noticed and named."""

from __future__ import annotations

import errno
import math
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pipeline.common.errors import InputError, TryAgainError
from pipeline.common.json_files import read_json, write_json
from pipeline.common.parquet_files import read_parquet, write_parquet
from pipeline.common.whole_files import whole_file, write_text

FRAME = pl.DataFrame(
    {
        "lang": ["en", "zh", "ja"],
        "pair": [None, "p1", "p1"],
        "tokens": [["green", "tea"], [], ["お茶"]],
        "count": pl.Series([1, 2, 2**32 - 1], dtype=pl.UInt32),
        "vector": pl.Series([[0.5, 1.0], [2.0, math.inf], None], dtype=pl.Array(pl.Float32, 2)),
    }
)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_appears_when_it_is_finished(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "file.txt"
    with whole_file(path) as unfinished:
        unfinished.write_text("half", encoding="utf-8")
        assert not path.exists()
        assert unfinished.parent == path.parent  # a rename across disks is no rename
        unfinished.write_text("whole", encoding="utf-8")
    assert path.read_text(encoding="utf-8") == "whole"
    assert names(path.parent) == ["file.txt"]


def test_a_file_is_on_the_disk_before_it_takes_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    replace = Path.replace
    monkeypatch.setattr(os, "fsync", lambda _: done.append("flushed"))
    monkeypatch.setattr(Path, "replace", lambda self, to: (done.append("renamed"), replace(self, to))[1])
    write_text("x", tmp_path / "file.txt")
    assert done == ["flushed", "renamed"]


@pytest.mark.parametrize("fault", [ValueError("no"), KeyboardInterrupt(), OSError(errno.EIO, "broken")])
def test_a_fault_leaves_what_was_there_before(tmp_path: Path, fault: BaseException) -> None:
    path = tmp_path / "file.txt"
    write_text("before", path)
    for target in (path, tmp_path / "new.txt"):
        with pytest.raises(type(fault)) as caught, whole_file(target) as unfinished:
            unfinished.write_text("half", encoding="utf-8")
            raise fault
        assert caught.value is fault
    assert names(tmp_path) == ["file.txt"]
    assert path.read_text(encoding="utf-8") == "before"


def test_a_full_disk_is_told_with_both_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=1234)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    path = tmp_path / "file.txt"
    write_text("before", path)
    with (
        pytest.raises(
            TryAgainError, match=r"file\.txt: .* more than 56,789 bytes are needed and 1,234 are free"
        ) as caught,
        whole_file(path) as unfinished,
    ):
        unfinished.write_bytes(b"x" * 56_789)
        raise OSError(errno.ENOSPC, "No space left on device")
    assert caught.value.exit_code == 75
    assert names(tmp_path) == ["file.txt"]
    assert path.read_text(encoding="utf-8") == "before"


WRITERS: list[Callable[[Path], None]] = [
    lambda path: write_parquet(FRAME, path),
    lambda path: write_json(["x" * 100_000], path),
    lambda path: write_text("x", path),
]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, a disk that is always full")
@pytest.mark.parametrize("write", WRITERS, ids=["parquet", "json", "text"])
def test_every_writer_meets_a_full_disk_alike(tmp_path: Path, write: Callable[[Path], None]) -> None:
    path = tmp_path / "file"
    with whole_file(path) as unfinished:
        unfinished.write_bytes(b"before")
    unfinished.symlink_to("/dev/full")
    with pytest.raises(TryAgainError, match="the disk is full"):
        write(path)
    assert names(tmp_path) == ["file"]
    assert path.read_bytes() == b"before"


def test_a_table_comes_back_as_it_was(tmp_path: Path) -> None:
    for frame in (FRAME, FRAME.head(0), FRAME.select("lang")):
        write_parquet(frame, tmp_path / "t.parquet")
        found = read_parquet(tmp_path / "t.parquet")
        assert found.schema == frame.schema
        assert found.equals(frame)
    assert names(tmp_path) == ["t.parquet"]


def test_the_same_table_gives_the_same_bytes(tmp_path: Path) -> None:
    pieces = pl.concat([FRAME[:1], FRAME[1:]], rechunk=False)
    for name, frame in (("a", FRAME), ("b", FRAME.clone()), ("c", pieces)):
        write_parquet(frame, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes() == (tmp_path / "c").read_bytes()
    write_parquet(FRAME.reverse(), tmp_path / "b")
    assert (tmp_path / "a").read_bytes() != (tmp_path / "b").read_bytes()


def test_only_the_wanted_columns_are_read(tmp_path: Path) -> None:
    write_parquet(FRAME, tmp_path / "t.parquet")
    assert read_parquet(tmp_path / "t.parquet", ["count", "lang"]).columns == ["count", "lang"]


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"t\.parquet is missing\. `dvc repro` makes it") as caught:
        read_parquet(tmp_path / "t.parquet")
    assert caught.value.exit_code == 2


def test_a_missing_column_is_refused(tmp_path: Path) -> None:
    write_parquet(FRAME, tmp_path / "t.parquet")
    with pytest.raises(InputError, match=r"t\.parquet.*other"):
        read_parquet(tmp_path / "t.parquet", ["lang", "other"])


def test_a_missing_column_is_told_apart_from_damage(tmp_path: Path) -> None:
    write_parquet(FRAME, tmp_path / "t.parquet")
    with pytest.raises(InputError, match=r"t\.parquet: columns \['other'\] are missing; found \['lang', 'pair'"):
        read_parquet(tmp_path / "t.parquet", ["lang", "other"])


def test_a_truncated_table_is_named(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    write_parquet(FRAME, path)
    content = path.read_bytes()
    for size in [*range(0, len(content), 37), len(content) - 1]:
        path.write_bytes(content[:size])
        with pytest.raises(InputError, match=r"t\.parquet is damaged.* then `dvc repro`"):
            read_parquet(path)


def test_a_table_of_somebody_else_is_not_called_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_parquet(FRAME, tmp_path / "t.parquet")

    def refused(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "open", refused)  # root may read everything
    with pytest.raises(InputError, match=r"t\.parquet cannot be read: Permission denied"):
        read_parquet(tmp_path / "t.parquet")


def test_other_content_is_named(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    for content in (b"PAR1", b"PAR1 nothing PAR1", b"a,b\n1,2\n", bytes(100)):
        path.write_bytes(content)
        with pytest.raises(InputError, match=r"t\.parquet is damaged"):
            read_parquet(path)


def flipped(content: bytes, places: Iterable[int]) -> Iterator[bytes]:
    """The content with one bit turned over, at each place in turn."""
    for place in places:
        damaged = bytearray(content)
        damaged[place] ^= 1 << place % 8
        yield bytes(damaged)


def outcome(path: Path, frame: pl.DataFrame) -> str:
    try:
        found = read_parquet(path, frame.columns)  # as the stages do
    except InputError as error:
        return "named" if str(path) in str(error) else str(error)
    except BaseException as error:  # a panic of polars is no Exception
        return repr(error)
    return "unchanged" if found.schema == frame.schema and found.equals(frame) else f"read as {found}"


def test_a_flipped_bit_in_the_values_is_named(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    frame = pl.DataFrame({"value": np.random.default_rng(0).normal(size=400)})  # nothing that compresses
    write_parquet(frame, path)
    content = path.read_bytes()
    for damaged in flipped(content, range(200, 3000, 11)):  # well within the 3,200 bytes of values
        path.write_bytes(damaged)
        assert outcome(path, frame) == "named"


def test_a_flipped_bit_anywhere_is_named_or_harmless(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    frame = FRAME.select("lang", "tokens", "count")
    write_parquet(frame, path)
    content = path.read_bytes()
    slipped = 0
    for damaged in flipped(content, range(len(content) - 1, -1, -1)):
        path.write_bytes(damaged)
        slipped += outcome(path, frame) not in {"named", "unchanged"}
    # Parquet's footer has no checksum, so a type or a number of rows can change unseen; DVC's hash of the file tells.
    assert slipped <= 4


def test_json_reads_well_and_comes_back(tmp_path: Path) -> None:
    value = {"topic": "猫", "figures": [0.1, None, 1e-300], "nested": {"a": True}}
    write_json(value, tmp_path / "v.json")
    assert read_json(tmp_path / "v.json") == value
    text = (tmp_path / "v.json").read_bytes().decode()
    assert text.startswith('{\n  "topic": "猫",\n')
    assert text.endswith("}\n")


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, {"a": [0.0, math.nan]}])
def test_json_has_no_nan(tmp_path: Path, value: object) -> None:
    path = tmp_path / "v.json"
    write_json({"a": 1}, path)
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(value, path)
    assert read_json(path) == {"a": 1}
    assert names(tmp_path) == ["v.json"]


@pytest.mark.parametrize("content", [b"", b'{"a": 1', b"\xff\xfe{}", b"{'a': 1}", b'{"a": 1} {'])
def test_damaged_json_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "v.json"
    with pytest.raises(InputError, match=r"v\.json is missing"):
        read_json(path)
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"v\.json is damaged"):
        read_json(path)


def test_text_has_unix_line_ends_and_is_utf_8(tmp_path: Path) -> None:
    write_text("猫\nb\n", tmp_path / "t.md")
    assert (tmp_path / "t.md").read_bytes() == "猫\nb\n".encode()


def test_a_path_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match="cannot be written"):
        write_text("text", tmp_path / "file" / "below.txt")
