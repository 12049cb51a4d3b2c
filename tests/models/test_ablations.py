"""What is left out is left out, and nothing else changes."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import pytest
import torch
from planted import EMBEDDING, SMALL, TOPICS, first_batch, planted_corpus
from pydantic import ValidationError

from pipeline.models.gloctm import Gloctm, GloctmParams
from pipeline.models.nmtm import NmtmParams
from pipeline.models.topic_model import NeuralTopicModel
from pipeline.models.xtra import Xtra, XtraParams

CORPUS = planted_corpus({"en": 13, "zh": 13, "ja": 13})
SIZES = {name: part.bow.shape[1] for name, part in CORPUS.items()}
Model = TypeVar("Model", bound=NeuralTopicModel)
SMALL_GLOCTM = GloctmParams(hidden=6, hidden_global=8)


def xtra(*ablate: str) -> Xtra:
    return started(Xtra(SIZES, TOPICS, EMBEDDING, SMALL.model_copy(update={"ablate": ablate, "dropout": 0.0})))


def gloctm(*ablate: str) -> Gloctm:
    return started(Gloctm(SIZES, TOPICS, EMBEDDING, SMALL_GLOCTM.model_copy(update={"ablate": ablate})))


def started(model: Model) -> Model:
    model.start_from(CORPUS)
    return model


def terms(model: NeuralTopicModel) -> dict[str, float]:
    torch.manual_seed(1)
    return model.train().loss(first_batch(CORPUS, 12)).values()


@pytest.mark.parametrize("term", ["infonce", "cluster", "beta"])
def test_a_term_of_xtra_is_left_out(term: str) -> None:
    torch.manual_seed(0)
    whole = terms(xtra())
    torch.manual_seed(0)
    less = terms(xtra(term))
    assert whole.keys() - less.keys() == {term}
    assert all(less[name] == whole[name] for name in less)


def test_an_anchor_adds_its_term_alone() -> None:
    torch.manual_seed(0)
    plain = terms(xtra())
    torch.manual_seed(0)
    anchored = Xtra(SIZES, TOPICS, EMBEDDING, SMALL.model_copy(update={"anchor": 2.0, "dropout": 0.0}))
    found = terms(started(anchored))
    assert found.pop("anchor") > 0
    assert found == plain


def test_without_its_prior_xtra_has_a_flat_one() -> None:
    np.testing.assert_allclose(xtra("prior").prior_mean, 0)
    np.testing.assert_allclose(xtra("prior").prior_variance, 1 - 1 / TOPICS)
    assert not np.allclose(xtra().prior_variance, 1 - 1 / TOPICS, atol=1e-6)  # the clusters' own, of alpha + 1e-6


def test_without_its_start_beta_is_random() -> None:
    torch.manual_seed(0)
    one, other, whole = xtra("beta_init"), xtra("beta_init"), xtra()
    assert not torch.equal(one.word_scores("zh"), other.word_scores("zh"))
    assert torch.equal(whole.word_scores("zh"), xtra().word_scores("zh"))


@pytest.mark.parametrize("ablate", [("kl",), ("cka",), ("kl", "cka")], ids="-".join)
def test_terms_of_gloctm_are_left_out(ablate: tuple[str, ...]) -> None:
    assert terms(gloctm()).keys() - terms(gloctm(*ablate)).keys() == set(ablate)


def test_similarity_takes_the_place_of_kl() -> None:
    assert terms(gloctm("similarity")).keys() == {"global", "local", "similarity", "cka"}
    assert 0 <= terms(gloctm("similarity"))["similarity"] <= 4 * 2 * len(SIZES)


@pytest.mark.parametrize(
    ("kind", "known"), [(XtraParams, "infonce"), (GloctmParams, "similarity"), (NmtmParams, "nothing to leave out")]
)
def test_an_unknown_name_is_told_with_the_known(kind: type[NmtmParams], known: str) -> None:
    with pytest.raises(ValidationError, match=f"knows no infonse.*{known}"):
        kind.model_validate({"ablate": ["infonse"]})
