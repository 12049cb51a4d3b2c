"""The prior over topics, from the clusters or flat."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch

from pipeline.models.base import LanguageCorpus


def cluster_prior(corpus: Mapping[str, LanguageCorpus], topics: int) -> tuple[np.ndarray, np.ndarray]:
    """Gaussian prior from the cluster sizes over all languages (XTRA, section 3.4).

    The sizes are divided by their mean, as the published code does and the paper leaves out.

    Returns:
        (K,) mean and (K,) variance, float64.
    """
    sizes = np.sum([np.bincount(part.clusters, minlength=topics) for part in corpus.values()], axis=0)
    alpha = sizes / sizes.mean() + 1e-6
    mean = np.log(alpha) - np.log(alpha).mean()
    variance = (1 - 2 / topics) / alpha + (1 / alpha).sum() / topics**2
    return mean, variance


def flat_prior(topics: int) -> tuple[torch.Tensor, torch.Tensor]:
    """(K,) mean 0 and (K,) variance 1 - 1/K, the Gaussian nearest to a Dirichlet of ones (ProdLDA)."""
    return torch.zeros(topics), torch.full((topics,), 1 - 1 / topics)
