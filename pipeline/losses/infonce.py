"""Pulls the theta of a document towards its own embedding (XTRA, section 3.1)."""

from __future__ import annotations

import torch
from torch.nn import functional

from pipeline.losses.shared import LossForm, cosines


def embedding_infonce(projected: torch.Tensor, embeddings: torch.Tensor, form: LossForm = "published") -> torch.Tensor:
    """InfoNCE between projected thetas and document embeddings, with cosines and without a temperature.

    ``paper`` follows the equation: for each embedding, a softmax over the batch's thetas.
    ``published`` follows the authors' code: for each theta, a softmax over the batch's embeddings.

    Args:
        projected: (B, E) thetas mapped into the embedding space.
        embeddings: (B, E) embeddings of the same documents; vectors of any length.
        form: which of the two forms is computed.

    Returns:
        Scalar, the mean over documents.
    """
    cosine = cosines(projected, embeddings)
    scores = cosine if form == "published" else cosine.T
    return functional.cross_entropy(scores, torch.arange(len(scores), device=scores.device))
