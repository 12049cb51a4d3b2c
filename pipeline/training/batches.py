"""One epoch's batches: the largest language once, the smaller ones wrapping round."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import torch

from pipeline.models.base import Batch, LanguageCorpus
from pipeline.sparse import sparse_rows


def epoch_batches(
    corpus: Mapping[str, LanguageCorpus], size: int, rng: np.random.Generator, device: torch.device
) -> Iterator[dict[str, Batch]]:
    """Yield batches of at most ``size`` documents of every language, all equally long to within one document.

    Equal parts, rather than full batches and a rest, so that BatchNorm never meets a single document.
    """
    largest = max(len(part.clusters) for part in corpus.values())
    orders = {name: _wrapped_order(len(part.clusters), largest, rng) for name, part in corpus.items()}
    for positions in np.array_split(np.arange(largest), steps_an_epoch(corpus, size)):
        yield {name: make_batch(part, orders[name][positions], device) for name, part in corpus.items()}


def steps_an_epoch(corpus: Mapping[str, LanguageCorpus], size: int) -> int:
    """How many steps see the largest language once."""
    return -(-max(len(part.clusters) for part in corpus.values()) // size)


def make_batch(part: LanguageCorpus, documents: np.ndarray, device: torch.device) -> Batch:
    """Gather ``documents`` (row numbers) of one language on ``device``."""
    return Batch(
        bow=sparse_rows(part.bow, documents).to(device),
        embeddings=torch.from_numpy(part.embeddings[documents]).to(device),
        clusters=torch.from_numpy(part.clusters[documents]).to(device),
    )


def _wrapped_order(documents: int, wanted: int, rng: np.random.Generator) -> np.ndarray:
    rounds = -(-wanted // documents)
    return np.concatenate([rng.permutation(documents) for _ in range(rounds)])[:wanted]
