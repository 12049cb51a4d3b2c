"""Matrix products of less precision: only where they are asked for, and near those of float32."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import torch
from planted import first_batch, fit, planted_corpus, planted_model

from pipeline.models.parts.layers import Linear
from pipeline.models.topic_model import Batch, LossParts
from pipeline.training.precision import products_in
from pipeline.training.train_params import Precision

CORPUS = planted_corpus({"en": 40, "zh": 25})


def loss_in(precision: Precision) -> torch.Tensor:
    model = planted_model(CORPUS).eval()
    noise = {language: torch.zeros(8, 3) for language in CORPUS}
    with products_in(precision, model):
        return model.loss(first_batch(CORPUS, 8), noise).total.detach()


def test_bfloat16_is_near_float32_and_not_the_same() -> None:
    exact, rounded = loss_in("float32"), loss_in("bf16")
    assert rounded.dtype == torch.float32
    assert rounded != exact
    assert float(rounded) == pytest.approx(float(exact), rel=0.01)


def test_a_layer_rounds_what_it_multiplies_and_gives_float32() -> None:
    layer = Linear(64, 8)
    layer.rounds = True
    x = torch.randn(5, 64, generator=torch.Generator().manual_seed(0), requires_grad=True)
    y = layer(x)
    y.sum().backward()
    short = [t.detach().bfloat16().double() for t in (x, layer.weight, layer.bias)]
    assert y.dtype == torch.float32
    assert torch.allclose(y.detach().double(), short[0] @ short[1].T + short[2], atol=0.02)
    assert not torch.allclose(y, torch.nn.functional.linear(x, layer.weight, layer.bias), atol=1e-5)
    assert x.grad is not None
    assert x.grad.dtype == layer.weight.grad.dtype == torch.float32


@pytest.mark.parametrize(("precision", "rounds"), [("tf32", False), ("bf16", True)])
def test_training_sets_the_precision_and_takes_it_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, precision: Precision, rounds: bool
) -> None:
    before = torch.backends.cuda.matmul.fp32_precision
    model = planted_model(CORPUS)
    seen: set[tuple[bool, str]] = set()
    real = model.loss

    def spy(batches: Mapping[str, Batch]) -> LossParts:
        seen.add((model.theta_map.rounds, torch.backends.cuda.matmul.fp32_precision))
        return real(batches)

    monkeypatch.setattr(model, "loss", spy)
    fit(model, CORPUS, tmp_path, precision=precision)
    assert seen == {(rounds, "tf32")}
    assert torch.backends.cuda.matmul.fp32_precision == before
    assert not any(layer.rounds for layer in model.modules() if isinstance(layer, Linear))


def test_the_loss_falls_in_bfloat16(tmp_path: Path) -> None:
    history = fit(planted_model(CORPUS), CORPUS, tmp_path, precision="bf16", epochs=20)
    assert history[-1]["total"] < history[0]["total"]
