"""Whether topics see the same likeness between documents as their embeddings do."""

from __future__ import annotations

import torch

from pipeline.losses.shared import LossForm


def cka_distance(theta: torch.Tensor, embeddings: torch.Tensor, form: LossForm = "published") -> torch.Tensor:
    """1 - linear CKA of two views of the same documents (GloCTM, CKA loss), columns centred.

    ``paper``: CKA is ``|T'E|^2 / (|T'T| |E'E|)``, Frobenius norms. ``published``: the square root of that, as the
    authors' code has it. In float64, since the norms are differences of large sums.

    Args:
        theta: (B, K).
        embeddings: (B, E).
        form: which of the two.

    Returns:
        Scalar in 0..1; 1 where either side does not vary.
    """
    centred = [x.double() - x.double().mean(dim=0) for x in (theta, embeddings)]
    topics, vectors = (x @ x.T for x in centred)  # (B, B), however wide the embeddings
    alignment = (topics * vectors).sum() / (topics.norm() * vectors.norm()).clamp_min(1e-30)
    return 1 - (alignment if form == "paper" else alignment.clamp_min(1e-30).sqrt())
