"""The optimiser, by rows and whole, against torch's Adam on whole weights."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from pipeline.bow.sparse import SparseRows
from pipeline.models.parts.layers import SparseLinear
from pipeline.training import optimiser as optimiser_module
from pipeline.training import row_table as rows
from pipeline.training.optimiser import Optimiser, gradient_norm

WORDS, WIDTH, DOCUMENTS, STEPS = 40, 6, 4, 60
NEVER = range(33, WORDS)  # rows that no batch has
SETTLED = (20, 41)  # steps after which everything is brought up to date
CLIP = 1.5  # some gradients are longer, some shorter


class Small(nn.Module):
    """Two sparse layers, of which a step may leave out the second, and a dense one."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = SparseLinear(WORDS, WIDTH), SparseLinear(WORDS, WIDTH)
        self.dense = nn.Linear(WIDTH, 3)

    def loss(self, bow: SparseRows, target: torch.Tensor, both: bool = True) -> torch.Tensor:
        hidden = torch.tanh(self.first(bow))
        if both:
            hidden = hidden + torch.tanh(self.second(bow))
        return (self.dense(hidden) - target).square().mean()


def some_words(step: int) -> tuple[SparseRows, torch.Tensor]:
    """A batch of few words, most of them rare, and what is wanted of it."""
    generator = torch.Generator().manual_seed(step)
    spread = torch.rand(DOCUMENTS, 3, generator=generator).square()
    terms = (spread * (WORDS - len(NEVER))).long().flatten()
    counts = torch.randint(1, 4, terms.shape, generator=generator).float()
    documents = torch.arange(DOCUMENTS).repeat_interleave(3)
    return SparseRows(documents, terms, counts, DOCUMENTS), torch.randn(DOCUMENTS, 3, generator=generator)


def rate(step: int) -> float:
    return 0.02 * 0.5 ** (step // 15) * (1 + step % 3)


def both_models(dtype: torch.dtype = torch.float32) -> tuple[Small, Small]:
    torch.manual_seed(0)
    model = Small().to(dtype)
    return model, copy.deepcopy(model)


def torch_step(model: Small, adam: torch.optim.Adam, loss: torch.Tensor, rate: float, clip: float) -> float:
    adam.param_groups[0]["lr"] = rate
    adam.zero_grad(set_to_none=True)
    loss.backward()
    norm = nn.utils.clip_grad_norm_(model.parameters(), clip)
    adam.step()
    return norm.item()


CASES = {  # type, Adam's epsilon, clip, how close; epsilon differs by rows beside a gradient of almost nothing
    "as it is used": (torch.float32, 1e-8, CLIP, 1e-4),
    "double precision": (torch.float64, 1e-8, CLIP, 1e-4),
    "no epsilon": (torch.float32, 1e-30, CLIP, 2e-5),
    "no epsilon, double precision": (torch.float64, 1e-30, CLIP, 1e-7),  # the clip is in single precision
    "no epsilon, double precision, no clip": (torch.float64, 1e-30, 1e9, 1e-12),
}


@pytest.mark.parametrize("skip", [0, 4], ids=["both layers", "a layer left out now and then"])
@pytest.mark.parametrize("by_rows", [True, False], ids=["by rows", "whole"])
@pytest.mark.parametrize(("dtype", "epsilon", "clip", "close"), CASES.values(), ids=CASES.keys())
def test_the_optimiser_is_torchs_adam(
    dtype: torch.dtype, epsilon: float, clip: float, close: float, by_rows: bool, skip: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    for module in (rows, optimiser_module):
        monkeypatch.setattr(module, "EPSILON", epsilon)
    ours, theirs = both_models(dtype)
    start = {name: parameter.detach().clone() for name, parameter in theirs.named_parameters()}
    optimiser, adam = Optimiser(ours, 9.0, clip, by_rows), torch.optim.Adam(theirs.parameters(), eps=epsilon)
    norms: list[float] = []
    for step in range(STEPS):
        bow, target = some_words(step)
        both = not skip or step % skip > 0
        optimiser.learning_rate = rate(step)
        norm = optimiser.step(ours.loss(bow, target.to(dtype), both))
        norms.append(torch_step(theirs, adam, theirs.loss(bow, target.to(dtype), both), rate(step), clip))
        assert norm.item() == pytest.approx(norms[-1], rel=100 * close)
        if step in SETTLED:
            optimiser.settle()
            for name, parameter in theirs.named_parameters():
                torch.testing.assert_close(ours.get_parameter(name), parameter, rtol=0, atol=close, msg=name)
    optimiser.close()
    assert min(norms) < CLIP < max(norms)
    for name, parameter in theirs.named_parameters():
        found, state, kept = ours.get_parameter(name), adam.state[parameter], optimiser.tensors()
        torch.testing.assert_close(found, parameter, rtol=0, atol=close)
        assert (found - start[name]).abs().max() > 0.1, name  # far, beside what is close
        torch.testing.assert_close(kept[f"mean.{name}"], state["exp_avg"], rtol=0, atol=close)
        torch.testing.assert_close(kept[f"square.{name}"], state["exp_avg_sq"], rtol=0, atol=close)
        assert kept[f"steps.{name}"] == state["step"], name
    for name in ("first.weight", "second.weight"):
        assert torch.equal(ours.get_parameter(name)[NEVER], start[name][NEVER])


def test_settling_between_steps_changes_nothing_but_rounding() -> None:
    often, once = both_models()
    for model in (often, once):
        optimiser = Optimiser(model, 0.02, CLIP, by_rows=True)
        for step in range(STEPS):
            optimiser.step(model.loss(*some_words(step)))
            if model is often:
                optimiser.settle()
                optimiser.settle()  # nothing is left to do
        optimiser.close()
    torch.testing.assert_close(often.state_dict(), once.state_dict(), rtol=0, atol=2e-6)


def test_a_row_waits_until_it_is_read() -> None:
    model, _ = both_models()
    optimiser = Optimiser(model, 0.02, CLIP, by_rows=True)
    one, other = (SparseRows(torch.tensor([0]), torch.tensor([word]), torch.ones(1), 1) for word in (5, 9))
    target = torch.ones(1, 3)
    optimiser.step(model.loss(one, target))
    then = model.first.weight[5].detach().clone()
    optimiser.step(model.loss(other, target))
    assert torch.equal(model.first.weight[5], then)
    optimiser.tables["first.weight"].product(one, torch.zeros(WIDTH))
    assert not torch.equal(model.first.weight[5], then)  # its momentum has carried it on


def test_the_product_by_rows_is_the_layers() -> None:
    model, _ = both_models()
    bow, _ = some_words(0)
    whole = model.first(bow)
    optimiser = Optimiser(model, 0.02, CLIP, by_rows=True)
    assert torch.equal(model.first(bow), whole)
    target = torch.randn(whole.shape)
    optimiser.tables["first.weight"].drop()
    (model.first(bow) * target).sum().backward()
    (model.eval().first(bow) * target).sum().backward()  # the layer's own: a gradient of the whole weight
    gradient = model.first.weight.grad
    assert gradient is not None
    assert optimiser.tables["first.weight"].squared_norm() == pytest.approx(gradient.square().sum().item())
    torch.testing.assert_close(model.first.bias.grad, 2 * target.sum(dim=0))


def test_several_batches_in_one_step_are_differentiated_together(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (rows, optimiser_module):
        monkeypatch.setattr(module, "EPSILON", 1e-30)
    ours, theirs = both_models(torch.float64)
    optimiser, adam = Optimiser(ours, 0.02, 1e9, by_rows=True), torch.optim.Adam(theirs.parameters(), eps=1e-30)

    def loss(model: Small, step: int) -> torch.Tensor:
        """Of one to three batches, the third the first again; one more is read, and nothing asked of it."""
        model.loss(some_words(step + 200)[0], torch.zeros(DOCUMENTS, 3, dtype=torch.float64))
        read = [some_words(number) for number in (step, step + 100, step)][: 1 + step % 3]
        parts = [model.loss(bow, target.double(), both=place != 1) for place, (bow, target) in enumerate(read)]
        return torch.stack(parts).sum()

    for step in range(STEPS):
        norm = optimiser.step(loss(ours, step))
        assert norm.item() == pytest.approx(torch_step(theirs, adam, loss(theirs, step), 0.02, 1e9), rel=1e-10)
    optimiser.close()
    for name, parameter in theirs.named_parameters():
        torch.testing.assert_close(ours.get_parameter(name), parameter, rtol=0, atol=1e-12, msg=name)


def test_losses_may_be_computed_before_and_stepped_by_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (rows, optimiser_module):
        monkeypatch.setattr(module, "EPSILON", 1e-30)
    ours, theirs = both_models(torch.float64)
    optimiser, adam = Optimiser(ours, 0.02, 1e9, by_rows=True), torch.optim.Adam(theirs.parameters(), eps=1e-30)
    for step in range(0, STEPS, 2):
        pairs = []
        for model in (ours, theirs):
            batches = [some_words(number) for number in (step, step + 1)]
            # Linear in the weight, so that its change between reading and stepping does no harm to torch's graph.
            pairs.append([(model.first(bow) * target.double()[:, :1]).sum() for bow, target in batches])
        for mine, other in zip(*pairs, strict=True):
            norm = optimiser.step(mine)
            assert norm.item() == pytest.approx(torch_step(theirs, adam, other, 0.02, 1e9), rel=1e-10)
    optimiser.close()
    torch.testing.assert_close(ours.first.weight, theirs.first.weight, rtol=0, atol=1e-12)


def test_a_closed_optimiser_gives_the_layers_back() -> None:
    model, _ = both_models()
    optimiser = Optimiser(model, 0.02, CLIP, by_rows=True)
    bow, target = some_words(0)
    optimiser.step(model.loss(bow, target))
    model.loss(bow, target)  # a step that was broken off
    optimiser.close()
    loss = model.loss(bow, target)
    assert loss.item() == model.loss(bow, target).item()
    loss.backward()
    assert model.first.weight.grad is not None


def test_evaluation_reads_the_whole_weight() -> None:
    model, _ = both_models()
    Optimiser(model, 0.02, CLIP, by_rows=True)
    bow, target = some_words(0)
    assert model.eval().loss(bow, target).item() == model.loss(bow, target).item()


def test_by_rows_is_the_default_on_a_cpu() -> None:
    model, _ = both_models()
    assert list(Optimiser(model, 0.02, CLIP).tables) == ["first.weight", "second.weight"]
    assert not Optimiser(model, 0.02, CLIP, by_rows=False).tables


@pytest.mark.parametrize("by_rows", [True, False], ids=["by rows", "whole"])
@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_a_failed_optimiser_steps_no_more(bad: float, by_rows: bool) -> None:
    model, twin = both_models()
    optimiser, until = (Optimiser(each, 0.02, CLIP, by_rows) for each in (model, twin))
    for step in range(6):
        for each, its in ((model, optimiser), (twin, until)):
            its.step(each.loss(*some_words(step)))
    assert not optimiser.failed
    bow, target = some_words(6)
    optimiser.step(model.loss(bow, target) * bad)
    assert optimiser.failed
    for step in range(7, 12):  # sound losses do not help
        assert optimiser.step(model.loss(*some_words(step))).isfinite()
        assert optimiser.failed
    for its in (optimiser, until):
        its.close()
    for (name, found), expected in zip(model.named_parameters(), twin.parameters(), strict=True):
        assert torch.equal(found, expected), name


@pytest.mark.parametrize("by_rows", [True, False], ids=["by rows", "whole"])
def test_a_gradient_that_is_not_finite_fails_too(by_rows: bool) -> None:
    model, twin = both_models()
    optimiser = Optimiser(model, 0.02, CLIP, by_rows)
    loss = model.loss(*some_words(0)) + 0 * model.dense.bias[0].sub(model.dense.bias[0].detach()).sqrt()
    assert loss.isfinite()
    assert not optimiser.step(loss).isfinite()
    assert optimiser.failed
    optimiser.close()
    for found, expected in zip(model.parameters(), twin.parameters(), strict=True):
        assert torch.equal(found, expected)


def test_the_norm_is_that_of_all_gradients_together() -> None:
    torch.manual_seed(0)
    gradients = [torch.randn(7, 3), torch.randn(5), torch.randn(1, 2, 2), torch.zeros(4)]
    expected = torch.cat([gradient.flatten() for gradient in gradients]).norm()
    torch.testing.assert_close(gradient_norm(gradients), expected)
