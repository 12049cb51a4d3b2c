"""One epoch's batches: the largest language once, the smaller ones wrapping round; or aligned documents together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import torch

from pipeline.bow.sparse import CountMatrix
from pipeline.common.errors import InputError
from pipeline.models.topic_model import Batch, LanguageCorpus

BLOCK = 64  # steps whose documents are gathered together
FEWEST = 2  # documents of a language that BatchNorm can work on

Order = tuple[np.ndarray, np.ndarray]  # documents in the order of an epoch, and where its steps begin and end


class Batches:
    """A corpus as batches on a device; all of it lives there, and a block of steps is gathered at a time.

    Args:
        corpus: one part a language.
        size: most documents of a language in a batch; with ``paired`` most pairs.
        device: where the batches are wanted.
        paired: only documents that are aligned with one of another language, those of a pair in one batch.

    Raises:
        InputError: no documents are aligned, or too few in a batch, and they are to be.
    """

    def __init__(
        self, corpus: Mapping[str, LanguageCorpus], size: int, device: torch.device, paired: bool = False
    ) -> None:
        self.corpus, self.size, self.device = corpus, size, device
        self.pairs = common_pairs(corpus) if paired else None
        self.largest = max(len(part.clusters) for part in corpus.values()) if self.pairs is None else len(self.pairs)
        self.steps = -(-self.largest // size)
        if self.pairs is not None:
            _check_pairs(self.largest // self.steps, len(corpus))
        self.bows = {name: CountMatrix(part.bow, device) for name, part in corpus.items()}
        self.embeddings = {name: torch.from_numpy(part.embeddings).to(device) for name, part in corpus.items()}
        self.clusters = {name: torch.from_numpy(part.clusters).to(device) for name, part in corpus.items()}
        self.pair_numbers = {
            name: torch.from_numpy(part.pairs).to(device) for name, part in corpus.items() if part.pairs is not None
        }

    def epoch(self, rng: np.random.Generator) -> Iterator[dict[str, Batch]]:
        """Yield :attr:`steps` batches a language, equally long to within one document; paired, by pairs.

        Equal parts, rather than full batches and a rest, so that BatchNorm never meets a single document. Paired,
        a language of which a batch has fewer than two sits that step out.
        """
        orders = self._independent_orders(rng) if self.pairs is None else self._paired_orders(self.pairs, rng)
        for first in range(0, self.steps, BLOCK):
            blocks = []
            for name, (order, bounds) in orders.items():
                cut = bounds[first : first + BLOCK + 1]
                blocks.append(self.cut(name, order[cut[0] : cut[-1]], np.diff(cut)))
            for batches in zip(*blocks, strict=True):
                named = zip(orders, batches, strict=True)
                yield {name: batch for name, batch in named if batch.bow.size >= FEWEST}

    def cut(self, language: str, documents: np.ndarray, sizes: np.ndarray | list[int]) -> list[Batch]:
        """Batches of ``sizes`` consecutive ``documents`` (row numbers) of a language."""
        bounds = np.cumsum([0, *sizes])
        lengths = np.diff(bounds).tolist()
        before = np.concatenate([[0], np.cumsum(self.bows[language].entries(documents))])
        entries = np.diff(before[bounds]).tolist()
        index = torch.from_numpy(documents).to(self.device, non_blocking=True)
        parts = [
            self.bows[language].rows(index, int(before[-1])).split(lengths, entries),
            self.embeddings[language][index].split(lengths),
            self.clusters[language][index].split(lengths),
        ]
        if language in self.pair_numbers:
            parts.append(self.pair_numbers[language][index].split(lengths))
        return [Batch(*one) for one in zip(*parts, strict=True)]

    def _independent_orders(self, rng: np.random.Generator) -> dict[str, Order]:
        bounds = np.linspace(0, self.largest, self.steps + 1).astype(int)
        return {
            name: (_wrapped_order(len(part.clusters), self.largest, rng), bounds) for name, part in self.corpus.items()
        }

    def _paired_orders(self, pairs: np.ndarray, rng: np.random.Generator) -> dict[str, Order]:
        bounds = np.linspace(0, len(pairs), self.steps + 1).astype(int)
        place = np.append(rng.permutation(len(pairs)), len(pairs))  # of a pair; documents without one come last
        orders = {}
        for name, part in self.corpus.items():
            found = pairs_of(part)
            at = np.searchsorted(pairs, found)
            places = place[np.where(np.isin(found, pairs), at, len(pairs))]
            order = np.argsort(places, kind="stable")
            orders[name] = (order, np.searchsorted(places[order], bounds))
        return orders


def _check_pairs(fewest: int, languages: int) -> None:
    """Refuse batches of so few pairs that none of the languages may have two documents in one."""
    needed = languages // 2 + 1
    if fewest < needed:
        raise InputError(
            f"with {languages} languages a batch needs {needed} aligned pairs, and some would have {fewest}. "
            "Raise train.batch_size, or align more documents."
        )


def pairs_of(part: LanguageCorpus) -> np.ndarray:
    """(D,) pairs of a language's documents, -1 where there is none."""
    return np.full(len(part.clusters), -1) if part.pairs is None else part.pairs


def common_pairs(corpus: Mapping[str, LanguageCorpus]) -> np.ndarray:
    """The pairs that stand in two languages or more, ascending.

    Raises:
        InputError: a language has fewer than two such documents.
    """
    found = np.concatenate([np.unique(pairs_of(part)) for part in corpus.values()])
    pairs, languages = np.unique(found[found >= 0], return_counts=True)
    common: np.ndarray = pairs[languages > 1]
    for name, part in corpus.items():
        aligned = int(np.isin(pairs_of(part), common).sum())
        if aligned < FEWEST:
            raise InputError(
                f"this model learns from aligned documents, and {aligned} training documents of {name} have a partner "
                "in another language. Give aligned documents the same `pair`, or choose another `model`."
            )
    return common


def _wrapped_order(documents: int, wanted: int, rng: np.random.Generator) -> np.ndarray:
    rounds = -(-wanted // documents)
    return np.concatenate([rng.permutation(documents) for _ in range(rounds)])[:wanted]
