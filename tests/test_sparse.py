"""Sparse rows and the layers that read them, against their dense twins."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.sparse import csr_array
from torch import nn

from pipeline.models.layers import ShiftNorm, SparseLinear
from pipeline.sparse import SparseRows, sparse_rows

COUNTS = np.array([[0, 2, 0, 1], [0, 0, 0, 0], [3, 0, 0, 0], [0, 0, 0, 0], [1, 1, 4, 1]], dtype=np.int32)
PICKS = {
    "in order": [0, 1, 2, 3, 4],
    "backwards": [4, 3, 2, 1, 0],
    "repeats": [2, 4, 2, 2, 0],
    "empty at both ends": [1, 0, 3],
    "empty rows only": [3, 1, 1],
    "one row": [4],
}

picks = pytest.mark.parametrize("documents", PICKS.values(), ids=PICKS.keys())


def pick(documents: list[int]) -> SparseRows:
    return sparse_rows(csr_array(COUNTS), np.array(documents))


def dense(rows: SparseRows) -> np.ndarray:
    table = np.zeros((rows.size, COUNTS.shape[1]))
    for row, term, count in zip(rows.rows.tolist(), rows.terms.tolist(), rows.counts.tolist(), strict=True):
        table[row, term] += count
    return table


@picks
def test_sparse_rows_are_the_dense_rows(documents: list[int]) -> None:
    rows = pick(documents)
    np.testing.assert_array_equal(dense(rows), COUNTS[documents])
    assert rows.size == len(documents)
    assert (rows.rows.dtype, rows.terms.dtype, rows.counts.dtype) == (torch.int64, torch.int64, torch.float32)


@picks
def test_offsets_say_where_each_document_starts(documents: list[int]) -> None:
    lengths = [int((COUNTS[document] > 0).sum()) for document in documents]
    assert pick(documents).offsets.tolist() == [sum(lengths[:i]) for i in range(len(lengths))]


@picks
def test_sparse_linear_is_linear_on_dense_rows(documents: list[int]) -> None:
    torch.manual_seed(0)
    sparse, linear = SparseLinear(4, 3), nn.Linear(4, 3)
    with torch.no_grad():
        linear.weight.copy_(sparse.weight.T)
        linear.bias.copy_(sparse.bias)
    rows = pick(documents)
    ours, theirs = sparse(rows), linear(torch.from_numpy(dense(rows)).float())
    torch.testing.assert_close(ours, theirs)
    for output in (ours, theirs):
        output.square().sum().backward()
    assert sparse.weight.grad is not None
    assert linear.weight.grad is not None
    torch.testing.assert_close(sparse.weight.grad.T, linear.weight.grad)
    torch.testing.assert_close(sparse.bias.grad, linear.bias.grad)


def test_sparse_linear_starts_as_linear_does() -> None:
    torch.manual_seed(0)
    layer, bound = SparseLinear(400, 50), 400**-0.5
    for weights in (layer.weight, layer.bias):
        assert weights.abs().max() <= bound
    assert layer.weight.std().item() == pytest.approx(bound / 3**0.5, rel=0.02)


def test_shift_norm_is_batch_norm_of_weight_one() -> None:
    torch.manual_seed(0)
    ours, theirs = ShiftNorm(4), nn.BatchNorm1d(4)
    with torch.no_grad():
        ours.bias.normal_()
        theirs.bias.copy_(ours.bias)
    for _ in range(3):
        x = torch.randn(6, 4) * 5 + 2
        both = [x.clone().requires_grad_() for _ in range(2)]
        torch.testing.assert_close(ours(both[0]), theirs(both[1]))
        ours(both[0]).square().sum().backward()
        theirs(both[1]).square().sum().backward()
        torch.testing.assert_close(both[0].grad, both[1].grad)
    torch.testing.assert_close(ours.bias.grad, theirs.bias.grad)
    torch.testing.assert_close(ours.running_mean, theirs.running_mean)
    torch.testing.assert_close(ours.running_var, theirs.running_var)
    x = torch.randn(6, 4)
    torch.testing.assert_close(ours.eval()(x), theirs.eval()(x))


def test_shift_norm_learns_its_shift_alone() -> None:
    assert [name for name, _ in ShiftNorm(4).named_parameters()] == ["bias"]
