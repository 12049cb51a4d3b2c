"""The batches of an epoch.

The largest language is read once, and the documents of smaller languages are repeated; or aligned documents come
together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import torch

from pipeline.bow.sparse import CountMatrix
from pipeline.common.errors import InputError
from pipeline.common.wording import counted
from pipeline.models.topic_model import Batch, LanguageCorpus

BLOCK = 64  # how many steps have their documents gathered together
FEWEST = 2  # documents of a language that BatchNorm needs at least

Order = tuple[np.ndarray, np.ndarray]  # the documents in the order of an epoch, and the bounds of its steps


class Batches:
    """A corpus as batches on a device; the whole corpus is on the device, and a block of steps is gathered at a time.

    Args:
        corpus: language -> its training documents.
        size: largest number of documents of a language in a batch; with ``paired``, largest number of pairs.
        device: device of the batches.
        paired: whether to use only documents that are aligned with one of another language; those of a pair are in the
            same batch.

    Raises:
        InputError: with ``paired``, no documents are aligned, or a batch has too few pairs.
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
        """Yield :attr:`steps` batches for each language; their lengths differ by at most one document, or one pair.

        The parts are equal, instead of full batches and a rest, so that BatchNorm never gets a single document. With
        ``paired``, a language is left out of a step in which it has fewer than two documents.
        """
        orders = self._independent_orders(rng) if self.pairs is None else self._paired_orders(self.pairs, rng)
        for first in range(0, self.steps, BLOCK):
            blocks = []
            for name, (order, bounds) in orders.items():
                cut = bounds[first : first + BLOCK + 1]
                blocks.append(self.cut(name, order[cut[0] : cut[-1]], np.diff(cut)))
            for batches in zip(*blocks, strict=True):
                named_batches = zip(orders, batches, strict=True)
                yield {name: batch for name, batch in named_batches if batch.bow.size >= FEWEST}

    def cut(self, language: str, documents: np.ndarray, sizes: np.ndarray | list[int]) -> list[Batch]:
        """Batches of a language's ``documents`` (row numbers), cut into consecutive parts of ``sizes``."""
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
        return [Batch(*fields) for fields in zip(*parts, strict=True)]

    def _independent_orders(self, rng: np.random.Generator) -> dict[str, Order]:
        bounds = np.linspace(0, self.largest, self.steps + 1).astype(int)
        return {
            name: (_wrapped_order(len(part.clusters), self.largest, rng), bounds) for name, part in self.corpus.items()
        }

    def _paired_orders(self, pairs: np.ndarray, rng: np.random.Generator) -> dict[str, Order]:
        bounds = np.linspace(0, len(pairs), self.steps + 1).astype(int)
        place = np.append(rng.permutation(len(pairs)), len(pairs))  # of each pair; documents without a pair come last
        orders = {}
        for name, part in self.corpus.items():
            document_pairs = pairs_of(part)
            pair_rows = np.searchsorted(pairs, document_pairs)
            places = place[np.where(np.isin(document_pairs, pairs), pair_rows, len(pairs))]
            order = np.argsort(places, kind="stable")
            orders[name] = (order, np.searchsorted(places[order], bounds))
        return orders


def _check_pairs(fewest: int, languages: int) -> None:
    """Refuse batches with so few pairs that possibly no language has two documents in a batch."""
    needed = languages // 2 + 1
    if fewest < needed:
        raise InputError(
            f"with {languages} languages a batch needs {counted(needed, 'aligned pair')}, but some batches would "
            f"have {fewest}. Raise train.batch_size, or align more documents."
        )


def pairs_of(part: LanguageCorpus) -> np.ndarray:
    """(D,) pair numbers of a language's documents, -1 where a document is in no pair."""
    return np.full(len(part.clusters), -1) if part.pairs is None else part.pairs


def common_pairs(corpus: Mapping[str, LanguageCorpus]) -> np.ndarray:
    """The pairs that have documents in two or more languages, ascending.

    Raises:
        InputError: a language has fewer than two documents in such pairs.
    """
    all_pairs = np.concatenate([np.unique(pairs_of(part)) for part in corpus.values()])
    pairs, languages = np.unique(all_pairs[all_pairs >= 0], return_counts=True)
    common: np.ndarray = pairs[languages > 1]
    for name, part in corpus.items():
        aligned = int(np.isin(pairs_of(part), common).sum())
        if aligned < FEWEST:
            raise InputError(
                f"this model learns from aligned documents, but in {name} only {counted(aligned, 'training document')} "
                f"with a partner in another language; at least {FEWEST} are needed. Give aligned documents the "
                "same `pair`, or choose another `model`."
            )
    return common


def _wrapped_order(documents: int, length: int, rng: np.random.Generator) -> np.ndarray:
    rounds = -(-length // documents)
    return np.concatenate([rng.permutation(documents) for _ in range(rounds)])[:length]
