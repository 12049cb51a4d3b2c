"""Training: it learns, it repeats itself, and it stops where it must."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from planted import CPU, TOPICS, WORDS, first_batch, fit, planted_corpus, planted_model, same_weights

from pipeline.bow.sparse import sparse_rows
from pipeline.common.errors import InputError, MissingResourceError
from pipeline.models.topic_model import Batch, LanguageCorpus, LossParts
from pipeline.models.xtra import Xtra, XtraParams
from pipeline.training import loop
from pipeline.training.batches import Batches
from pipeline.training.checkpoint import NAME
from pipeline.training.loop import NonFiniteLossError, pick_device
from pipeline.training.optimiser import Optimiser
from pipeline.training.train_params import Schedule, learning_rate

CORPUS = planted_corpus({"en": 40, "zh": 25})
TERMS = ["reconstruction", "kl", "infonce", "cluster", "beta"]


class Stop(Exception):
    """What breaks a run."""


def stop_before_epoch(model: Xtra, epoch: int, monkeypatch: pytest.MonkeyPatch, steps: int = 3) -> None:
    """Make the model fail in the second step of an epoch, where it has one."""
    stop_at(model, (epoch - 1) * steps + min(1, steps - 1), monkeypatch)


def stop_at(model: Xtra, step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the model fail in a step, counted from 0."""
    real, calls = model.loss, iter(range(10**6))

    def loss(batches: Mapping[str, Batch]) -> LossParts:
        if next(calls) == step:
            raise Stop
        return real(batches)

    monkeypatch.setattr(model, "loss", loss)


def spied_rates(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The learning rate of each step."""
    seen: list[float] = []
    real = Optimiser.step

    def spy(optimiser: Optimiser, loss: torch.Tensor) -> torch.Tensor:
        seen.append(optimiser.learning_rate)
        return real(optimiser, loss)

    monkeypatch.setattr(Optimiser, "step", spy)
    return seen


def with_nan(language: str, document: int) -> dict[str, LanguageCorpus]:
    embeddings = CORPUS[language].embeddings.copy()
    embeddings[document, 1] = np.nan
    return CORPUS | {language: replace(CORPUS[language], embeddings=embeddings)}


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory: pytest.TempPathFactory) -> tuple[Xtra, list[dict[str, float]]]:
    """Six epochs without a break, without a checkpoint."""
    model = planted_model(CORPUS)
    return model, fit(model, CORPUS, tmp_path_factory.mktemp("unbroken"), checkpoint_every=100)


def test_loss_falls_and_topics_are_found(tmp_path: Path) -> None:
    corpus = planted_corpus({"en": 90, "zh": 56})
    model = planted_model(corpus)
    history = fit(model, corpus, tmp_path, epochs=70, learning_rate=0.01)
    for term in ("reconstruction", "infonce", "cluster", "beta", "total"):
        assert np.mean([row[term] for row in history[-5:]]) < np.mean([row[term] for row in history[:5]]), term
    found = {}
    for language, part in corpus.items():
        everything = sparse_rows(part.bow, np.arange(len(part.clusters)))
        found[language] = model.eval().infer(language, everything).argmax(dim=1).numpy()
    of_cluster = np.array([np.bincount(found["en"][corpus["en"].clusters == k]).argmax() for k in range(TOPICS)])
    assert sorted(of_cluster) == [0, 1, 2]
    for language, part in corpus.items():
        assert (found[language] == of_cluster[part.clusters]).mean() > 0.9, language  # the same in both languages
        top = model.word_scores(language)[of_cluster].argsort(dim=1, descending=True)[:, :WORDS].numpy()
        assert (top // WORDS == np.arange(TOPICS)[:, None]).mean() > 0.8, language


def test_history_has_a_row_an_epoch(unbroken: tuple[Xtra, list[dict[str, float]]]) -> None:
    history = unbroken[1]
    assert [row["epoch"] for row in history] == [1, 2, 3, 4, 5, 6]
    for row in history:
        assert list(row) == ["epoch", *TERMS, "total"]
        assert row["total"] == pytest.approx(sum(row[term] for term in TERMS))


def test_the_same_seed_gives_the_same_weights(unbroken: tuple[Xtra, list[dict[str, float]]], tmp_path: Path) -> None:
    model = planted_model(CORPUS)
    torch.manual_seed(99)  # the state that training finds does not matter
    assert fit(model, CORPUS, tmp_path / "again") == unbroken[1]
    assert same_weights(model, unbroken[0])
    other = planted_model(CORPUS)
    fit(other, CORPUS, tmp_path / "other", seed=1)
    assert not same_weights(other, unbroken[0])


@pytest.mark.parametrize("epoch", [1, 3, 4, 6])
def test_a_broken_run_resumes_to_the_same_weights(
    unbroken: tuple[Xtra, list[dict[str, float]]], epoch: int,
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    caplog.set_level(logging.INFO)
    broken = planted_model(CORPUS)
    stop_before_epoch(broken, epoch, monkeypatch)
    with pytest.raises(Stop):
        fit(broken, CORPUS, tmp_path)
    caplog.clear()
    done = (epoch - 1) // 2 * 2  # a checkpoint every other epoch
    resumed = planted_model(CORPUS, seed=9 if done else 0)  # the checkpoint replaces all of the fresh weights
    assert fit(resumed, CORPUS, tmp_path) == unbroken[1]
    assert same_weights(resumed, unbroken[0])
    assert (f"resumed after epoch {done}" in caplog.text) == (done > 0)


def test_the_learning_rate_halves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rates = spied_rates(monkeypatch)
    fit(planted_model(CORPUS), CORPUS, tmp_path, epochs=7, halve_every=3, learning_rate=0.008, batch_size=64)
    assert rates == [0.008] * 3 + [0.004] * 3 + [0.002]


def test_one_cycle_goes_up_and_down_to_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rates = spied_rates(monkeypatch)
    fit(planted_model(CORPUS), CORPUS, tmp_path, epochs=10, learning_rate=0.008, schedule="cycle")
    starts = np.arange(30) / 3  # three steps an epoch
    up, down = 0.1 + 0.9 * starts, (1 + np.cos(np.pi * (starts - 1) / 9)) / 2
    np.testing.assert_allclose(rates, 0.008 * np.where(starts < 1, up, down), rtol=1e-12)
    assert rates[3] == 0.008 == max(rates)


@pytest.mark.parametrize("schedule", ["halve", "cycle"])
@pytest.mark.parametrize("epochs", [1, 2, 7, 100])
def test_the_learning_rate_is_always_above_zero_and_never_above_its_highest(schedule: Schedule, epochs: int) -> None:
    rates = [learning_rate(schedule, 0.01, step / 7, epochs, 3) for step in range(7 * epochs)]
    assert 0 < min(rates) <= max(rates) <= 0.01
    assert learning_rate("cycle", 0.01, epochs, epochs, 3) == pytest.approx(0, abs=1e-9)


def test_the_learning_rate_of_a_resumed_run_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken, settings = planted_model(CORPUS), {"halve_every": 3, "learning_rate": 0.008, "batch_size": 64}
    stop_before_epoch(broken, 5, monkeypatch, steps=1)
    with pytest.raises(Stop):
        fit(broken, CORPUS, tmp_path, epochs=8, **settings)
    rates = spied_rates(monkeypatch)
    fit(planted_model(CORPUS), CORPUS, tmp_path, epochs=8, **settings)
    assert rates == [0.004] * 2 + [0.002] * 2


def test_nan_stops_before_the_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spoilt, model, twin = with_nan("en", 8), planted_model(CORPUS), planted_model(CORPUS)
    with pytest.raises(NonFiniteLossError) as caught:
        fit(model, spoilt, tmp_path / "nan", batch_size=8)
    place = re.search(r"not finite in epoch 1, batch (\d):", str(caught.value))
    assert place
    assert int(place[1]) > 1  # so that there are steps before it
    stop_at(twin, int(place[1]) - 1, monkeypatch)
    with pytest.raises(Stop):
        fit(twin, spoilt, tmp_path / "stopped", batch_size=8)
    for (name, weight), expected in zip(model.named_parameters(), twin.parameters(), strict=True):
        assert torch.equal(weight, expected), name
    values = r"reconstruction \d\S*, kl \d\S*, infonce nan, cluster \d\S*, beta \d\S*, gradient nan\. The last good"
    assert re.search(values, str(caught.value))
    assert issubclass(NonFiniteLossError, InputError)


@pytest.mark.parametrize(("bad", "noticed"), [(1, 4), (4, 4), (5, 8), (9, 10)])  # an epoch has ten batches
def test_nan_is_noticed_soon_and_its_batch_is_named(
    bad: int, noticed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "CHECK_EVERY", 4)
    model, twin, calls = planted_model(CORPUS), planted_model(CORPUS), 0
    real = model.loss

    def loss(batches: Mapping[str, Batch]) -> LossParts:
        nonlocal calls
        calls += 1
        parts = real(batches)
        return LossParts({**parts.terms, "kl": parts.terms["kl"] * float("nan")}) if calls == 10 + bad else parts

    monkeypatch.setattr(model, "loss", loss)
    with pytest.raises(NonFiniteLossError, match=rf"epoch 2, batch {bad}: .*kl nan, "):
        fit(model, CORPUS, tmp_path / "nan", batch_size=4)
    assert calls == 10 + noticed
    stop_at(twin, 10 + bad - 1, monkeypatch)
    with pytest.raises(Stop):
        fit(twin, CORPUS, tmp_path / "stopped", batch_size=4)
    for (name, weight), expected in zip(model.named_parameters(), twin.parameters(), strict=True):
        assert torch.equal(weight, expected), name  # not those of the sound batches after the bad one


def test_finite_terms_with_an_infinite_sum_are_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = planted_model(CORPUS)
    real = model.loss

    def loss(batches: Mapping[str, Batch]) -> LossParts:
        return LossParts({name: term + 3e38 for name, term in real(batches).terms.items()})

    monkeypatch.setattr(model, "loss", loss)
    with pytest.raises(NonFiniteLossError, match=r"epoch 1, batch 1: reconstruction 3e\+38"):
        fit(model, CORPUS, tmp_path)


def test_nan_keeps_the_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = planted_model(CORPUS)
    stop_before_epoch(broken, 4, monkeypatch)
    with pytest.raises(Stop):
        fit(broken, CORPUS, tmp_path)
    kept = (tmp_path / NAME).read_bytes()
    with pytest.raises(NonFiniteLossError, match="epoch 3, batch"):
        fit(planted_model(CORPUS), with_nan("en", 0), tmp_path)
    assert (tmp_path / NAME).read_bytes() == kept


def test_too_little_memory_of_a_gpu_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = planted_model(CORPUS)

    def loss(batches: Mapping[str, Batch]) -> LossParts:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(model, "loss", loss)
    with pytest.raises(MissingResourceError, match=r"batches of 8 documents \(CUDA out of memory\).*train.batch_size"):
        fit(model, CORPUS, tmp_path, batch_size=8)


def test_the_last_step_may_not_spoil_the_weights(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        fit(planted_model(CORPUS), CORPUS, tmp_path, epochs=1, batch_size=64, learning_rate=1e39)


def test_a_cluster_of_one_language_keeps_the_loss_finite(tmp_path: Path) -> None:
    alone = replace(CORPUS["zh"], clusters=CORPUS["zh"].clusters % 2)  # cluster 2 is English only
    history = fit(planted_model(CORPUS | {"zh": alone}), CORPUS | {"zh": alone}, tmp_path, epochs=2)
    assert np.isfinite([list(row.values()) for row in history]).all()


def test_clusters_of_one_document_keep_the_loss_finite(tmp_path: Path) -> None:
    corpus = planted_corpus({"en": 2, "zh": 1})
    corpus["zh"].clusters[:] = 2
    history = fit(planted_model(corpus), corpus, tmp_path, epochs=2)
    assert np.isfinite([list(row.values()) for row in history]).all()


def test_three_languages_train(tmp_path: Path) -> None:
    corpus = planted_corpus({"ja": 20, "en": 33, "zh": 9})
    history = fit(planted_model(corpus), corpus, tmp_path, epochs=20)
    assert history[-1]["total"] < history[0]["total"]


@pytest.mark.parametrize("clip", [1e-3, 1.0, 1e9])
def test_the_gradient_is_clipped(clip: float) -> None:
    model = planted_model(CORPUS, params=XtraParams(shared=8, hidden=6, semantic=4, dropout=0))
    noise = {name: torch.zeros(12, TOPICS) for name in CORPUS}
    loss = model.loss(first_batch(CORPUS, 12), noise).total
    free = torch.autograd.grad(loss, list(model.parameters()), retain_graph=True)
    expected = torch.cat([gradient.flatten() for gradient in free]).norm().item()
    norm = Optimiser(model, 0.01, clip, by_rows=False).step(loss)
    assert norm.item() == pytest.approx(expected, rel=1e-5)
    scale = min(1.0, clip / expected)
    for parameter, gradient in zip(model.parameters(), free, strict=True):
        torch.testing.assert_close(parameter.grad, gradient * scale, rtol=1e-4, atol=1e-9)


@pytest.mark.parametrize("by_rows", [True, False])
def test_a_step_forgets_the_last_gradient(by_rows: bool) -> None:
    model = planted_model(CORPUS)
    optimiser = Optimiser(model, 0.01, 1e9, by_rows)
    norms = [optimiser.step(3 * model.theta_map.weight.sum()).item() for _ in range(2)]
    assert norms[0] == norms[1] == pytest.approx(3 * model.theta_map.weight.numel() ** 0.5)


def test_training_by_rows_is_training_whole_weights() -> None:
    models = []
    for by_rows in (True, False):
        model = planted_model(CORPUS, params=XtraParams(shared=8, hidden=6, semantic=4, dropout=0)).train()
        optimiser, rng = Optimiser(model, 0.003, 1.0, by_rows), np.random.default_rng(0)
        torch.manual_seed(0)
        for batch in Batches(CORPUS, 3, CPU).epoch(rng):
            optimiser.step(model.loss(batch).total)
        optimiser.close()
        models.append(model)
    for (name, found), expected in zip(models[0].named_parameters(), models[1].parameters(), strict=True):
        if name not in ("encoder.mean.bias", "encoder.logvar.bias"):  # before BatchNorm: rounding only
            torch.testing.assert_close(found, expected, rtol=0, atol=3e-4, msg=name)  # of 14 steps of up to 3e-3


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
def test_cuda_without_a_gpu_is_explained() -> None:
    with pytest.raises(InputError, match=r"train\.device.*`auto` or `cpu`"):
        pick_device("cuda")
    assert pick_device("auto") == CPU


def test_cpu_is_the_cpu() -> None:
    assert pick_device("cpu") == CPU
