"""Every loss against the naive loops of its formula."""

from __future__ import annotations

from typing import Literal

import naive
import numpy as np
import pytest
import torch
from scipy.sparse import csr_array
from torch.autograd import gradcheck

from pipeline.bow.sparse import SparseRows, sparse_rows
from pipeline.losses.beta import beta_alignment
from pipeline.losses.cluster import cluster_contrast
from pipeline.losses.infonce import embedding_infonce
from pipeline.losses.kl import gaussian_kl
from pipeline.losses.reconstruction import reconstruction
from pipeline.losses.shared import cosines

Form = Literal["published", "paper"]
FORMS: tuple[Form, Form] = ("published", "paper")
SIZES = [(2, 3), (5, 4), (11, 7)]  # documents (or topics) and width

sizes = pytest.mark.parametrize("size", SIZES, ids=str)
forms = pytest.mark.parametrize("form", FORMS)


def draw(*shape: int, seed: int = 0, scale: float = 1.0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return (torch.randn(*shape, generator=generator, dtype=torch.float64) * scale).requires_grad_()


def some_counts(size: tuple[int, int]) -> np.ndarray:
    counts = np.random.default_rng(sum(size)).poisson(0.8, size)
    counts[-1] = 0  # a document without words
    return counts


def rows(counts: np.ndarray) -> SparseRows:
    return sparse_rows(csr_array(counts), np.arange(len(counts)))


def reconstructed(logits: torch.Tensor, bow: SparseRows) -> torch.Tensor:
    """The loss of (B, V) unnormalised word scores."""
    return reconstruction(logits.softmax(dim=1)[bow.rows, bow.terms], bow)


def close(value: torch.Tensor, expected: float) -> None:
    assert value.shape == ()
    assert value.item() == pytest.approx(expected, rel=1e-11, abs=1e-13)


@sizes
def test_reconstruction_is_its_formula(size: tuple[int, int]) -> None:
    logits, counts = draw(*size, scale=4), some_counts(size)
    close(reconstructed(logits, rows(counts)), naive.reconstruction(logits.tolist(), counts.tolist()))


def test_reconstruction_is_the_dense_product_with_a_floor() -> None:
    logits, counts = draw(6, 9, scale=12), some_counts((6, 9))  # some probabilities lie below the floor
    dense = -(torch.from_numpy(counts) * (logits.softmax(dim=1) + 1e-10).log()).sum(dim=1).mean()
    ours = reconstructed(logits, rows(counts))
    torch.testing.assert_close(ours, dense)
    torch.testing.assert_close(*(torch.autograd.grad(loss, logits)[0] for loss in (ours, dense)))


def test_reconstruction_of_a_vanishing_probability_is_the_floor() -> None:
    logits = torch.tensor([[0.0, -1e4]], requires_grad=True)
    loss = reconstructed(logits, rows(np.array([[0, 3]])))
    loss.backward()
    assert loss.item() == pytest.approx(-3 * np.log(1e-10))
    assert logits.grad is not None
    assert logits.grad.isfinite().all()


def test_reconstruction_counts_a_document_without_words_in_the_mean_only() -> None:
    logits, counts = draw(4, 5), np.array([[1, 0, 2, 0, 0], [0, 0, 0, 0, 0], [0, 3, 0, 0, 1], [0, 0, 0, 0, 0]])
    with_words = [0, 2]
    expected = reconstructed(logits[with_words], rows(counts[with_words])).item() / 2
    close(reconstructed(logits, rows(counts)), expected)


def test_reconstruction_without_any_word_is_zero() -> None:
    logits = draw(3, 5)
    loss = reconstructed(logits, rows(np.zeros((3, 5), dtype=np.int64)))
    loss.backward()
    assert loss.item() == 0
    assert logits.grad is not None
    assert not logits.grad.any()


@sizes
def test_kl_is_its_formula(size: tuple[int, int]) -> None:
    mean, logvar, prior_mean, prior_variance = draw(*size), draw(*size, seed=1), draw(size[1]), draw(size[1]).exp()
    expected = naive.kl(mean.tolist(), logvar.tolist(), prior_mean.tolist(), prior_variance.tolist())
    close(gaussian_kl(mean, logvar, prior_mean, prior_variance), expected)


def test_kl_is_zero_where_the_posterior_is_the_prior() -> None:
    mean, variance = draw(4), draw(4, seed=1).exp()
    assert gaussian_kl(mean.expand(3, 4), variance.log().expand(3, 4), mean, variance).item() == pytest.approx(0)


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
@sizes
def test_cosines_are_their_formula(size: tuple[int, int], scale: float) -> None:
    first, second = draw(*size, scale=scale), draw(size[0] + 3, size[1], seed=1)
    expected = [[naive.cosine(a, b) for b in second.tolist()] for a in first.tolist()]
    np.testing.assert_allclose(cosines(first, second).detach(), expected, rtol=1e-11, atol=1e-14)


def test_cosines_of_a_row_of_zeros_are_zero_and_move_nothing_else() -> None:
    first, second = draw(4, 3).detach(), draw(5, 3, seed=1).detach()
    first[1], second[2] = 0, 0
    found = cosines(first.requires_grad_(), second.requires_grad_())
    assert not found[1].any()
    assert not found[:, 2].any()
    others, kept = [0, 2, 3], [0, 1, 3, 4]
    torch.testing.assert_close(found[others][:, kept], cosines(first[others], second[kept]))
    grads = torch.autograd.grad(found[others].square().sum(), (first, second))
    clean = torch.autograd.grad(cosines(first[others], second[kept]).square().sum(), (first, second))
    for gradient, expected in zip(grads, clean, strict=True):
        torch.testing.assert_close(gradient, expected)


@forms
@sizes
def test_infonce_is_its_formula(size: tuple[int, int], form: Form) -> None:
    projected, embeddings = draw(*size), draw(*size, seed=1, scale=5)
    expected = naive.infonce(projected.tolist(), embeddings.tolist(), form)
    close(embedding_infonce(projected, embeddings, form), expected)


@forms
def test_infonce_of_an_empty_embedding_stays_finite(form: Form) -> None:
    projected, embeddings = draw(4, 3), draw(4, 3, seed=1).detach()
    embeddings[2] = 0
    embedding_infonce(projected, embeddings, form).backward()
    assert projected.grad is not None
    assert projected.grad.isfinite().all()


@forms
@pytest.mark.parametrize("temperature", [0.2, 1.0, 0.001])
@sizes
def test_cluster_is_its_formula(size: tuple[int, int], temperature: float, form: Form) -> None:
    theta, clusters = draw(*size, scale=2).softmax(dim=1), torch.arange(size[0]) % 3
    expected = naive.cluster(theta.tolist(), clusters.tolist(), temperature, form)
    close(cluster_contrast(theta, clusters, temperature, form), expected)


@forms
def test_cluster_stays_finite_in_single_precision(form: Form) -> None:
    theta = draw(12, 4).softmax(dim=1).float().detach().requires_grad_()
    clusters = torch.arange(12) % 3
    loss = cluster_contrast(theta, clusters, 0.001, form)
    loss.backward()
    expected = naive.cluster(theta.tolist(), clusters.tolist(), 0.001, form)
    assert loss.item() == pytest.approx(expected, rel=1e-3)  # cosines of 1 to 24 bits, times 1000
    assert theta.grad is not None
    assert theta.grad.isfinite().all()


@forms
def test_cluster_without_positives_is_zero_with_zero_gradient(form: Form) -> None:
    theta = draw(5, 3)
    loss = cluster_contrast(theta, torch.arange(5), form=form)
    loss.backward()
    assert loss.item() == 0
    assert theta.grad is not None
    assert not theta.grad.any()


def test_cluster_published_leaves_out_an_anchor_alone_in_its_cluster() -> None:
    theta, clusters = draw(3, 4), torch.tensor([0, 0, 1])
    cosine = [[naive.cosine(a, b) / 0.2 for b in theta.tolist()] for a in theta.tolist()]
    own = np.exp(cosine[0][1])
    anchors = [-np.log(own / (2 * own + np.exp(cosine[i][2]))) for i in (0, 1)]
    close(cluster_contrast(theta, clusters, 0.2, "published"), sum(anchors) / 2)


@sizes
def test_beta_with_two_languages_is_the_papers(size: tuple[int, int]) -> None:
    first, second = draw(*size), draw(*size, seed=1, scale=3)
    close(beta_alignment([first, second]), naive.beta(first.tolist(), second.tolist()))


@sizes
def test_beta_with_three_languages_is_the_mean_over_pairs(size: tuple[int, int]) -> None:
    profiles = [draw(*size, seed=seed) for seed in range(3)]
    first, second, third = (profile.tolist() for profile in profiles)
    expected = (naive.beta(first, second) + naive.beta(first, third) + naive.beta(second, third)) / 3
    close(beta_alignment(profiles), expected)
    close(beta_alignment(profiles[::-1]), expected)


def test_gradients() -> None:
    one, two, three = (draw(5, 4, seed=seed) for seed in range(3))
    clusters, bow = torch.tensor([0, 1, 0, 2, 0]), rows(some_counts((5, 4)))
    assert gradcheck(lambda logits: reconstructed(logits, bow), one)
    assert gradcheck(lambda m, v: gaussian_kl(m, v, three[0].detach(), three[1].detach().exp()), (one, two))
    for form in FORMS:
        assert gradcheck(lambda p, e, form=form: embedding_infonce(p, e, form), (one, two))
        assert gradcheck(lambda theta, form=form: cluster_contrast(theta, clusters, 0.2, form), one)
    assert gradcheck(cosines, (one, two[:3].detach().requires_grad_()))
    assert gradcheck(lambda a, b: beta_alignment([a, b]), (one, two))
    assert gradcheck(lambda a, b, c: beta_alignment([a, b, c]), (one, two, three))
