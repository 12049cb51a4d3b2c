"""Divergence of the posterior over topics from its Gaussian prior."""

from __future__ import annotations

import torch


def gaussian_kl(
    mean: torch.Tensor, logvar: torch.Tensor, prior_mean: torch.Tensor, prior_variance: torch.Tensor
) -> torch.Tensor:
    """Mean over documents of KL(N(mean, exp(logvar)) || prior), both diagonal (XTRA, section 3.4).

    Args:
        mean: (B, K) posterior means.
        logvar: (B, K) posterior log-variances.
        prior_mean: (K,), or (B, K) where every document has a prior of its own.
        prior_variance: of the same shape as ``prior_mean``.

    Returns:
        Scalar, in nats per document.
    """
    ratio = (logvar.exp() + (mean - prior_mean).square()) / prior_variance
    terms = ratio + prior_variance.log() - logvar - 1
    return 0.5 * terms.sum(dim=1).mean()
