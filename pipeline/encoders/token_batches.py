"""Turns texts into batches of tokens, in another thread while the model computes.

A batch holds as many passages, the longest first, as have ``budget`` tokens together. Its passages follow one another
in one row: nothing is padded. A text is one passage, or several if an encoder cuts it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np

if TYPE_CHECKING:
    import torch

CHUNK = 500_000  # bytes of text that are tokenised at once: tenths of a second on one core
AHEAD = 2  # chunks tokenised before they are needed

Item = TypeVar("Item")
Passage = list[int]  # token numbers, those of the special tokens among them
Tokenise = Callable[[Sequence[str]], list[list[Passage]]]  # the passages of each text
Positions = Callable[[np.ndarray, np.ndarray], np.ndarray]  # of (T,) token numbers and (B,) lengths


class EqualLengths(NamedTuple):
    """Neighbouring passages of a batch with the same number of tokens."""

    passages: int
    length: int


@dataclass(frozen=True)
class TokenBatch:
    """Passages that go through the model together.

    Attributes:
        rows: (B,) row numbers of their texts; the passages stand by falling length.
        lengths: (B,) number of tokens of each passage.
        tokens: (2, T) int32, token numbers and positions of all passages, one passage after the other.
    """

    rows: np.ndarray
    lengths: np.ndarray
    tokens: torch.Tensor

    @property
    def runs(self) -> list[EqualLengths]:
        """The passages grouped by length, in their order."""
        return [EqualLengths(len(list(same)), length) for length, same in groupby(self.lengths.tolist())]

    def halves(self) -> tuple[TokenBatch, TokenBatch]:
        """The first half of the passages and the rest."""
        half = len(self.rows) // 2
        cut = int(self.lengths[:half].sum())
        first = TokenBatch(self.rows[:half], self.lengths[:half], self.tokens[:, :cut])
        return first, TokenBatch(self.rows[half:], self.lengths[half:], self.tokens[:, cut:])


class BatchMaker:
    """Tokenises texts and packs their passages into batches.

    Args:
        tokenise: gives the passages of texts; it should work without Python's lock, since it runs in another thread.
        budget: largest number of tokens in a batch; a passage with more is a batch of its own.
        positions: gives the positions of tokens, as the model counts them.
        pinned: whether the tokens go into memory from which a GPU copies without waiting.
    """

    def __init__(self, tokenise: Tokenise, budget: int, positions: Positions, pinned: bool = False) -> None:
        self.tokenise = tokenise
        self.budget = budget
        self.positions = positions
        self.pinned = pinned

    def batches(self, texts: Sequence[str]) -> Iterator[TokenBatch]:
        """All texts in batches, tokenised ahead; texts of similar length should be neighbours."""
        for chunk in read_ahead((self._chunk(texts, span) for span in spans(texts, CHUNK)), AHEAD):
            yield from chunk

    def count(self, texts: Sequence[str]) -> int:
        """The number of tokens of all texts together."""
        parts = (texts[span.start : span.stop] for span in spans(texts, CHUNK))
        return sum(len(passage) for part in parts for passages in self.tokenise(part) for passage in passages)

    def _chunk(self, texts: Sequence[str], span: range) -> list[TokenBatch]:
        documents = self.tokenise(texts[span.start : span.stop])
        rows = np.repeat(np.array(span), list(map(len, documents)))
        passages = [passage for document in documents for passage in document]
        lengths = list(map(len, passages))
        groups = within_budget(by_falling_length(lengths), lengths, self.budget)
        return [self._batch([passages[place] for place in group], rows[group]) for group in groups]

    def _batch(self, passages: Sequence[Passage], rows: np.ndarray) -> TokenBatch:
        import torch

        lengths = np.array(list(map(len, passages)))
        numbers = np.concatenate([np.asarray(passage, np.int32) for passage in passages])
        tokens = torch.from_numpy(np.stack([numbers, self.positions(numbers, lengths)]))
        return TokenBatch(rows, lengths, tokens.pin_memory() if self.pinned else tokens)


def plain_positions(numbers: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """(T,) int32 positions that start from 0 in each passage; see :data:`Positions`."""
    starts = np.cumsum(lengths) - lengths
    return (np.arange(len(numbers)) - np.repeat(starts, lengths)).astype(np.int32)


def xlm_roberta_positions(numbers: np.ndarray, lengths: np.ndarray, padding: int) -> np.ndarray:
    """(T,) int32 positions as XLM-RoBERTa counts them: from ``padding`` + 1 on, without counting padding tokens.

    Args:
        numbers: (T,) token numbers of the passages, one passage after the other.
        lengths: (B,) number of tokens of each passage.
        padding: number of the padding token, which is also its position.
    """
    is_token = numbers != padding
    count = np.cumsum(is_token)
    starts = np.cumsum(lengths) - lengths
    before = np.repeat(count[starts] - is_token[starts], lengths)
    return np.where(is_token, count - before + padding, padding).astype(np.int32)


def by_falling_length(lengths: Sequence[int]) -> np.ndarray:
    """(P,) numbers of passages by falling length; passages of equal length keep their order."""
    return np.argsort(-np.asarray(lengths), kind="stable")


def within_budget(order: np.ndarray, lengths: Sequence[int], budget: int) -> Iterator[np.ndarray]:
    """Split ``order`` into groups of at most ``budget`` tokens and at least one passage."""
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
