"""How well the decoder's word distribution explains a document's words."""

from __future__ import annotations

import math

import torch

from pipeline.sparse import SparseRows

_LOG_FLOOR = math.log(1e-10)


def reconstruction(logits: torch.Tensor, bow: SparseRows) -> torch.Tensor:
    """Mean over documents of ``-sum_w x_w log(softmax(logits)_w + 1e-10)`` (XTRA, section 2.2).

    Only the entries that a document has are gathered, so the bag-of-words stays sparse.

    Args:
        logits: (B, V) unnormalised word scores.
        bow: B documents over a vocabulary of V words.

    Returns:
        Scalar, in nats a document.
    """
    normaliser = torch.logsumexp(logits, dim=1)
    log_p = logits[bow.rows, bow.terms] - normaliser[bow.rows]
    # log(p + 1e-10) without leaving the log domain.
    floored = torch.logaddexp(log_p, torch.full_like(log_p, _LOG_FLOOR))
    return -(bow.counts.to(floored.dtype) * floored).sum() / bow.size
