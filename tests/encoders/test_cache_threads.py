"""The cache of vectors writes in another thread: nothing of that may be lost or go unnoticed."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from pipeline.common.errors import TryAgainError
from pipeline.encoders import cache
from pipeline.encoders.cache import cached_vectors

SETTINGS = {"model": "lengths@1"}
TEXTS = ["word " * length for length in range(1, 31)]


def embed(texts: Sequence[str]) -> np.ndarray:
    return np.array([[len(text), 1] for text in texts], np.float32)


def test_a_shard_holds_so_many_bytes_at_most(tmp_path: Path) -> None:
    parts: list[Sequence[str]] = []
    vectors = cached_vectors(TEXTS, SETTINGS, tmp_path, lambda t: parts.append(t) or embed(t), 10, 300)
    assert np.array_equal(vectors, embed(TEXTS))
    assert sum(map(len, parts)) == len(TEXTS)
    assert all(len(part) <= 10 and sum(map(len, part)) <= 300 for part in parts)
    cached_vectors(["b" * i for i in range(1, 21)], SETTINGS, tmp_path, lambda t: parts.append(t) or embed(t), 10, 300)
    assert [len(part) for part in parts[-2:]] == [10, 10]
    cached_vectors(["word " * 100, "a"], SETTINGS, tmp_path, lambda t: parts.append(t) or embed(t), 10, 300)
    assert [len(part) for part in parts[-2:]] == [1, 1]


def test_a_shard_is_written_while_the_next_is_embedded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    second, write = threading.Event(), cache._write_shard
    calls = []

    def wait_for_second(*arguments: object) -> None:
        assert second.wait(10)
        write(*arguments)

    def note(texts: Sequence[str]) -> np.ndarray:
        calls.append(len(texts))
        if len(calls) == 2:
            second.set()
        return embed(texts)

    monkeypatch.setattr(cache, "_write_shard", wait_for_second)
    assert np.array_equal(cached_vectors(TEXTS, SETTINGS, tmp_path, note, 10), embed(TEXTS))
    assert len(list(tmp_path.rglob("*.parquet"))) == 3


@pytest.mark.parametrize("failing", [0, 1, 2])
def test_a_shard_that_cannot_be_written_stops_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    write, calls = cache._write_shard, []

    def full(*arguments: object) -> None:
        calls.append(arguments)
        if len(calls) == failing + 1:
            raise TryAgainError("the disk is full")
        write(*arguments)

    monkeypatch.setattr(cache, "_write_shard", full)
    with pytest.raises(TryAgainError, match="the disk is full"):
        cached_vectors(TEXTS, SETTINGS, tmp_path, embed, 10)
    assert len(calls) == failing + 1
    assert len(list(tmp_path.rglob("*.parquet"))) == failing
