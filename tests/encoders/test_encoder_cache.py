"""The cache of vectors: what is embedded, what is kept, what is made again."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from pipeline.encoders.cache import cached_vectors, missing_texts

SETTINGS = {"model": "letters@1", "max_length": 512, "normalise": True}
TEXTS = [f"text number {i} " + "word " * (i % 7) for i in range(40)] + ["温度と予算", "科学家"]


class Letters:
    """Embeds a text as counts of bytes, and remembers what it was asked for."""

    def __init__(self, fail_at: int | None = None) -> None:
        self.calls: list[list[str]] = []
        self.fail_at = fail_at

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        if len(self.calls) == self.fail_at:
            raise KeyboardInterrupt
        self.calls.append(list(texts))
        return np.array([vector(text) for text in texts], np.float32)

    @property
    def texts(self) -> list[str]:
        return [text for call in self.calls for text in call]


def vector(text: str) -> np.ndarray:
    return np.sqrt(np.bincount(np.frombuffer(text.encode(), np.uint8) % 16, minlength=16)).astype(np.float32) / 3


def embed_all(folder: Path, texts: Sequence[str], shard: int = 10, **changes: object) -> Letters:
    letters = Letters()
    vectors = cached_vectors(texts, SETTINGS | changes, folder, letters, shard)
    assert vectors.dtype == np.float32
    assert np.array_equal(vectors, np.array([vector(text) for text in texts]))
    return letters


def test_each_text_is_embedded_once_and_rows_keep_their_order(tmp_path: Path) -> None:
    letters = embed_all(tmp_path, TEXTS + TEXTS[:5])
    assert sorted(letters.texts) == sorted(TEXTS)
    assert [len(call) for call in letters.calls] == [10, 10, 10, 10, 2]
    assert embed_all(tmp_path, TEXTS[::-1]).texts == []


def test_the_longest_come_first_whatever_the_order(tmp_path: Path) -> None:
    texts = embed_all(tmp_path / "a", TEXTS).texts
    assert [len(text.encode()) for text in texts] == sorted((len(text.encode()) for text in TEXTS), reverse=True)
    assert embed_all(tmp_path / "b", TEXTS[::-1]).texts == texts
    names = [sorted(path.name for path in (tmp_path / name).rglob("*.parquet")) for name in "ab"]
    assert names[0] == names[1]


def test_ten_added_texts_embed_ten(tmp_path: Path) -> None:
    embed_all(tmp_path, TEXTS)
    added = [f"added {i}" for i in range(10)]
    assert missing_texts(added + TEXTS, SETTINGS, tmp_path) == sorted(
        added, key=embed_all(tmp_path / "other", added).texts.index
    )
    assert sorted(embed_all(tmp_path, added + TEXTS).texts) == added
    assert missing_texts(added + TEXTS, SETTINGS, tmp_path) == []


@pytest.mark.parametrize("change", [{"model": "letters@2"}, {"max_length": 256}, {"normalise": False}])
def test_other_settings_share_nothing(tmp_path: Path, change: dict[str, object]) -> None:
    embed_all(tmp_path, TEXTS)
    assert len(embed_all(tmp_path, TEXTS, **change).texts) == len(TEXTS)


def test_a_killed_run_loses_one_shard_at_most(tmp_path: Path) -> None:
    killed = Letters(fail_at=2)
    with pytest.raises(KeyboardInterrupt):
        cached_vectors(TEXTS, SETTINGS, tmp_path / "killed", killed, 10)
    whole = embed_all(tmp_path / "whole", TEXTS)
    assert killed.calls + embed_all(tmp_path / "killed", TEXTS).calls == whole.calls


def test_unfinished_files_are_not_read(tmp_path: Path) -> None:
    embed_all(tmp_path, TEXTS)
    home = next(tmp_path.iterdir())
    (home / ".abc.parquet.123.partial").write_bytes(b"half")
    assert embed_all(tmp_path, TEXTS).texts == []


@pytest.mark.parametrize("fault", ["truncated", "flipped", "renamed", "empty"])
def test_a_damaged_shard_is_named_and_made_again(tmp_path: Path, caplog: pytest.LogCaptureFixture, fault: str) -> None:
    embed_all(tmp_path, TEXTS)
    shard = sorted(tmp_path.rglob("*.parquet"))[0]
    content = shard.read_bytes()
    if fault == "renamed":
        shard = shard.rename(shard.with_name("0" * 32 + ".parquet"))
    else:
        middle = len(content) // 3
        flipped = content[:middle] + bytes([content[middle] ^ 4]) + content[middle + 1 :]
        shard.write_bytes({"truncated": content[:-20], "flipped": flipped, "empty": b""}[fault])
    with caplog.at_level(logging.WARNING):
        again = embed_all(tmp_path, TEXTS)
    assert str(shard) in caplog.text
    assert 0 < len(again.texts) <= 10
    assert not shard.exists() or shard.read_bytes() == content


def test_no_flipped_byte_goes_unnoticed(tmp_path: Path) -> None:
    embed_all(tmp_path, TEXTS[:3])
    shard = next(tmp_path.rglob("*.parquet"))
    content = shard.read_bytes()
    for place in range(0, len(content), 29):
        shard.write_bytes(content[:place] + bytes([content[place] ^ 16]) + content[place + 1 :])
        embed_all(tmp_path, TEXTS[:3])


def test_an_encoder_that_gives_too_few_rows_is_stopped(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="shape"):
        cached_vectors(TEXTS, SETTINGS, tmp_path, lambda texts: np.zeros((len(texts) - 1, 4), np.float32))
    assert not list(tmp_path.rglob("*.parquet"))


def test_no_texts(tmp_path: Path) -> None:
    assert len(cached_vectors([], SETTINGS, tmp_path, Letters())) == 0


def test_a_cache_that_cannot_be_written_only_keeps_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").touch()  # a folder cannot be made in a file, not even by root
    with caplog.at_level(logging.WARNING):
        letters = embed_all(tmp_path / "file", TEXTS)
    assert sorted(letters.texts) == sorted(TEXTS)
    (warning,) = [record.message for record in caplog.records]
    assert "cannot be written" in warning
    assert "not kept for the next time" in warning
