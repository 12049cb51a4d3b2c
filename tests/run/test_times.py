"""The times of stages are kept by the way: no fault in their file stops the work."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.run.times import StageTime, note_time, read_times

BROKEN = ["", "{", '{"stage": "embed"', "[1]", "null", '{"stage": 1, "seconds": "x"}', '{"seconds": 1}', "\x00\xff"]


def test_what_is_noted_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "new/times.jsonl"
    monkeypatch.setenv("PIPELINE_TIMES", str(path))
    note_time("embed", 1.234)
    monkeypatch.setenv("PIPELINE_RUN", "key")
    note_time("train", 2.0)
    first, second = read_times(path)
    assert (first.stage, first.seconds, first.run) == ("embed", 1.23, None)
    assert (second.stage, second.run) == ("train", "key")
    assert second.finished >= first.finished > 1.7e9


@pytest.mark.parametrize("line", BROKEN)
def test_broken_lines_are_passed_over(tmp_path: Path, line: str) -> None:
    path = tmp_path / "times.jsonl"
    path.write_bytes(f'{line}\n{{"stage": "train", "seconds": 2}}\n{line}'.encode("latin-1"))
    assert read_times(path) == [StageTime("train", 2.0)]


def test_a_file_that_cannot_be_read_or_written_has_no_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_times(tmp_path / "none.jsonl") == []
    assert read_times(tmp_path) == []
    (tmp_path / "file").touch()
    monkeypatch.setenv("PIPELINE_TIMES", str(tmp_path / "file/times.jsonl"))
    note_time("train", 1.0)
