"""Sparse rows and the layers that read them, against their dense twins."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch
from scipy.sparse import csr_array
from torch import nn

from pipeline.bow.sparse import SparseRows, sparse_rows
from pipeline.models.parts.layers import Dropout, ShiftNorm, SparseLinear

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
    return sparse_rows(csr_array(COUNTS), np.array(documents, dtype=np.int64))


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


@pytest.mark.parametrize("sizes", [[5], [2, 3], [1, 1, 1, 1, 1], [0, 4, 0, 1]], ids=str)
def test_split_is_each_part_picked_alone(sizes: list[int]) -> None:
    lengths, starts = (COUNTS > 0).sum(axis=1), np.cumsum([0, *sizes])
    parts = [list(range(first, last)) for first, last in pairwise(starts)]
    entries = [int(lengths[part].sum()) for part in parts]
    split = pick([0, 1, 2, 3, 4]).split(sizes, entries)
    assert len(split) == len(parts)
    for ours, documents in zip(split, parts, strict=True):
        alone = pick(documents)
        assert ours.size == alone.size == len(documents)
        for name in ("rows", "terms", "counts", "offsets"):
            assert torch.equal(getattr(ours, name), getattr(alone, name)), name


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


@pytest.mark.parametrize("p", [0.05, 0.2, 0.5, 0.9])
def test_dropout_keeps_its_rate_and_its_scale(p: float) -> None:
    torch.manual_seed(0)
    dropped = Dropout(p).train()(torch.full((500, 1601), 3.0))
    kept = dropped != 0
    assert kept.float().mean().item() == pytest.approx(1 - p, rel=0.01)
    torch.testing.assert_close(dropped[kept], torch.full((int(kept.sum()),), 3 / (1 - p)))
    for lane in range(4):  # each quarter of a draw of the generator
        assert kept.flatten()[lane::4].float().mean().item() == pytest.approx(1 - p, rel=0.02)


def test_dropout_drops_each_number_by_itself() -> None:
    torch.manual_seed(0)
    kept = (Dropout(0.5).train()(torch.ones(400_000)) != 0).double()
    for shift in (1, 2, 3, 4, 8):
        assert (kept[shift:] * kept[:-shift]).mean().item() == pytest.approx(0.25, rel=0.02)


@pytest.mark.parametrize("shape", [(0,), (1,), (2, 3), (5, 7), (3, 1, 3), (4, 4)], ids=str)
def test_dropout_fits_any_shape_and_passes_the_gradient_of_what_is_kept(shape: tuple[int, ...]) -> None:
    torch.manual_seed(1)
    x = torch.randn(shape, dtype=torch.float64, requires_grad=True)
    dropped = Dropout(0.3).train()(x)
    assert (dropped.shape, dropped.dtype) == (x.shape, x.dtype)
    (gradient,) = torch.autograd.grad(dropped.sum(), x)
    torch.testing.assert_close(gradient, torch.where(dropped != 0, 1 / 0.7, 0.0).double())
    torch.testing.assert_close(dropped, x * gradient)


def test_dropout_takes_a_transposed_matrix() -> None:
    torch.manual_seed(1)
    x = torch.rand(6, 5).T + 1
    dropped = Dropout(0.5).train()(x)
    torch.testing.assert_close(dropped[dropped != 0], 2 * x[dropped != 0])
    assert 0 < int((dropped != 0).sum()) < 30


def test_the_seed_decides_the_dropout() -> None:
    layer, found = Dropout(0.5).train(), []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        found.append([layer(torch.ones(50)), layer(torch.ones(50))])
    assert torch.equal(found[0][0], found[1][0])
    assert torch.equal(found[0][1], found[1][1])
    assert not torch.equal(found[0][0], found[0][1])  # the generator moves on
    assert not torch.equal(found[0][0], found[2][0])


def test_no_dropout_outside_training_nor_at_rate_zero() -> None:
    x = torch.randn(7, 3)
    assert torch.equal(Dropout(0.5).eval()(x), x)
    assert torch.equal(Dropout(0.0).train()(x), x)
