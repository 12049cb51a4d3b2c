"""The prior and the start of beta against naive loops."""

from __future__ import annotations

import naive
import numpy as np
import pytest
import torch
from scipy.sparse import csr_array

from pipeline.common.errors import InputError
from pipeline.models.svdlr import SvdLr
from pipeline.models.topic_model import LanguageCorpus
from pipeline.models.usvd import Usvd, UsvdParams
from pipeline.models.xtra import Xtra, XtraParams, cluster_prior
from pipeline.topics.tf_idf import cluster_counts, cluster_tf_idf, theta_tf_idf

CASES = {  # documents a language, topics, clusters without any document
    "two languages": ([7, 5], 3, []),
    "three languages": ([6, 9, 4], 5, []),
    "two topics": ([4, 4], 2, []),
    "an empty cluster": ([8, 6], 4, [2]),
    "one full cluster": ([3, 3], 3, [0, 2]),
}

Case = tuple[list[int], int, list[int]]
cases = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())


def some_corpus(case: Case) -> dict[str, LanguageCorpus]:
    sizes, topics, empty = case
    rng = np.random.default_rng(sum(sizes))
    full = [k for k in range(topics) if k not in empty]
    return {
        name: LanguageCorpus(
            csr_array(rng.poisson(0.7, (documents, 6 + len(name) * index))),
            np.zeros((documents, 1), np.float32),
            rng.choice(full, documents).astype(np.int64),
        )
        for index, (name, documents) in enumerate(zip(("en", "zh", "ja"), sizes, strict=False))
    }


@cases
def test_prior_is_its_formula(case: Case) -> None:
    corpus = some_corpus(case)
    clusters = [cluster for part in corpus.values() for cluster in part.clusters.tolist()]
    expected_mean, expected_variance = naive.prior(clusters, case[1])
    mean, variance = cluster_prior(corpus, case[1])
    np.testing.assert_allclose(mean, expected_mean, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(variance, expected_variance, rtol=1e-12)


def test_prior_of_equal_clusters_is_flat() -> None:
    part = LanguageCorpus(csr_array((8, 1)), np.zeros((8, 1), np.float32), np.arange(8) % 4)
    mean, variance = cluster_prior({"en": part}, 4)
    np.testing.assert_allclose(mean, 0, atol=1e-12)
    np.testing.assert_allclose(variance, 1 - 1 / 4, rtol=1e-5)


@cases
def test_cluster_counts_are_sums_of_rows(case: Case) -> None:
    for part in some_corpus(case).values():
        expected = naive.cluster_counts(part.bow.toarray().tolist(), part.clusters.tolist(), case[1])
        np.testing.assert_array_equal(cluster_counts(part.bow, part.clusters, case[1]), expected)


@cases
def test_tf_idf_is_its_formula(case: Case) -> None:
    for part in some_corpus(case).values():
        expected = naive.beta_start(part.bow.toarray().tolist(), part.clusters.tolist(), case[1])
        ours = cluster_tf_idf(cluster_counts(part.bow, part.clusters, case[1]))
        np.testing.assert_allclose(ours, expected, rtol=1e-12)


def test_tf_idf_of_an_empty_cluster_is_the_lift_alone() -> None:
    np.testing.assert_array_equal(cluster_tf_idf(np.array([[1.0, 2.0], [0.0, 0.0]]))[1], 1e-8)


@cases
def test_a_model_starts_from_the_corpus(case: Case) -> None:
    corpus, topics = some_corpus(case), case[1]
    torch.manual_seed(0)
    model = Xtra(
        {name: part.bow.shape[1] for name, part in corpus.items()},
        topics,
        1,
        XtraParams(theta="words", shared=4, hidden=3),
    )
    before = model.state_dict()["encoder.mean.weight"].clone()
    model.start_from(dict(reversed(corpus.items())))  # languages go by name, not by place
    mean, variance = cluster_prior(corpus, topics)
    np.testing.assert_array_equal(model.prior_mean, mean.astype(np.float32))
    np.testing.assert_array_equal(model.prior_variance, variance.astype(np.float32))
    for name, part in corpus.items():
        expected = naive.beta_start(part.bow.toarray().tolist(), part.clusters.tolist(), topics)
        np.testing.assert_allclose(model.word_scores(name), expected, rtol=1e-6)
    assert all(tensor.isfinite().all() for tensor in model.state_dict().values())
    assert torch.equal(model.state_dict()["encoder.mean.weight"], before)


def test_soft_c_tf_idf_counts_the_topics_that_a_word_is_spread_over() -> None:
    mass = np.random.default_rng(0).random((4, 6))
    mass[:, 1] = 3.0  # a word of every topic alike
    mass[:, 2] = [2.0, 2.0, 0, 0]
    mass[:, 3] = 0
    found = theta_tf_idf(mass)
    np.testing.assert_allclose(found, naive.soft_start(mass.tolist()), rtol=1e-10)
    hard = np.array([[5.0, 0, 2], [0, 3, 2], [0, 0, 2]])
    np.testing.assert_allclose(theta_tf_idf(hard), cluster_tf_idf(hard))  # equal shares: their number


@pytest.mark.parametrize("kind", [Usvd, SvdLr])
@pytest.mark.parametrize("same", [0.0, 1.0])
def test_centroids_need_different_documents(kind: type[Usvd], same: float) -> None:
    bow = csr_array(np.ones((6, 4), dtype=np.int32))
    corpus = {
        name: LanguageCorpus(bow, np.full((6, 5), same, np.float32), np.zeros(6, np.int64)) for name in ("en", "zh")
    }
    model = kind({"en": 4, "zh": 4}, 3, 5, UsvdParams(dimension=2, restarts=1))
    with pytest.raises(InputError, match="`num_topics` is 3, but the 12 training documents of all languages"):
        model.start_from(corpus)
