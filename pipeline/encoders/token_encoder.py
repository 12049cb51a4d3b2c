"""What encoders share whose model runs here on batches of tokens: batches, memory, the time that it will take.

A thread tokenises ahead, a batch holds as many passages as have a budget of tokens together, nothing is padded, and
the vectors of a shard come from a GPU without a wait between batches. The neighbours of a text in its batch change its
vector only by rounding, through their numbers of tokens.
"""

from __future__ import annotations

import logging
import time
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from pipeline.common.errors import MissingResourceError
from pipeline.common.wording import counted
from pipeline.encoders.passages import text_vectors
from pipeline.encoders.text_encoder import TextEncoder, forecast
from pipeline.encoders.token_batches import BatchMaker, TokenBatch

if TYPE_CHECKING:
    import torch

log = logging.getLogger(__name__)

SAMPLE = 8  # texts that are timed for the estimate


class TokenEncoder(TextEncoder):
    """Runs a model on batches of tokens; see the module's docstring."""

    @property
    @abstractmethod
    def width(self) -> int:
        """How many numbers a vector has, E."""

    @property
    @abstractmethod
    def maker(self) -> BatchMaker:
        """What makes batches for the model."""

    @abstractmethod
    def run(self, batch: TokenBatch) -> torch.Tensor:
        """(B, E) float32 vectors on the device, which may still be computing them."""

    def _embed(self, texts: Sequence[str], ids: Mapping[str, str]) -> np.ndarray:
        return text_vectors(self._embedded_batches(texts, ids), len(texts), self.width)

    def _embedded_batches(self, texts: Sequence[str], ids: Mapping[str, str]) -> list[tuple[np.ndarray, np.ndarray]]:
        """Row numbers and vectors of all passages, batch by batch."""
        import torch

        batches = [
            (batch.rows, _copied(self._halving(batch, [ids[texts[row]] for row in batch.rows])))
            for batch in self.maker.batches(texts)
        ]
        if self.device == "cuda":
            torch.cuda.synchronize()  # the only wait for the GPU
        return [(rows, vectors.numpy()) for rows, vectors in batches]

    def _halving(self, batch: TokenBatch, ids: list[str]) -> torch.Tensor:
        """Vectors of a batch; where memory runs out, its halves are computed one after the other."""
        import torch

        try:
            return self.run(batch)
        except torch.OutOfMemoryError as error:
            if len(ids) == 1:
                raise MissingResourceError(
                    f"document {ids[0]!r} ({counted(int(batch.lengths[0]), 'token')}) needs by itself more memory "
                    f"than {self.device} has free ({error}). Free memory, lower `max_length`, or set `device: cpu`. "
                    "What has been embedded so far is kept."
                ) from error
        torch.cuda.empty_cache()
        log.warning(
            "%s: no memory for %s at once; the batch is halved", self.device, counted(batch.tokens.shape[1], "token")
        )
        half = len(ids) // 2
        first, rest = batch.halves()
        return torch.cat([self._halving(first, ids[:half]), self._halving(rest, ids[half:])])

    def _forecast(self, texts: Sequence[str]) -> None:
        """Log how long ``texts`` will take, estimated from a few texts spread over them."""
        total = self.maker.count(texts)
        sample = texts[:: -(-len(texts) // SAMPLE)]
        for batch in self.maker.batches(sample[-1:]):
            self.run(batch)  # reads the weights from the disk
        batches = list(self.maker.batches(sample))
        started = time.perf_counter()
        for batch in batches:
            self.run(batch)
        timed = sum(batch.tokens.shape[1] for batch in batches)
        forecast(len(texts), total, (time.perf_counter() - started) / max(timed, 1) * total)


def _copied(vectors: torch.Tensor) -> torch.Tensor:
    """The vectors in the computer's own memory; a GPU may still be writing them there."""
    import torch

    if vectors.device.type == "cpu":
        return vectors
    return torch.empty(vectors.shape, pin_memory=True).copy_(vectors, non_blocking=True)
