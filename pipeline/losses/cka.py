"""Measures whether documents that are similar in their embeddings are also similar in their topics."""

from __future__ import annotations

import torch

from pipeline.losses.shared import LossForm


def cka_distance(theta: torch.Tensor, embeddings: torch.Tensor, form: LossForm = "published") -> torch.Tensor:
    """1 - linear CKA of two views of the same documents (GloCTM, CKA loss), columns centred.

    ``paper``: CKA is ``|T'E|^2 / (|T'T| |E'E|)`` with Frobenius norms. ``published``: the square root of that, as in
    the authors' code. It is computed in float64, since the norms are differences of large sums.

    Args:
        theta: (B, K).
        embeddings: (B, E).
        form: which of the two forms is computed.

    Returns:
        Scalar in 0..1; it is 1 where theta or the embeddings do not vary.
    """
    centred = [x.double() - x.double().mean(dim=0) for x in (theta, embeddings)]
    topics, vectors = (x @ x.T for x in centred)  # (B, B), however wide the embeddings
    alignment = (topics * vectors).sum() / (topics.norm() * vectors.norm()).clamp_min(1e-30)
    return 1 - (alignment if form == "paper" else alignment.clamp_min(1e-30).sqrt())
