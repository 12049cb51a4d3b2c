"""Bag-of-words rows as flat arrays, never dense, picked on the device that uses them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
import torch
from scipy.sparse import csr_array
from torch.nn import functional


@dataclass(frozen=True)
class SparseRows:
    """A batch of B bag-of-words documents with N entries.

    Attributes:
        rows: (N,) int64, the document of each entry, ascending.
        terms: (N,) int64, the vocabulary index of each entry.
        counts: (N,) float32, how often the term occurs in the document.
        size: B, the number of documents; some may have no entry.
    """

    rows: torch.Tensor
    terms: torch.Tensor
    counts: torch.Tensor
    size: int

    @property
    def offsets(self) -> torch.Tensor:
        """(B,) int64, where each document's entries start, as ``embedding_bag`` expects it."""
        return torch.searchsorted(self.rows, torch.arange(self.size, device=self.rows.device))

    def product(self, weight: torch.Tensor) -> torch.Tensor:
        """(B, out), the counts times a (V, out) ``weight``; only the rows of the batch's terms are read."""
        counts = self.counts.to(weight.dtype)
        return functional.embedding_bag(self.terms, weight, self.offsets, mode="sum", per_sample_weights=counts)

    def to(self, device: torch.device | str) -> SparseRows:
        """Return the same rows on ``device``."""
        rows, terms, counts = (tensor.to(device, non_blocking=True) for tensor in (self.rows, self.terms, self.counts))
        return SparseRows(rows, terms, counts, self.size)

    def split(self, sizes: Sequence[int], entries: Sequence[int]) -> list[SparseRows]:
        """Cut into parts of ``sizes`` documents, which have ``entries`` entries.

        The caller gives the numbers of entries, so that the CPU does not wait for the device.
        """
        first_rows = accumulate(sizes[:-1], initial=0)
        flat = zip(self.rows.split(entries), self.terms.split(entries), self.counts.split(entries), strict=True)
        return [
            SparseRows(rows - first_row, terms, counts, size)
            for first_row, size, (rows, terms, counts) in zip(first_rows, sizes, flat, strict=True)
        ]


def stack(parts: Sequence[SparseRows]) -> SparseRows:
    """All documents of ``parts``, one part after the other."""
    first_rows = accumulate((part.size for part in parts[:-1]), initial=0)
    return SparseRows(
        rows=torch.cat([part.rows + first_row for part, first_row in zip(parts, first_rows, strict=True)]),
        terms=torch.cat([part.terms for part in parts]),
        counts=torch.cat([part.counts for part in parts]),
        size=sum(part.size for part in parts),
    )


class CountMatrix:
    """(D, V) counts on a device, where batches are picked from it.

    Args:
        bow: the counts; their arrays are shared on the CPU, and copied to another device.
        device: the device of the batches.
    """

    def __init__(self, bow: csr_array, device: torch.device | str = "cpu") -> None:
        self.indptr = bow.indptr
        arrays = (bow.indptr, bow.indices, bow.data)
        self.starts, self.terms, self.counts = (torch.from_numpy(array).to(device) for array in arrays)

    def entries(self, documents: np.ndarray) -> np.ndarray:
        """(N,) the number of entries of each document, without waiting for the device."""
        lengths: np.ndarray = self.indptr[documents + 1] - self.indptr[documents]
        return lengths

    def rows(self, documents: torch.Tensor, entries: int) -> SparseRows:
        """Pick documents.

        Args:
            documents: (N,) int64 row numbers on the device, any order, repeats allowed.
            entries: the number of entries of these documents together.
        """
        starts = self.starts[documents]
        lengths = self.starts[documents + 1] - starts
        numbers = torch.arange(max(len(documents), entries), device=documents.device)
        rows = torch.repeat_interleave(numbers[: len(documents)], lengths, output_size=entries)
        places = numbers[:entries] + (starts - (lengths.cumsum(0) - lengths))[rows]
        return SparseRows(rows, self.terms[places].long(), self.counts[places].float(), len(documents))


def sparse_rows(bow: csr_array, documents: np.ndarray) -> SparseRows:
    """Pick ``documents`` (row numbers, any order, repeats allowed) out of a CSR matrix."""
    counts = CountMatrix(bow)
    return counts.rows(torch.from_numpy(documents), int(counts.entries(documents).sum()))
