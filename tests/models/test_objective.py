"""XTRA's whole objective and its inference against naive loops, from the counts to the loss."""

from __future__ import annotations

from typing import Any, Literal

import naive
import numpy as np
import pytest
import torch
from scipy.sparse import csr_array

from pipeline.bow.sparse import sparse_rows
from pipeline.models.parts.autoencoder import rarely
from pipeline.models.topic_model import Batch
from pipeline.models.xtra import Xtra, XtraParams

Form = Literal["published", "paper"]
Reads = Literal["words", "vectors", "both"]
VOCABULARY = {"en": 9, "zh": 7, "ja": 8}
DOCUMENTS, TOPICS, EMBEDDING = 5, 3, 4


def model_of(
    languages: int, infonce_form: Form = "published", cluster_form: Form = "published", theta: Reads = "words"
) -> Xtra:
    """In double precision, training mode without dropout, every weight drawn."""
    params = XtraParams(
        lambda1=2.5,
        lambda2=3.5,
        lambda3=4.5,
        shared=6,
        hidden=5,
        semantic=4,
        dropout=0,
        temperature=0.4,
        infonce_form=infonce_form,
        cluster_form=cluster_form,
        theta=theta,
        anchor=0,
        vector_weight=2.5,
    )
    vocabulary = dict(list(VOCABULARY.items())[:languages])
    torch.manual_seed(languages)
    model = Xtra(vocabulary, TOPICS, EMBEDDING, params).double().train()
    with torch.no_grad():
        for parameter in (*model.parameters(), model.prior_mean):
            parameter.normal_()
        if theta != "words":
            model.vector_input.means.normal_()
        model.prior_variance.uniform_(0.5, 2)
    return model


def weights_of(model: Xtra) -> dict[str, Any]:
    return {name: tensor.tolist() for name, tensor in model.state_dict().items()}


def draws(language: str) -> dict[str, np.ndarray]:
    """A batch as plain arrays; its last document has no word."""
    rng = np.random.default_rng(VOCABULARY[language])
    bow = rng.poisson(0.8, (DOCUMENTS, VOCABULARY[language]))
    bow[-1] = 0
    return {
        "bow": bow,
        "embeddings": rng.normal(size=(DOCUMENTS, EMBEDDING)),
        "clusters": rng.integers(3, size=DOCUMENTS),
        "noise": rng.normal(size=(DOCUMENTS, TOPICS)),
    }


def batch_of(arrays: dict[str, np.ndarray]) -> Batch:
    bow = sparse_rows(csr_array(arrays["bow"]), np.arange(DOCUMENTS))
    return Batch(bow, torch.from_numpy(arrays["embeddings"]), torch.from_numpy(arrays["clusters"]))


@pytest.mark.parametrize("infonce_form", ["published", "paper"])
@pytest.mark.parametrize("cluster_form", ["published", "paper"])
@pytest.mark.parametrize("languages", [2, 3])
def test_the_whole_objective_is_the_sum_of_the_formulas(languages: int, infonce_form: Form, cluster_form: Form) -> None:
    model = model_of(languages, infonce_form, cluster_form)
    plain = {language: draws(language) for language in model.languages}
    batches = {language: batch_of(arrays) for language, arrays in plain.items()}
    noise = {language: torch.from_numpy(arrays["noise"]) for language, arrays in plain.items()}
    parts = model.loss(batches, noise)
    inputs = [{name: array.tolist() for name, array in arrays.items()} for arrays in plain.values()]
    expected = naive.xtra(weights_of(model), inputs, model.params.model_dump(), [infonce_form, cluster_form])
    assert parts.values() == pytest.approx(expected, rel=1e-10)
    assert parts.total.item() == pytest.approx(sum(expected.values()), rel=1e-10)


def test_beta_every_draws_when_and_is_the_same_on_average() -> None:
    plain = model_of(2)
    batches = {language: batch_of(draws(language)) for language in plain.languages}
    once = plain.loss(batches).values()["beta"]
    seldom = model_of(2)
    torch.manual_seed(0)
    found = [rarely(seldom._beta_alignment, 4, seldom) for _ in range(4000)]
    times = torch.stack(found).detach() / (once / seldom.params.lambda3)
    drawn = times > 0
    torch.testing.assert_close(times[drawn], torch.full((int(drawn.sum()),), 4.0, dtype=torch.float64))
    assert times.mean().item() == pytest.approx(1, rel=0.1)  # four standard deviations
    assert 1 <= int(drawn[:16].sum()) <= 9
    assert {part.requires_grad for part in found} == {True, False}


def test_beta_every_is_of_the_step_and_of_training_alone() -> None:
    model = model_of(2)
    batches = {language: batch_of(draws(language)) for language in model.languages}
    once = model.loss(batches).values()["beta"]
    model.params = model.params.model_copy(update={"beta_every": 4})
    torch.manual_seed(1)
    steps = [model.loss(batches) for _ in range(16)]
    betas = [parts.values()["beta"] for parts in steps]
    assert [beta for beta in betas if beta] == pytest.approx([4 * once] * sum(beta != 0 for beta in betas))
    assert 1 <= sum(beta != 0 for beta in betas) <= 9
    for parts in steps:
        parts.total.backward()  # a step without the term is differentiated too
    assert [model.eval().loss(batches).values()["beta"] for _ in range(3)] == pytest.approx([once] * 3)


def test_inference_gives_the_posterior_means() -> None:
    model = model_of(3)
    for index, language in enumerate(model.languages):
        arrays = draws(language)
        means, logvars = naive.xtra_posterior(weights_of(model), index, arrays["bow"].tolist())
        batch = batch_of(arrays)
        np.testing.assert_allclose(model.infer(language, batch.bow), means, rtol=1e-10)
        ((_, logvar),) = model.posteriors({language: batch})
        np.testing.assert_allclose(logvar.detach(), logvars, rtol=1e-10)


@pytest.mark.parametrize("theta", ["vectors", "both"])
def test_inference_reads_the_vectors(theta: Reads) -> None:
    model = model_of(2, theta=theta)
    weights = weights_of(model)
    for index, language in enumerate(model.languages):
        arrays = draws(language)
        arrays["embeddings"][1] = 0
        batch = batch_of(arrays)
        first = naive.vector_layer(
            arrays["embeddings"].tolist(), weights["vector_input.means"][index], weights["vector_input.map.weight"], 2.5
        )
        if theta == "both":
            words = naive.product(arrays["bow"].tolist(), weights[f"input.{index}.weight"])
            bias = weights[f"input.{index}.bias"]
            first = [
                [v + w + b for v, w, b in zip(*rows, bias, strict=True)] for rows in zip(first, words, strict=True)
            ]
        means, _ = naive.xtra_body(weights, first)
        np.testing.assert_allclose(model.infer(language, batch.bow, batch.embeddings), means, rtol=1e-9)


def test_the_means_are_those_of_unit_vectors() -> None:
    model = model_of(2, theta="both")
    vectors = [np.array([[3.0, 0, 0, 4], [0, 2, 0, 0], [0, 0, 0, 0]]), np.array([[0.0, 0, 5, 0]])]
    model.vector_input.learn_means([part.astype(np.float32) for part in vectors])
    expected = [[0.3, 0.5, 0, 0.4], [0, 0, 1, 0]]
    np.testing.assert_allclose(model.vector_input.means, expected, rtol=1e-6)


def test_posteriors_of_languages_together_are_those_of_each_alone() -> None:
    model = model_of(3)
    batches = {language: batch_of(draws(language)) for language in reversed(model.languages)}
    for language, (mean, logvar) in zip(batches, model.posteriors(batches), strict=True):
        ((alone, spread),) = model.posteriors({language: batches[language]})
        torch.testing.assert_close(mean, alone)
        torch.testing.assert_close(logvar, spread)
