"""Hold theta to the cluster that its document came from."""

from __future__ import annotations

import torch
from torch.nn import functional


def cluster_anchor(scores: torch.Tensor, clusters: torch.Tensor) -> torch.Tensor:
    """Mean over documents of ``-log softmax(score)[cluster]``: what it costs theta to leave its cluster.

    Not in the paper: training as published gives up part of the coherence that the clusters' words have.

    Args:
        scores: (B, K) whose softmax is theta.
        clusters: (B,) int64.

    Returns:
        Scalar, in nats a document.
    """
    return functional.cross_entropy(scores, clusters)
