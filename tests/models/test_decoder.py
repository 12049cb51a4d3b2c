"""The decoder's words against the plain softmax of BatchNorm."""

from __future__ import annotations

import naive
import numpy as np
import pytest
import torch
from scipy.sparse import csr_array
from torch import nn
from torch.autograd import gradcheck

from pipeline.bow.sparse import SparseRows, sparse_rows
from pipeline.models.parts.decoder import SoftmaxEntries, word_probabilities
from pipeline.models.parts.layers import ShiftNorm

DOCUMENTS, TOPICS, WORDS = 6, 3, 5


def draw(*shape: int, seed: int = 0, scale: float = 1.0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return (torch.randn(*shape, generator=generator, dtype=torch.float64) * scale).requires_grad_()


def documents() -> SparseRows:
    """Some words a document, the third document without any."""
    counts = np.random.default_rng(0).poisson(0.9, (DOCUMENTS, WORDS))
    counts[2] = 0
    return sparse_rows(csr_array(counts), np.arange(DOCUMENTS))


def entries(left: torch.Tensor, right: torch.Tensor, shift: torch.Tensor, bow: SparseRows) -> torch.Tensor:
    return SoftmaxEntries.apply(left, right, shift, bow.rows, bow.terms)


def norm_of(bias: torch.Tensor) -> ShiftNorm:
    norm = ShiftNorm(len(bias)).double()
    with torch.no_grad():
        norm.bias.copy_(bias)
    return norm


@pytest.mark.parametrize("scale", [0.1, 1.0, 20.0])  # at 20 some probabilities are 0 to 12 digits
def test_softmax_entries_are_those_of_the_softmax(scale: float) -> None:
    inputs, bow = (draw(DOCUMENTS, TOPICS, scale=scale), draw(TOPICS, WORDS, seed=1), draw(WORDS, seed=2)), documents()
    ours = entries(*inputs, bow)
    theirs = (inputs[0] @ inputs[1] + inputs[2]).softmax(dim=1)[bow.rows, bow.terms]
    torch.testing.assert_close(ours, theirs)
    weight = draw(len(ours), seed=3).detach()
    grads, expected = (torch.autograd.grad((found * weight).sum(), inputs) for found in (ours, theirs))
    for gradient, twin in zip(grads, expected, strict=True):
        torch.testing.assert_close(gradient, twin, rtol=1e-10, atol=1e-13)


def test_softmax_entries_pass_gradcheck() -> None:
    inputs, bow = (draw(DOCUMENTS, TOPICS), draw(TOPICS, WORDS, seed=1), draw(WORDS, seed=2)), documents()
    assert gradcheck(lambda left, right, shift: entries(left, right, shift, bow), inputs)


def test_softmax_entries_may_repeat_and_come_in_any_order() -> None:
    inputs = (draw(DOCUMENTS, TOPICS), draw(TOPICS, WORDS, seed=1), draw(WORDS, seed=2))
    bow = SparseRows(torch.tensor([3, 0, 3, 3]), torch.tensor([1, 4, 1, 0]), torch.ones(4), DOCUMENTS)
    expected = (inputs[0] @ inputs[1] + inputs[2]).softmax(dim=1)[bow.rows, bow.terms]
    torch.testing.assert_close(entries(*inputs, bow), expected)
    assert gradcheck(lambda left, right, shift: entries(left, right, shift, bow), inputs)


def test_softmax_entries_of_huge_scores_are_finite() -> None:
    bow = SparseRows(torch.tensor([0, 0]), torch.tensor([0, 1]), torch.ones(2), 1)
    left, right = torch.ones(1, 1, requires_grad=True), torch.tensor([[1e4, -1e4]])
    found = entries(left, right, torch.zeros(2), bow)
    (found + 1e-10).log().sum().backward()
    assert found.tolist() == [1, 0]
    assert left.grad is not None
    assert left.grad.isfinite().all()


def test_softmax_entries_leave_their_inputs_alone() -> None:
    inputs = (draw(DOCUMENTS, TOPICS), draw(TOPICS, WORDS, seed=1), draw(WORDS, seed=2))
    before = [part.detach().clone() for part in inputs]
    entries(*inputs, documents()).sum().backward()
    for part, was in zip(inputs, before, strict=True):
        assert torch.equal(part, was)


def test_word_probabilities_are_the_naive_ones() -> None:
    theta, beta, bias, bow = draw(DOCUMENTS, TOPICS), draw(TOPICS, WORDS, seed=1), draw(WORDS, seed=2), documents()
    ours = word_probabilities(theta, beta, norm_of(bias), bow)
    scores = naive.shift_norm(naive.product(theta.tolist(), beta.tolist()), bias.tolist())
    expected = [naive.softmax(scores[row])[term] for row, term in zip(bow.rows, bow.terms, strict=True)]
    assert ours.tolist() == pytest.approx(expected, rel=1e-11)


def test_word_probabilities_pass_gradcheck() -> None:
    bow, norm = documents(), norm_of(draw(WORDS, seed=2))
    inputs = (draw(DOCUMENTS, TOPICS), draw(TOPICS, WORDS, seed=1))
    assert gradcheck(lambda theta, beta: word_probabilities(theta, beta, norm, bow), inputs)
    assert gradcheck(lambda theta, beta: word_probabilities(theta, beta, norm.eval(), bow), inputs)


def test_word_probabilities_are_the_softmax_of_batch_norm() -> None:
    bias, bow = draw(WORDS, seed=2), documents()
    norm, twin = norm_of(bias), nn.BatchNorm1d(WORDS).double()
    with torch.no_grad():
        twin.bias.copy_(bias)
    for training in (True, True, True, False):  # the running statistics of three batches, then their use
        norm.train(training)
        twin.train(training)
        seed = int(norm.num_batches_tracked)
        theta, beta = draw(DOCUMENTS, TOPICS, seed=seed, scale=2), draw(TOPICS, WORDS, seed=seed + 9, scale=3)
        ours = word_probabilities(theta, beta, norm, bow)
        theirs = twin(theta @ beta).softmax(dim=1)[bow.rows, bow.terms]
        torch.testing.assert_close(ours, theirs, rtol=1e-11, atol=1e-14)
        weight = draw(len(ours), seed=3).detach()
        grads = torch.autograd.grad((ours * weight).sum(), (theta, beta, norm.bias))
        twins = torch.autograd.grad((theirs * weight).sum(), (theta, beta, twin.bias))
        for gradient, expected in zip(grads, twins, strict=True):
            torch.testing.assert_close(gradient, expected, rtol=1e-9, atol=1e-13)
        for name in ("running_mean", "running_var"):
            torch.testing.assert_close(getattr(norm, name), getattr(twin, name), rtol=1e-12, atol=1e-14, msg=name)
        assert norm.num_batches_tracked == twin.num_batches_tracked
    assert norm.num_batches_tracked == 3


@pytest.mark.parametrize("training", [True, False])
def test_of_product_is_the_norm_of_the_product(training: bool) -> None:
    theta, beta = draw(DOCUMENTS, TOPICS), draw(TOPICS, WORDS, seed=1)
    norm, twin = norm_of(draw(WORDS, seed=2)), norm_of(draw(WORDS, seed=2))
    for layer in (norm, twin):
        layer(draw(DOCUMENTS, WORDS, seed=5, scale=4))  # statistics that are not those at the start
        layer.train(training)
    left, right, shift = norm.of_product(theta, beta)
    torch.testing.assert_close(left @ right + shift, twin(theta @ beta))


@pytest.mark.parametrize("height", [1.0, 100.0, 1e4])
def test_words_that_all_topics_say_alike_stay_finite(height: float) -> None:
    """Their variance is no more than rounding, which in single precision falls below zero too."""
    torch.manual_seed(0)
    theta = torch.randn(128, 50).softmax(dim=1).requires_grad_()
    beta = torch.full((50, 400), height).add_(torch.randn(50, 400), alpha=1e-3).requires_grad_()
    bow = SparseRows(torch.arange(128).repeat_interleave(4), torch.arange(512) % 400, torch.ones(512), 128)
    norm = ShiftNorm(400)
    found = word_probabilities(theta, beta, norm, bow)
    found.log().sum().backward()
    assert found.isfinite().all()
    assert norm.running_var.min() >= 0
    for part in (theta, beta):
        assert part.grad is not None
        assert part.grad.isfinite().all()
