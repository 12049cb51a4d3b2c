"""Turns texts into batches of tokens, in another thread while the model computes.

A batch holds as many documents, the longest first, as have ``budget`` tokens together. Its documents follow one
another in one row: nothing is padded.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np

if TYPE_CHECKING:
    import torch
    from tokenizers import Tokenizer

CHUNK = 500_000  # bytes of text that are tokenised at once: tenths of a second on one core
AHEAD = 2  # chunks tokenised before they are needed

Item = TypeVar("Item")


class EqualLengths(NamedTuple):
    """Neighbouring documents of a batch with the same number of tokens."""

    documents: int
    length: int


@dataclass(frozen=True)
class TokenBatch:
    """Documents that go through the model together.

    Attributes:
        rows: (B,) row numbers of their texts, by falling length.
        lengths: (B,) number of tokens of each document.
        tokens: (2, T) int32, token numbers and positions of all documents, one document after the other.
    """

    rows: np.ndarray
    lengths: np.ndarray
    tokens: torch.Tensor

    @property
    def runs(self) -> list[EqualLengths]:
        """The documents grouped by length, in their order."""
        return [EqualLengths(len(list(same)), length) for length, same in groupby(self.lengths.tolist())]

    def halves(self) -> tuple[TokenBatch, TokenBatch]:
        """The first half of the documents and the rest."""
        half = len(self.rows) // 2
        cut = int(self.lengths[:half].sum())
        first = TokenBatch(self.rows[:half], self.lengths[:half], self.tokens[:, :cut])
        return first, TokenBatch(self.rows[half:], self.lengths[half:], self.tokens[:, cut:])


class BatchMaker:
    """Tokenises texts and packs them into batches.

    Args:
        tokenizer: the model's tokeniser; its threads work without Python's lock. It is set to cut at ``max_length``.
        max_length: how many tokens of a document are kept.
        budget: largest number of tokens in a batch; a document with more is a batch of its own.
        padding: number of the padding token. It occurs only where a text spells it out, and then takes no position.
        pinned: whether the tokens go into memory from which a GPU copies without waiting.
    """

    def __init__(self, tokenizer: Tokenizer, max_length: int, budget: int, padding: int, pinned: bool) -> None:
        tokenizer.no_padding()
        tokenizer.enable_truncation(max_length)
        self.tokenizer = tokenizer
        self.budget = budget
        self.padding = padding
        self.pinned = pinned

    def batches(self, texts: Sequence[str]) -> Iterator[TokenBatch]:
        """All texts in batches, tokenised ahead; texts of similar length should be neighbours."""
        for chunk in read_ahead((self._chunk(texts, span) for span in spans(texts, CHUNK)), AHEAD):
            yield from chunk

    def pack(self, texts: Sequence[str]) -> TokenBatch:
        """One batch of all texts, whatever their number of tokens."""
        documents = self._tokenise(texts)
        return self._batch(documents, by_falling_length(list(map(len, documents))))

    def count(self, texts: Sequence[str]) -> int:
        """The number of tokens of all texts together."""
        return sum(len(row) for span in spans(texts, CHUNK) for row in self._tokenise(texts[span.start : span.stop]))

    def _tokenise(self, texts: Sequence[str]) -> list[list[int]]:
        return [encoding.ids for encoding in self.tokenizer.encode_batch_fast(list(texts))]

    def _chunk(self, texts: Sequence[str], span: range) -> list[TokenBatch]:
        documents = self._tokenise(texts[span.start : span.stop])
        lengths = list(map(len, documents))
        order = by_falling_length(lengths)
        return [self._batch(documents, rows, span.start) for rows in within_budget(order, lengths, self.budget)]

    def _batch(self, documents: Sequence[list[int]], rows: np.ndarray, start: int = 0) -> TokenBatch:
        import torch

        lengths = np.array([len(documents[row]) for row in rows])
        numbers = np.concatenate([np.asarray(documents[row], np.int32) for row in rows])
        tokens = torch.from_numpy(np.stack([numbers, positions(numbers, lengths, self.padding)]))
        return TokenBatch(rows + start, lengths, tokens.pin_memory() if self.pinned else tokens)


def positions(numbers: np.ndarray, lengths: np.ndarray, padding: int) -> np.ndarray:
    """(T,) int32 positions as XLM-RoBERTa counts them: from ``padding`` + 1 on, without counting padding tokens.

    Args:
        numbers: (T,) token numbers of the documents, one document after the other.
        lengths: (B,) number of tokens of each document.
        padding: number of the padding token, which is also its position.
    """
    is_token = numbers != padding
    count = np.cumsum(is_token)
    starts = np.cumsum(lengths) - lengths
    before = np.repeat(count[starts] - is_token[starts], lengths)
    return np.where(is_token, count - before + padding, padding).astype(np.int32)


def by_falling_length(lengths: Sequence[int]) -> np.ndarray:
    """(D,) row numbers by falling length; rows of equal length keep their order."""
    return np.argsort(-np.asarray(lengths), kind="stable")


def within_budget(order: np.ndarray, lengths: Sequence[int], budget: int) -> Iterator[np.ndarray]:
    """Split ``order`` into groups of at most ``budget`` tokens and at least one document."""
    start = used = 0
    for place, row in enumerate(order.tolist()):
        if place > start and used + lengths[row] > budget:
            yield order[start:place]
            start, used = place, 0
        used += lengths[row]
    if start < len(order):
        yield order[start:]


def spans(texts: Sequence[str], size: int) -> Iterator[range]:
    """Neighbouring texts with about ``size`` bytes together, as ranges of rows."""
    start = used = 0
    for row, text in enumerate(texts):
        used += len(text.encode())
        if used >= size:
            yield range(start, row + 1)
            start, used = row + 1, 0
    if start < len(texts):
        yield range(start, len(texts))


def read_ahead(items: Iterable[Item], depth: int) -> Iterator[Item]:
    """Yield ``items``, which another thread makes, at most ``depth`` of them ahead."""
    source, end = iter(items), object()
    with ThreadPoolExecutor(1, thread_name_prefix="read_ahead") as pool:
        pending = deque(pool.submit(next, source, end) for _ in range(depth))
        while (item := pending.popleft().result()) is not end:
            pending.append(pool.submit(next, source, end))
            yield item  # type: ignore[misc]  # not `end`
