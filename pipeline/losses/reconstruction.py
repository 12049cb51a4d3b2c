"""How well the decoder's word distribution explains a document's words."""

from __future__ import annotations

import torch

from pipeline.bow.sparse import SparseRows


def reconstruction(probability: torch.Tensor, bow: SparseRows) -> torch.Tensor:
    """Mean over documents of ``-sum_w x_w log(p_w + 1e-10)`` (XTRA, section 2.2).

    Args:
        probability: (N,) probabilities of the words that the documents have, one for each entry.
        bow: B documents with N entries.

    Returns:
        Scalar, in nats per document.
    """
    return -(bow.counts.to(probability.dtype) * (probability + 1e-10).log()).sum() / bow.size
