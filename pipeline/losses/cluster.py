"""Pulls the thetas of one pivot cluster together, whatever their language (XTRA, section 3.2)."""

from __future__ import annotations

import torch

from pipeline.losses.shared import LossForm, cosines


def cluster_contrast(
    theta: torch.Tensor, clusters: torch.Tensor, temperature: float = 0.2, form: LossForm = "published"
) -> torch.Tensor:
    """Multi-positive contrast between the thetas of all languages in a step.

    Let s_ij = cos(theta_i, theta_j) / temperature, j != i. The positives of i are the other documents of its cluster.

    - ``published``: ``-log(P / (P + A))``, where P is the sum of exp(s) over the positives and A the sum over *all*
      other documents (the positives are counted again, as in the authors' code), averaged over the anchors that have
      a positive;
    - ``paper``: the sum over positives of ``-log softmax_j(s_ij)``, averaged over all anchors.

    Everything stays in the log domain: the plain form overflows below temperature 0.012.

    Args:
        theta: (N, K) thetas of every language's batch, stacked; 2 or more.
        clusters: (N,) cluster of each document.
        temperature: divides the cosines.
        form: which of the two forms is computed.

    Returns:
        Scalar; exactly 0 where no document has a positive.
    """
    is_itself = torch.eye(len(theta), dtype=torch.bool, device=theta.device)
    scores = (cosines(theta, theta) / temperature).masked_fill(is_itself, -torch.inf)
    is_positive = (clusters[:, None] == clusters[None, :]) & ~is_itself
    log_all = torch.logsumexp(scores, dim=1)
    if form == "paper":
        log_softmax = (scores - log_all[:, None]).masked_fill(~is_positive, 0.0)
        return -log_softmax.sum() / len(theta)
    is_anchor = is_positive.any(dim=1)
    # A row without a positive keeps its scores, so that it stays finite. To select rows, a GPU would have to wait.
    log_positive = torch.logsumexp(scores.masked_fill(~is_positive & is_anchor[:, None], -torch.inf), dim=1)
    terms = torch.logaddexp(log_positive, log_all) - log_positive
    return (terms * is_anchor).sum() / is_anchor.sum().clamp_min(1)
