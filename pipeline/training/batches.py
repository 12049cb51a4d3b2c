"""One epoch's batches: the largest language once, the smaller ones wrapping round."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import torch

from pipeline.models.base import Batch, LanguageCorpus
from pipeline.sparse import sparse_rows

BLOCK = 64  # steps whose words are gathered, and sent to the device, together


class Batches:
    """A corpus as batches on a device; embeddings and clusters live there, words follow in blocks of steps.

    Args:
        corpus: one part a language.
        size: most documents of a language in a batch.
        device: where the batches are wanted.
    """

    def __init__(self, corpus: Mapping[str, LanguageCorpus], size: int, device: torch.device) -> None:
        self.corpus, self.size, self.device = corpus, size, device
        self.largest = max(len(part.clusters) for part in corpus.values())
        self.steps = -(-self.largest // size)
        self.embeddings = {name: torch.from_numpy(part.embeddings).to(device) for name, part in corpus.items()}
        self.clusters = {name: torch.from_numpy(part.clusters).to(device) for name, part in corpus.items()}

    def share_of_words(self) -> float:
        """The largest share of a language's vocabulary that a batch has, as its first documents tell."""
        firsts = [part.bow[: self.size] for part in self.corpus.values()]
        return max(len(np.unique(bow.indices)) / bow.shape[1] for bow in firsts)

    def epoch(self, rng: np.random.Generator) -> Iterator[dict[str, Batch]]:
        """Yield :attr:`steps` batches a language, all equally long to within one document.

        Equal parts, rather than full batches and a rest, so that BatchNorm never meets a single document.
        """
        orders = {name: _wrapped_order(len(part.clusters), self.largest, rng) for name, part in self.corpus.items()}
        bounds = np.linspace(0, self.largest, self.steps + 1).astype(int)
        for first in range(0, self.steps, BLOCK):
            cut = bounds[first : first + BLOCK + 1]
            blocks = [self.cut(name, orders[name][cut[0] : cut[-1]], np.diff(cut)) for name in self.corpus]
            for batches in zip(*blocks, strict=True):
                yield dict(zip(self.corpus, batches, strict=True))

    def cut(self, language: str, documents: np.ndarray, sizes: Sequence[int] | np.ndarray) -> list[Batch]:
        """Batches of ``sizes`` consecutive ``documents`` (row numbers) of a language."""
        bow, lengths = self.corpus[language].bow, [int(size) for size in sizes]
        per_document = bow.indptr[documents + 1] - bow.indptr[documents]
        entries = np.add.reduceat(per_document, np.cumsum([0, *lengths[:-1]])).tolist()
        index = torch.from_numpy(documents).to(self.device, non_blocking=True)
        parts = (
            sparse_rows(bow, documents).to(self.device).split(lengths, entries),
            self.embeddings[language][index].split(lengths),
            self.clusters[language][index].split(lengths),
        )
        return [Batch(*part) for part in zip(*parts, strict=True)]


def _wrapped_order(documents: int, wanted: int, rng: np.random.Generator) -> np.ndarray:
    rounds = -(-wanted // documents)
    return np.concatenate([rng.permutation(documents) for _ in range(rounds)])[:wanted]
