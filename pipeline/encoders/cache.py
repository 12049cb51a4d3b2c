"""Vectors by content: what was embedded once with the same settings is not embedded again.

A folder for each set of settings holds shards, Parquet files of some thousand vectors, each written whole
as soon as it is embedded, while the next one is being embedded; so a killed run loses at most these two. Any
encoder may use it.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.common.files import whole_file

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
    """The texts' vectors, from the cache where they are there.

    Args:
        texts: D texts; equal ones are embedded once.
        settings: everything beside the text that a vector depends on.
        folder: the cache; it may hold vectors of other texts and settings.
        embed: turns up to ``shard`` texts into as many rows of floats. It gets the missing texts, longest first
            (so that memory runs out early or never), in an order that does not depend on that of ``texts``.
        shard: texts a file, at most.
        shard_bytes: bytes of text a file, at most (or one text).

    Returns:
        (D, E) float32, row i the vector of text i.
    """
    home = _home(settings, folder)
    keys = _keys(settings, texts)
    wanted = dict(zip(keys, texts, strict=True))
    vectors = _read_vectors(home, wanted)
    missing = _longest_first(wanted, vectors)
    log.info("%d texts: %d in the cache, %d to embed", len(wanted), len(vectors), len(missing))
    done = 0
    with _Writer(home) as writer:
        for part in _shards(missing, wanted, shard, shard_bytes):
            fresh = _checked(embed([wanted[key] for key in part]), len(part))
            writer.write(part, fresh)
            vectors.update(zip(part, fresh, strict=True))
            done += len(part)
            log.info("embedded %d of %d texts", done, len(missing))
    return np.stack([vectors[key] for key in keys]) if keys else np.zeros((0, 0), np.float32)


def missing_texts(texts: Sequence[str], settings: CacheSettings, folder: Path) -> list[str]:
    """The texts that :func:`cached_vectors` would embed now, longest first."""
    wanted = dict(zip(_keys(settings, texts), texts, strict=True))
    known = {key for frame in _read_shards(_home(settings, folder)) for key in frame["key"]}
    return [wanted[key] for key in _longest_first(wanted, known)]


def _longest_first(wanted: Mapping[str, str], known: Mapping[str, np.ndarray] | set[str]) -> list[str]:
    # Bytes stand for tokens: in characters, Chinese would look shorter than it is.
    missing = [key for key in wanted if key not in known]
    return sorted(missing, key=lambda key: (-len(wanted[key].encode()), key))


def _shards(keys: Sequence[str], texts: Mapping[str, str], most: int, most_bytes: int) -> Iterator[list[str]]:
    """Split ``keys`` into parts of at most ``most`` texts and ``most_bytes``, or one text."""
    part: list[str] = []
    used = 0
    for key in keys:
        size = len(texts[key].encode())
        if part and (len(part) == most or used + size > most_bytes):
            yield part
            part, used = [], 0
        part.append(key)
        used += size
    if part:
        yield part


def _checked(vectors: np.ndarray, rows: int) -> np.ndarray:
    if vectors.ndim != 2 or len(vectors) != rows:
        raise ValueError(f"the encoder gave an array of shape {vectors.shape} for {rows} texts")
    return vectors.astype(np.float32, copy=False)


def _read_vectors(home: Path, wanted: Mapping[str, str]) -> dict[str, np.ndarray]:
    vectors: dict[str, np.ndarray] = {}
    for frame in _read_shards(home):
        here = frame.filter(pl.Series([key in wanted for key in frame["key"]], dtype=pl.Boolean))
        vectors.update(zip(here["key"], here["vector"].to_numpy(), strict=True))
    return vectors


def _read_shards(home: Path) -> Iterator[pl.DataFrame]:
    for path in sorted(home.glob("*.parquet")):
        content = path.read_bytes()
        if path.stem == _digest(content):
            yield pl.read_parquet(content)
        else:
            log.warning("%s is damaged; this shard of the cache is deleted and its texts are embedded again", path)
            path.unlink(missing_ok=True)


class _Writer:
    """Writes shards in another thread, one behind at most; the end of the context waits for the last."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.pool = ThreadPoolExecutor(1, thread_name_prefix="cache")
        self.last: Future[None] | None = None

    def write(self, keys: Sequence[str], vectors: np.ndarray) -> None:
        self._wait()
        self.last = self.pool.submit(_write_shard, self.home, keys, vectors)

    def __enter__(self) -> _Writer:
        return self

    def __exit__(self, *_: object) -> None:
        with self.pool:
            self._wait()

    def _wait(self) -> None:
        if self.last is not None:
            self.last.result()


def _write_shard(home: Path, keys: Sequence[str], vectors: np.ndarray) -> None:
    """Write a shard under the digest of its bytes, by which any later change of it shows."""
    table = pa.table({"key": keys, "vector": pa.FixedSizeListArray.from_arrays(vectors.ravel(), vectors.shape[1])})
    content = pa.BufferOutputStream()
    # zstd would take four times as long to make it 8 % smaller.
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
