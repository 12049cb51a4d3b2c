"""One training step of XTRA against the published implementation's arrays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from parity_files import LANGUAGES, as_ours, batches, corpus, load, noises, xtra_model, xtra_names
from shared_files import parity_files

from pipeline.models.topic_model import LanguageCorpus, LossParts
from pipeline.models.xtra import Xtra, XtraParams, cluster_prior
from pipeline.topics.tf_idf import cluster_counts, cluster_tf_idf
from pipeline.training.optimiser import Optimiser

NO_GRADIENT = ("encoder.mean.bias", "encoder.logvar.bias")  # a bias before BatchNorm: rounding only

File = dict[str, np.ndarray]


@pytest.fixture(params=parity_files("PARITY_XTRA", "xtra_small.npz", "xtra_medium.npz"), ids=lambda p: p.stem)
def file(request: pytest.FixtureRequest) -> File:
    path: Path = request.param
    if not path.exists():
        pytest.skip(f"needs {path}, which is not here")
    return load(path)


def losses(file: File, **forms: str) -> LossParts:
    return xtra_model(file, **forms).train().loss(batches(file), noises(file))


def test_parity_prior(file: File) -> None:
    mean, variance = cluster_prior(corpus(file), len(file["prior_mean"]))
    np.testing.assert_allclose(mean, file["prior_mean"], rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(variance, file["prior_variance"], rtol=1e-4)


def test_parity_beta_start(file: File) -> None:
    for i, part in enumerate(corpus(file).values(), 1):
        start = cluster_tf_idf(cluster_counts(part.bow, part.clusters, len(file["prior_mean"])))
        np.testing.assert_allclose(start, file[f"beta_init_{i}"], rtol=1e-4)


def test_parity_start_of_the_model(file: File) -> None:
    parts: dict[str, LanguageCorpus] = corpus(file)
    model = Xtra(
        {name: part.bow.shape[1] for name, part in parts.items()}, len(file["prior_mean"]), 1, XtraParams(theta="words")
    )
    model.start_from(parts)
    for i, language in enumerate(LANGUAGES, 1):
        np.testing.assert_allclose(model.word_scores(language), file[f"beta_init_{i}"], rtol=1e-4)
    np.testing.assert_allclose(model.prior_variance, file["prior_variance"], rtol=1e-4)


def test_parity_train_theta(file: File) -> None:
    posteriors = xtra_model(file).train().posteriors(batches(file))
    for i, (language, (mean, logvar)) in enumerate(zip(LANGUAGES, posteriors, strict=True), 1):
        theta = (mean + torch.exp(logvar / 2) * noises(file)[language]).softmax(dim=1)
        np.testing.assert_allclose(theta.detach(), file[f"train_theta_{i}"], atol=1e-4)


def test_parity_published_losses(file: File) -> None:
    parts = losses(file)
    values = parts.values()
    assert values["reconstruction"] + values["kl"] == pytest.approx(file["loss_tm_1"] + file["loss_tm_2"], rel=1e-4)
    for name in ("infonce", "cluster", "beta"):
        assert values[name] == pytest.approx(float(file[f"weighted_loss_{name}"]), rel=1e-4), name
    assert float(parts.total.detach()) == pytest.approx(float(file["loss_total"]), rel=1e-4)


def test_parity_paper_losses(file: File) -> None:
    values = losses(file, infonce_form="paper", cluster_form="paper").values()
    assert values["infonce"] / file["lambda1"] == pytest.approx(float(file["paper_loss_infonce"]), rel=1e-4)
    assert values["cluster"] / file["lambda2"] == pytest.approx(float(file["paper_loss_cluster"]), rel=1e-4)


def stepped(file: File, by_rows: bool) -> tuple[Xtra, float]:
    """The model after the file's step, and the gradient's norm before it was clipped."""
    model = xtra_model(file).train()
    optimiser = Optimiser(model, learning_rate=0.002, clip=1.0, by_rows=by_rows)
    norm = optimiser.step(model.loss(batches(file), noises(file)).total)
    optimiser.close()
    return model, norm.item()


@pytest.mark.parametrize("by_rows", [True, False], ids=["by rows", "dense"])
def test_parity_step(file: File, by_rows: bool) -> None:
    (model, norm), names = stepped(file, by_rows), xtra_names()
    assert norm == pytest.approx(float(file["grad_norm_before_clip"]), rel=1e-4)
    for name, parameter in model.named_parameters():
        if name in NO_GRADIENT:
            continue
        gradient = as_ours(name, file[f"clipped_grad/{names[name]}"])
        if not (by_rows and name.startswith("input.") and name.endswith("weight")):  # by rows it is of the rows alone
            torch.testing.assert_close(parameter.grad, gradient, atol=1e-4, rtol=0, msg=name)
        after = as_ours(name, file[f"weight_after_step/{names[name]}"])
        sure = gradient.abs() > 1e-4  # below that Adam's first step is the sign of rounding noise
        torch.testing.assert_close(parameter.detach()[sure], after[sure], atol=1e-5, rtol=0, msg=name)


@pytest.mark.parametrize("by_rows", [True, False], ids=["by rows", "dense"])
def test_parity_inference(file: File, by_rows: bool) -> None:
    (model, _), names = stepped(file, by_rows), xtra_names()
    with torch.no_grad():
        for name in NO_GRADIENT:
            model.get_parameter(name).copy_(as_ours(name, file[f"weight_after_step/{names[name]}"]))
    model.eval()
    for i, language in enumerate(LANGUAGES, 1):
        mean = model.infer(language, batches(file)[language].bow)
        np.testing.assert_allclose(mean, file[f"eval_theta_{i}"], atol=1e-3)
