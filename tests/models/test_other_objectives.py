"""The whole losses of the models without parity files, and terms that those lack, against naive loops."""

from __future__ import annotations

from collections.abc import Mapping

import naive
import pytest
import torch
from planted import EMBEDDING, TOPICS, first_batch, planted_corpus

from pipeline.bow.sparse import SparseRows
from pipeline.models.gloctm import Gloctm, GloctmParams
from pipeline.models.infoctm import Infoctm, InfoctmParams
from pipeline.models.m3l import M3l, M3lParams
from pipeline.models.topic_model import Batch, NeuralTopicModel
from pipeline.models.zeroshot import Zeroshot, ZeroshotParams
from pipeline.models.zeroshot_kd import ZeroshotKd

CORPUS = planted_corpus({"en": 9, "zh": 9, "ja": 9})
SIZES = {name: part.bow.shape[1] for name, part in CORPUS.items()}
BATCHES = first_batch(CORPUS, 9)
FLAT = ([0.0] * TOPICS, [1 - 1 / TOPICS] * TOPICS)
NOISE = {name: torch.randn(9, TOPICS, generator=torch.Generator().manual_seed(i)) for i, name in enumerate(SIZES)}
SMALL = ZeroshotParams(hidden=4, dropout=0)

Posterior = tuple[list[list[float]], list[list[float]]]


def started(model: NeuralTopicModel) -> NeuralTopicModel:
    torch.manual_seed(0)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    model.start_from(CORPUS)
    return model.train()


def posterior(model: NeuralTopicModel, prefix: str, rows: list[list[float]], layers: int) -> Posterior:
    """An encoder of ``layers`` softplus layers over embeddings, in training mode."""
    weights = {name: tensor.tolist() for name, tensor in model.state_dict().items()}
    for layer in range(layers):
        rows = naive.linear(
            rows, weights[f"{prefix}body.{2 * layer}.weight"], weights[f"{prefix}body.{2 * layer}.bias"]
        )
        rows = [[naive.softplus(value) for value in row] for row in rows]
    heads = []
    for head in ("mean", "logvar"):
        raw = naive.linear(rows, weights[f"{prefix}{head}.weight"], weights[f"{prefix}{head}.bias"])
        heads.append(naive.shift_norm(raw, weights[f"{prefix}{head}_norm.bias"]))
    return heads[0], heads[1]


def theta_of(found: Posterior, noise: torch.Tensor) -> list[list[float]]:
    return [naive.softmax(row) for row in naive.drawn(*found, noise.tolist())]


def reconstruction(model: NeuralTopicModel, index: int, theta: list[list[float]], batch: Batch) -> float:
    weights = {name: tensor.tolist() for name, tensor in model.state_dict().items()}
    logits = naive.shift_norm(naive.product(theta, weights[f"beta.{index}"]), weights[f"decoder_norm.{index}.bias"])
    return naive.reconstruction(logits, dense(batch.bow, len(logits[0])))


def dense(bow: SparseRows, width: int) -> list[list[float]]:
    counts: list[list[float]] = torch.zeros(bow.size, width).index_put((bow.rows, bow.terms), bow.counts).tolist()
    return counts


def kl_between(first: Posterior, second: Posterior) -> float:
    """Mean over documents of KL(first || second)."""
    priors = zip(second[0], ([2.718281828459045**v for v in row] for row in second[1]), strict=True)
    return naive.mean(naive.kl([mean], [logvar], *prior) for mean, logvar, prior in zip(*first, priors, strict=True))


def close(found: Mapping[str, float], expected: Mapping[str, float]) -> None:
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, rel=1e-4), name


def test_zeroshot_is_prodlda_of_the_pivot() -> None:
    model = started(Zeroshot(SIZES, TOPICS, EMBEDDING, SMALL))
    found = posterior(model, "encoder.", BATCHES["en"].embeddings.tolist(), 2)
    theta = theta_of(found, NOISE["en"])
    expected = {"reconstruction": reconstruction(model, 0, theta, BATCHES["en"]), "kl": naive.kl(*found, *FLAT)}
    close(model.loss(BATCHES, NOISE).values(), expected)  # type: ignore[call-arg]


def test_a_student_has_the_teachers_posterior_as_its_prior() -> None:
    model = started(ZeroshotKd(SIZES, TOPICS, EMBEDDING, SMALL))
    expected = dict.fromkeys(("reconstruction", "kl", "teacher"), 0.0)
    for index, (name, batch) in enumerate(BATCHES.items()):
        found = posterior(model, f"encoder.{index}.", batch.embeddings.tolist(), 2)
        expected["reconstruction"] += reconstruction(model, index, theta_of(found, NOISE[name]), batch)
        if index == 0:
            expected["kl"] += naive.kl(*found, *FLAT)
        else:
            expected["teacher"] += kl_between(found, posterior(model, "encoder.0.", batch.embeddings.tolist(), 2))
    parts = model.loss(BATCHES, NOISE)  # type: ignore[call-arg]
    close(parts.values(), expected)
    seen = {int(count) for name, count in model.state_dict().items() if "encoder.0" in name and "tracked" in name}
    assert seen == {1}, "the teacher's norms follow the pivot's batch, and nothing else"
    parts.terms["teacher"].backward()
    assert all(p.grad is None or not p.grad.any() for n, p in model.named_parameters() if n.startswith("encoder.0"))


def test_a_students_words_reach_its_beta_and_not_its_encoder() -> None:
    model = started(ZeroshotKd(SIZES, TOPICS, EMBEDDING, SMALL))
    model.loss(BATCHES, NOISE).terms["reconstruction"].backward()  # type: ignore[call-arg]
    reached = {name for name, weight in model.named_parameters() if weight.grad is not None and weight.grad.any()}
    assert {f"beta.{index}" for index in range(len(SIZES))} <= reached
    assert {name.split(".")[1] for name in reached if name.startswith("encoder.")} == {"0"}


def test_m3l_is_its_equation_over_all_pairs_of_languages() -> None:
    model = started(M3l(SIZES, TOPICS, EMBEDDING, M3lParams(hidden=4, dropout=0, weight=3)))
    posteriors = {
        name: posterior(model, f"encoder.{index}.", batch.embeddings.tolist(), 1)
        for index, (name, batch) in enumerate(BATCHES.items())
    }
    thetas = {name: theta_of(found, NOISE[name]) for name, found in posteriors.items()}
    expected = {
        "reconstruction": sum(
            reconstruction(model, index, thetas[name], batch) for index, (name, batch) in enumerate(BATCHES.items())
        ),
        "kl": sum(kl_between(posteriors[a], posteriors[b]) for a in SIZES for b in SIZES if a != b),
        "contrast": 3
        * sum(
            naive.pair_contrast(thetas[a], thetas[b], [(i, i) for i in range(9)], 0.07)
            for a, b in (("en", "zh"), ("en", "ja"), ("zh", "ja"))
        ),
    }
    close(model.loss(BATCHES, NOISE).values(), expected)  # type: ignore[call-arg]


def test_similarity_is_the_cosine_of_local_and_global_theta() -> None:
    params = GloctmParams(hidden=4, hidden_global=4, weight_kl=2, ablate=("similarity",))
    model = started(Gloctm(SIZES, TOPICS, EMBEDDING, params))
    assert isinstance(model, Gloctm)
    noise = {name: (NOISE[name], -NOISE[name]) for name in SIZES}
    seen: list[torch.Tensor] = []
    model.dropout.register_forward_hook(lambda _, __, output: seen.append(output))
    found = model.loss(BATCHES, noise).values()["similarity"]
    local, shared = seen[:3], seen[3:6]
    expected = 2 * sum(naive.cosine_distance(a.tolist(), b.tolist()) for a, b in zip(local, shared, strict=True))
    assert found == pytest.approx(expected, rel=1e-5)


def test_links_every_draws_when_and_is_as_much_heavier() -> None:
    whole = started(Infoctm(SIZES, TOPICS, EMBEDDING, InfoctmParams(hidden=4)))
    once = whole.loss(BATCHES).values()["links"]
    seldom = started(Infoctm(SIZES, TOPICS, EMBEDDING, InfoctmParams(hidden=4, links_every=3)))
    torch.manual_seed(0)
    found = [seldom.loss(BATCHES).values()["links"] for _ in range(60)]
    drawn = [value for value in found if value]
    assert 8 <= len(drawn) <= 32
    assert drawn == pytest.approx([3 * once] * len(drawn), rel=1e-4)
