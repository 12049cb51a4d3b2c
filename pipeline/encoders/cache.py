"""A cache of vectors by content: a text that was embedded once with the same settings is not embedded again.

A folder for each set of settings holds shards, which are Parquet files of some thousand vectors. Each shard is written
whole as soon as it is embedded, while the next one is being embedded; so a killed run loses at most these two. Any
encoder may use the cache.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.common.errors import InputError
from pipeline.common.progress import SECONDS_BETWEEN_LINES
from pipeline.common.whole_files import whole_file
from pipeline.common.wording import counted, some_of

log = logging.getLogger(__name__)

CacheSettings = Mapping[str, str | int | float | bool | None]


def cached_vectors(
    texts: Sequence[str],
    settings: CacheSettings,
    folder: Path,
    embed: Callable[[Sequence[str]], np.ndarray],
    shard: int = 2048,
    shard_bytes: int = 1 << 25,
) -> np.ndarray:
    """The vectors of texts, taken from the cache where it has them.

    Args:
        texts: D texts; equal texts are embedded once.
        settings: everything that a vector depends on, except for the text.
        folder: the cache; it may also hold vectors of other texts and settings.
        embed: turns up to ``shard`` texts into as many rows of floats. It gets the missing texts, longest first
            (so that memory runs out early or never), in an order that does not depend on that of ``texts``.
        shard: largest number of texts in a file.
        shard_bytes: most bytes of text in a file; a longer text has a file of its own.

    Returns:
        (D, E) float32; row i is the vector of text i.
    """
    home = _home(settings, folder)
    keys = _keys(settings, texts)
    texts_by_key = dict(zip(keys, texts, strict=True))
    vectors = _read_vectors(home, texts_by_key)
    missing = _longest_first(texts_by_key, vectors)
    cached, new = f"{len(vectors):,}", f"{len(missing):,}"
    log.info("%s: %s in the cache, %s to embed", counted(len(texts_by_key), "text"), cached, new)
    progress = _Progress(sum(len(texts_by_key[key].encode()) for key in missing), len(missing))
    with _Writer(home) as writer:
        for shard_keys in _shards(missing, texts_by_key, shard, shard_bytes):
            shard_texts = [texts_by_key[key] for key in shard_keys]
            fresh = _checked(embed(shard_texts), len(shard_keys))
            writer.write(shard_keys, fresh)
            vectors.update(zip(shard_keys, fresh, strict=True))
            progress.add(shard_texts)
    return np.stack([vectors[key] for key in keys]) if keys else np.zeros((0, 0), np.float32)


def missing_texts(texts: Sequence[str], settings: CacheSettings, folder: Path) -> list[str]:
    """The texts that :func:`cached_vectors` would have to embed now, longest first."""
    texts_by_key = dict(zip(_keys(settings, texts), texts, strict=True))
    cached_keys = {key for frame in _read_shards(_home(settings, folder)) for key in frame["key"]}
    return [texts_by_key[key] for key in _longest_first(texts_by_key, cached_keys)]


def _longest_first(texts_by_key: Mapping[str, str], cached: Mapping[str, np.ndarray] | set[str]) -> list[str]:
    # Bytes estimate the number of tokens; characters would make Chinese look shorter than it is.
    missing = [key for key in texts_by_key if key not in cached]
    return sorted(missing, key=lambda key: (-len(texts_by_key[key].encode()), key))


def _shards(keys: Sequence[str], texts: Mapping[str, str], most: int, most_bytes: int) -> Iterator[list[str]]:
    """Split ``keys`` into shards of at most ``most`` texts and ``most_bytes`` bytes; a longer text is a shard."""
    shard: list[str] = []
    used = 0
    for key in keys:
        size = len(texts[key].encode())
        if shard and (len(shard) == most or used + size > most_bytes):
            yield shard
            shard, used = [], 0
        shard.append(key)
        used += size
    if shard:
        yield shard


def _checked(vectors: np.ndarray, rows: int) -> np.ndarray:
    if vectors.ndim != 2 or len(vectors) != rows:
        raise ValueError(f"the encoder returned an array of shape {vectors.shape} for {counted(rows, 'text')}")
    return vectors.astype(np.float32, copy=False)


def _read_vectors(home: Path, texts_by_key: Mapping[str, str]) -> dict[str, np.ndarray]:
    vectors: dict[str, np.ndarray] = {}
    for frame in _read_shards(home):
        needed = frame.filter(pl.Series([key in texts_by_key for key in frame["key"]], dtype=pl.Boolean))
        vectors.update(zip(needed["key"], needed["vector"].to_numpy(), strict=True))
    return vectors


def _read_shards(home: Path) -> Iterator[pl.DataFrame]:
    for path in sorted(home.glob("*.parquet")):
        content = path.read_bytes()
        if path.stem == _digest(content):
            yield pl.read_parquet(content)
        else:
            log.warning("%s is damaged; this shard of the cache is deleted and its texts are embedded again", path)
            with suppress(OSError):  # in a shared project it stays, and is passed over again
                path.unlink(missing_ok=True)


def is_whole_shard(path: Path) -> bool:
    """Whether a shard is as it was written."""
    return path.stem == _digest(path.read_bytes())


class _Progress:
    """Tells now and then how many texts are embedded; bytes, not texts, foretell the time, as long texts come first."""

    def __init__(self, total_bytes: int, total: int) -> None:
        self.total_bytes, self.total = total_bytes, total
        self.done_bytes = self.done = 0
        self.started = self.last_line = time.perf_counter()

    def add(self, texts: Sequence[str]) -> None:
        self.done_bytes += sum(len(text.encode()) for text in texts)
        self.done += len(texts)
        now = time.perf_counter()
        if now - self.last_line >= SECONDS_BETWEEN_LINES and self.done < self.total:
            self.last_line = now
            left = (now - self.started) / self.done_bytes * (self.total_bytes - self.done_bytes)
            log.info("embedded %s, about %.0f s left", some_of(self.done, self.total, "text"), left)


class _Writer:
    """Writes shards in another thread, at most one at a time; the end of the context waits for the last one.

    Where the folder cannot be written, as in a shared project, the vectors are used and not kept.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self.pool = ThreadPoolExecutor(1, thread_name_prefix="cache")
        self.last: Future[None] | None = None
        self.can_write = True

    def write(self, keys: Sequence[str], vectors: np.ndarray) -> None:
        self._wait()
        if self.can_write:
            self.last = self.pool.submit(_write_shard, self.home, keys, vectors)

    def __enter__(self) -> _Writer:
        return self

    def __exit__(self, *_: object) -> None:
        with self.pool:
            self._wait()

    def _wait(self) -> None:
        last, self.last = self.last, None
        try:
            if last is not None:
                last.result()
        except InputError as error:
            self.can_write = False
            log.warning("%s The vectors are not kept for the next time.", error)


def _write_shard(home: Path, keys: Sequence[str], vectors: np.ndarray) -> None:
    """Write a shard; the file's name is the digest of its bytes, so that any later change is noticed."""
    table = pa.table({"key": keys, "vector": pa.FixedSizeListArray.from_arrays(vectors.ravel(), vectors.shape[1])})
    content = pa.BufferOutputStream()
    # zstd would take four times as long and make the file 8 % smaller.
    pq.write_table(table, content, compression="none", use_dictionary=False)
    shard = content.getvalue().to_pybytes()
    with whole_file(home / f"{_digest(shard)}.parquet") as unfinished:
        unfinished.write_bytes(shard)


def _home(settings: CacheSettings, folder: Path) -> Path:
    return folder / _digest(_canonical(settings).encode())


def _keys(settings: CacheSettings, texts: Sequence[str]) -> list[str]:
    canonical = _canonical(settings)
    return [_digest(f"{canonical}\n{text}".encode()) for text in texts]


def _canonical(settings: CacheSettings) -> str:
    return json.dumps(dict(settings), sort_keys=True)


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()
