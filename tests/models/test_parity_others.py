"""One training step of GloCTM, InfoCTM and NMTM against the published implementations' arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
from parity_files import LANGUAGES, load, plain_batches
from scipy.sparse import csr_array
from shared_files import parity_files

from pipeline.bow.sparse import SparseRows, sparse_rows
from pipeline.models.gloctm import Gloctm, GloctmParams
from pipeline.models.infoctm import Infoctm, InfoctmParams
from pipeline.models.nmtm import Nmtm, NmtmParams
from pipeline.models.parts.autoencoder import Autoencoder
from pipeline.models.topic_model import Batch, LanguageCorpus, Lexicon, LossParts
from pipeline.training.optimiser import Optimiser

File = Mapping[str, np.ndarray]
PARTS = ("weight", "bias", "running_mean", "running_var")
BODY = {"body.0": "fc12", "mean": "fc21", "logvar": "fc22", "mean_norm": "mean_bn", "logvar_norm": "logvar_bn"}


@dataclass(frozen=True)
class Published:
    """How a published implementation is read: names of modules, ours -> theirs, and of the terms of its loss."""

    variable: str
    file: str
    build: Callable[[File, dict[str, int], int], Autoencoder]
    modules: dict[str, str]
    beta: str
    terms: dict[str, tuple[str, ...]]


def sizes(file: File) -> tuple[dict[str, int], int]:
    return {name: file[f"batch_bow_{i}"].shape[1] for i, name in enumerate(LANGUAGES, 1)}, len(file["weight/mu2"][0])


def gloctm(file: File, vocabulary: dict[str, int], topics: int) -> Autoencoder:
    params = GloctmParams(
        weight_kl=float(file["weight_kl"]),
        weight_cka=float(file["weight_cka"]),
        hidden=len(file["weight/encoder_1.fc11.bias"]),
        hidden_global=len(file["weight/encoder_global.fc11.bias"]),
    )
    model = Gloctm(vocabulary, topics, file["batch_embedding_1"].shape[1], params)
    given = [counts(file[f"batch_global_bow_{i}"]) for i in (1, 2)]
    model.augment = lambda index, bow: given[index]  # type: ignore[method-assign] - the file holds them ready
    return model


def infoctm(file: File, vocabulary: dict[str, int], topics: int) -> Autoencoder:
    params = InfoctmParams(
        weight=float(file["weight_mi"]),
        threshold=float(file["pos_threshold"]),
        temperature=float(file["temperature"]),
        hidden=len(file["weight/encoder_1.fc11.bias"]),
    )
    model = Infoctm(vocabulary, topics, file["word_embedding_1"].shape[1], params)
    corpus = {}
    for i, (name, size) in enumerate(vocabulary.items(), 1):
        links = csr_array(file["translation"] if i == 2 else np.eye(size))
        lexicon = Lexicon(file[f"word_embedding_{i}"].astype(np.float32), links)
        corpus[name] = LanguageCorpus(csr_array((0, size)), np.zeros((0, 1)), np.zeros(0, np.int64), None, lexicon)
    model.start_from(corpus)
    return model


def nmtm(file: File, vocabulary: dict[str, int], topics: int) -> Autoencoder:
    params = NmtmParams(mix=float(file["lam"]), hidden=len(file["weight/fc12.bias"]))
    model = Nmtm(vocabulary, topics, 1, params)
    model.from_pivot[0].set(csr_array(file["map_1_to_2"]))  # type: ignore[operator]
    model.to_pivot[0].set(csr_array(file["map_2_to_1"]))  # type: ignore[operator]
    return model


def per_language(ours: str, theirs: str, parts: Mapping[str, str]) -> dict[str, str]:
    return {f"{ours}.{i}.{a}": f"{theirs}_{i + 1}.{b}" for i in (0, 1) for a, b in parts.items()}


NORMS = {f"decoder_norm.{i}": f"decoder_bn_{i + 1}" for i in (0, 1)}
PUBLISHED = {
    "gloctm": Published(
        "PARITY_GLOCTM",
        "gloctm_small.npz",
        gloctm,
        NORMS
        | {f"local_input.{i}": f"encoder_{i + 1}.fc11" for i in (0, 1)}
        | per_language("local", "encoder", BODY)
        | {f"shared.{a}": f"encoder_global.{b}" for a, b in BODY.items()}
        | {"global_input": "encoder_global.fc11", "global_norm": "decoder_bn_global"},
        "beta",
        {
            "global": ("loss_global",),
            "local": ("loss_local_1", "loss_local_2"),
            "kl": ("loss_kl_global_local",),
            "cka": ("loss_cka",),
        },
    ),
    "infoctm": Published(
        "PARITY_INFOCTM",
        "infoctm_small.npz",
        infoctm,
        NORMS | {f"input.{i}": f"encoder_{i + 1}.fc11" for i in (0, 1)} | per_language("encoder", "encoder", BODY),
        "phi",
        {"reconstruction+kl": ("loss_1", "loss_2"), "links": ("loss_TAMI",)},
    ),
    "nmtm": Published(
        "PARITY_NMTM",
        "nmtm_small.npz",
        nmtm,
        NORMS | {f"input.{i}": f"fc11_{i + 1}" for i in (0, 1)} | {f"encoder.{a}": b for a, b in BODY.items()},
        "phi",
        {"reconstruction+kl": ("loss",)},
    ),
}

Case = tuple[Published, dict[str, np.ndarray]]


@pytest.fixture(
    params=[(name, path) for name, p in PUBLISHED.items() for path in parity_files(p.variable, p.file)],
    ids=lambda pair: f"{pair[0]}-{pair[1].stem}",
)
def case(request: pytest.FixtureRequest) -> Case:
    name, path = request.param
    if not Path(path).exists():
        pytest.skip(f"needs {path}, which is not here")
    return PUBLISHED[name], load(path)


def counts(bow: np.ndarray) -> SparseRows:
    return sparse_rows(csr_array(bow), np.arange(len(bow)))


def names(published: Published) -> dict[str, str]:
    """Our tensor -> theirs."""
    flat = {f"beta.{i}": f"{published.beta}_{i + 1}" for i in (0, 1)}
    return flat | {f"{a}.{part}": f"{b}.{part}" for a, b in published.modules.items() for part in PARTS}


def ours(name: str, value: np.ndarray) -> torch.Tensor:
    tensor = torch.from_numpy(np.asarray(value, dtype=np.float32))
    return tensor.T.contiguous() if "input" in name and name.endswith("weight") else tensor


def published_model(case: Case) -> Autoencoder:
    published, file = case
    model = published.build(file, *sizes(file)).train()
    state, theirs = model.state_dict(), names(published)
    for name in state:
        if f"weight/{theirs.get(name)}" in file:
            state[name] = ours(name, file[f"weight/{theirs[name]}"])
    model.load_state_dict(state)
    return model


def batches(file: File) -> dict[str, Batch]:
    return plain_batches(file, "batch_embedding_1" in file)


def loss(model: Autoencoder, file: File) -> LossParts:
    drawn = [torch.from_numpy(file[f"noise_{i}"]) for i in range(1, 5) if f"noise_{i}" in file]
    # Two draws are a language's each; four are the global path's, then the local path's.
    noise = dict(zip(LANGUAGES, zip(drawn[:2], drawn[2:], strict=True) if len(drawn) == 4 else drawn, strict=True))
    found: LossParts = model.loss(batches(file), noise)  # type: ignore[call-arg] - every model's own keyword
    return found


def test_parity_every_weight_is_given(case: Case) -> None:
    published, file = case
    for name, parameter in published.build(file, *sizes(file)).named_parameters():
        assert file[f"weight/{names(published)[name]}"].size == parameter.numel(), name


def test_parity_prior_is_flat(case: Case) -> None:
    model, file = published_model(case), case[1]
    np.testing.assert_allclose(model.prior_mean[None], file["weight/mu2"], atol=1e-7)
    np.testing.assert_allclose(model.prior_variance[None], file["weight/var2"], rtol=1e-6)


def test_parity_terms(case: Case) -> None:
    published, file = case
    values = loss(published_model(case), file).values()
    for mine, theirs in published.terms.items():
        expected = sum(float(file[f"term/{name}"]) for name in theirs)
        assert sum(values[name] for name in mine.split("+")) == pytest.approx(expected, rel=1e-4), mine
    assert sum(values.values()) == pytest.approx(float(file["term/loss"]), rel=1e-4)


def without_gradient(name: str) -> bool:
    """A bias before BatchNorm, whose gradient is rounding."""
    return name.endswith(("mean.bias", "logvar.bias"))


@pytest.mark.parametrize("by_rows", [True, False], ids=["by rows", "dense"])
def test_parity_step_and_inference(case: Case, by_rows: bool) -> None:
    published, file = case
    model, theirs = published_model(case), names(published)
    optimiser = Optimiser(model, learning_rate=0.002, clip=1e9, by_rows=by_rows)
    norm = float(optimiser.step(loss(model, file).total))
    optimiser.close()
    for name, parameter in model.named_parameters():
        if without_gradient(name):
            with torch.no_grad():
                parameter.copy_(ours(name, file[f"weight_after_step/{theirs[name]}"]))
            continue
        gradient = ours(name, file[f"grad/{theirs[name]}"])
        if not (by_rows and "input" in name and name.endswith("weight")):  # by rows it is of the rows alone
            torch.testing.assert_close(parameter.grad, gradient, atol=1e-4 * norm, rtol=0, msg=name)
        sure = gradient.abs() > 1e-4 * norm  # below that Adam's first step is the sign of rounding noise
        after = ours(name, file[f"weight_after_step/{theirs[name]}"])
        torch.testing.assert_close(parameter.detach()[sure], after[sure], atol=1e-5, rtol=0, msg=name)
    model.eval()
    for i, (language, batch) in enumerate(batches(file).items(), 1):
        np.testing.assert_allclose(model.infer(language, batch.bow), file[f"eval_theta_{i}"], atol=1e-3)


def test_parity_links_are_the_published_masks(case: Case) -> None:
    published, file = case
    model = published.build(file, *sizes(file))
    if not isinstance(model, Infoctm):
        pytest.skip("of InfoCTM alone")
    forth, back = model.links[0]
    for links, mask in ((forth, file["weight/pos_trans_mask_1"]), (back, file["weight/pos_trans_mask_2"].T)):
        dense = torch.zeros(mask.shape).index_put((links.rows, links.columns), links.weights)
        np.testing.assert_array_equal(dense, mask)
