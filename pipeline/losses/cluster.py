"""Pull thetas of one pivot cluster together, whatever their language (XTRA, section 3.2)."""

from __future__ import annotations

import torch

from pipeline.losses.shared import LossForm, cosines


def cluster_contrast(
    theta: torch.Tensor, clusters: torch.Tensor, temperature: float = 0.2, form: LossForm = "published"
) -> torch.Tensor:
    """Multi-positive contrast between all languages' thetas of a step.

    With s_ij = cos(theta_i, theta_j) / temperature, j != i, and i's positives the documents of its cluster:

    - ``published``: ``-log(P / (P + A))``, P the positives' sum of exp(s), A the sum over *all* others
      (positives counted again, as the authors' code does), averaged over anchors that have a positive;
    - ``paper``: the sum over positives of ``-log softmax_j(s_ij)``, averaged over all anchors.

    Everything stays in the log domain: the plain form overflows below temperature 0.012.

    Args:
        theta: (N, K) thetas of every language's batch, stacked; 2 or more.
        clusters: (N,) cluster of each document.
        temperature: divides the cosines.
        form: which of the two.

    Returns:
        Scalar; exactly 0 where no document has a positive.
    """
    itself = torch.eye(len(theta), dtype=torch.bool, device=theta.device)
    scores = (cosines(theta, theta) / temperature).masked_fill(itself, -torch.inf)
    positive = (clusters[:, None] == clusters[None, :]) & ~itself
    log_all = torch.logsumexp(scores, dim=1)
    if form == "paper":
        log_softmax = (scores - log_all[:, None]).masked_fill(~positive, 0.0)
        return -log_softmax.sum() / len(theta)
    anchors = positive.any(dim=1)
    # A row without a positive keeps its scores, so that it stays finite; to choose rows would stop a GPU to count them.
    log_positive = torch.logsumexp(scores.masked_fill(~positive & anchors[:, None], -torch.inf), dim=1)
    terms = torch.logaddexp(log_positive, log_all) - log_positive
    return (terms * anchors).sum() / anchors.sum().clamp_min(1)
