"""Keeps theta close to the cluster of its document."""

from __future__ import annotations

import torch
from torch.nn import functional


def cluster_anchor(scores: torch.Tensor, clusters: torch.Tensor) -> torch.Tensor:
    """Mean over documents of ``-log softmax(score)[cluster]``: the cost of a theta that leaves its cluster.

    This loss is not in the paper. Training as published loses part of the coherence that the clusters' words have.

    Args:
        scores: (B, K); their softmax is theta.
        clusters: (B,) int64.

    Returns:
        Scalar, in nats per document.
    """
    return functional.cross_entropy(scores, clusters)
