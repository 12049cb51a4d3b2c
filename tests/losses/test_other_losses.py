"""The losses of the other models, and what they do with words, against naive loops."""

from __future__ import annotations

import naive
import numpy as np
import pytest
import torch
from planted import EMBEDDING, TOPICS, first_batch, planted_corpus
from scipy.sparse import csr_array
from sklearn.decomposition import LatentDirichletAllocation
from torch.autograd import gradcheck

from pipeline.bow.sparse import SparseRows
from pipeline.lexicon.matrices import rows_to_one
from pipeline.losses.anchor import cluster_anchor
from pipeline.losses.cka import cka_distance
from pipeline.losses.kl import gaussian_kl
from pipeline.losses.pairs import pair_contrast
from pipeline.losses.word_links import Links, link_information
from pipeline.models.gloctm import Gloctm, GloctmParams
from pipeline.models.infoctm import Infoctm, InfoctmParams
from pipeline.models.lda_translated import LdaParams, TranslatedLda
from pipeline.models.m3l import M3l, M3lParams
from pipeline.models.nmtm import Nmtm, NmtmParams, smoothed
from pipeline.models.parts.known_words import nearest_words, similar_words
from pipeline.models.parts.word_map import WordMap
from pipeline.tables.vectors import unit_rows

LANGUAGES = [{"en": 9, "zh": 9}, {"zh": 9, "en": 9, "ja": 9}]


def draw(*shape: int, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64).requires_grad_()


def links(mask: np.ndarray) -> Links:
    rows, columns = mask.nonzero()
    return Links(torch.from_numpy(rows), torch.from_numpy(columns), torch.from_numpy(mask[rows, columns]))


def dense(rows: SparseRows, width: int) -> list[list[float]]:
    counts = torch.zeros(rows.size, width).index_put((rows.rows, rows.terms), rows.counts, accumulate=True)
    found: list[list[float]] = counts.tolist()
    return found


def test_anchor_is_its_formula() -> None:
    scores, clusters = draw(7, 4), torch.tensor([0, 3, 3, 1, 2, 0, 1])
    assert cluster_anchor(scores, clusters).item() == pytest.approx(naive.anchor(scores.tolist(), clusters.tolist()))


@pytest.mark.parametrize("form", ["paper", "published"])
@pytest.mark.parametrize("shape", [(6, 3, 8), (12, 5, 2)])
def test_cka_is_its_formula(form: str, shape: tuple[int, int, int]) -> None:
    theta, embeddings = draw(shape[0], shape[1]), draw(shape[0], shape[2], seed=1)
    found = cka_distance(theta, embeddings, form)  # type: ignore[arg-type]
    assert found.item() == pytest.approx(naive.cka_distance(theta.tolist(), embeddings.tolist(), form), rel=1e-10)
    assert gradcheck(lambda t: cka_distance(t, embeddings.detach(), form), theta)  # type: ignore[arg-type]


def test_cka_of_topics_that_do_not_vary_is_finite() -> None:
    theta = torch.ones(5, 3, requires_grad=True)
    loss = cka_distance(theta, draw(5, 4).detach())
    loss.backward()
    assert loss.item() == pytest.approx(1, abs=1e-6)
    assert theta.grad is not None
    assert theta.grad.isfinite().all()


@pytest.mark.parametrize("temperature", [0.2, 1.0])
def test_link_information_is_its_formula_both_ways(temperature: float) -> None:
    first, second = draw(3, 6), draw(3, 8, seed=1)
    rng = np.random.default_rng(0)
    forth, back = (rng.poisson(0.3, (6, 8)).astype(np.float64) for _ in range(2))
    forth[2] = 1  # a word that is linked with every word: no negatives
    expected = naive.link_information(first.tolist(), second.tolist(), forth.tolist(), temperature)
    expected += naive.link_information(second.tolist(), first.tolist(), back.T.tolist(), temperature)
    found = link_information(first, second, links(forth), links(back), temperature)
    assert found.item() == pytest.approx(expected, rel=1e-10)
    forth[2, 0] = 0  # without negatives the loss has a corner
    assert gradcheck(lambda a, b: link_information(a, b, links(forth), links(back), temperature), (first, second))


def test_pair_contrast_is_its_formula() -> None:
    first, second = draw(5, 3), draw(7, 3, seed=1)
    matches = [(0, 6), (2, 1), (4, 4)]
    expected = naive.pair_contrast(first.tolist(), second.tolist(), matches, 0.07)
    assert pair_contrast(first, second, torch.tensor(matches), 0.07).item() == pytest.approx(expected, rel=1e-10)


def test_kl_to_a_prior_of_each_document() -> None:
    mean, logvar, other_mean, other_logvar = (draw(4, 3, seed=seed) for seed in range(4))
    variance = other_logvar.exp()
    one_by_one = [
        naive.kl([mean[i].tolist()], [logvar[i].tolist()], other_mean[i].tolist(), variance[i].tolist())
        for i in range(4)
    ]
    assert gaussian_kl(mean, logvar, other_mean, variance).item() == pytest.approx(np.mean(one_by_one), rel=1e-10)


@pytest.mark.parametrize("count", [0, 2, 30])
@pytest.mark.parametrize("same", [True, False])
def test_nearest_words_are_those_of_the_largest_cosine(count: int, same: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.models.parts.known_words.CELLS", 40)
    rng = np.random.default_rng(0)
    mine = rng.normal(size=(11, 5))
    mine[3] = 0  # a word without a vector
    theirs = mine if same else rng.normal(size=(9, 5))
    words, good = nearest_words(unit_rows(mine), unit_rows(theirs), count, same)
    found = [row[known].tolist() for row, known in zip(words, good, strict=True)]
    assert found == naive.neighbours(mine.tolist(), theirs.tolist(), count, same)


@pytest.mark.parametrize("threshold", [0.4, 0.0, -1.0])
def test_similar_words_reach_the_threshold_and_a_word_is_its_own(
    threshold: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.models.parts.known_words.CELLS", 40)
    vectors = np.random.default_rng(1).normal(size=(9, 2))
    vectors[4] = 0
    near = similar_words(unit_rows(vectors), threshold).toarray()
    for i, a in enumerate(vectors.tolist()):
        for j, b in enumerate(vectors.tolist()):
            assert near[i, j] == (i == j or (any(a) and any(b) and naive.cosine(a, b) >= threshold))


@pytest.mark.parametrize("documents", LANGUAGES, ids=len)
def test_augmentation_counts_words_and_their_neighbours(documents: dict[str, int]) -> None:
    corpus = planted_corpus(documents)
    sizes = {name: part.bow.shape[1] for name, part in corpus.items()}
    model = Gloctm(sizes, TOPICS, EMBEDDING, GloctmParams(hidden=4, hidden_global=4, neighbours=2))
    model.start_from(corpus)
    vectors = [part.lexicon.vectors.tolist() for part in corpus.values() if part.lexicon]
    for index, (name, batch) in enumerate(first_batch(corpus, 9).items()):
        near = [naive.neighbours(vectors[index], other, 2, i == index) for i, other in enumerate(vectors)]
        expected = naive.augmented(corpus[name].bow.toarray().tolist(), near, index, list(sizes.values()))
        assert dense(model.augment(index, batch.bow), sum(sizes.values())) == expected


@pytest.mark.parametrize("documents", LANGUAGES, ids=len)
def test_linked_words_are_translations_of_near_synonyms(documents: dict[str, int]) -> None:
    corpus = planted_corpus(documents)
    sizes = {name: part.bow.shape[1] for name, part in corpus.items()}
    model = Infoctm(sizes, TOPICS, EMBEDDING, InfoctmParams(hidden=4))
    model.start_from(corpus)
    lexicons = [part.lexicon for part in corpus.values()]
    near = [similar_words(unit_rows(lexicon.vectors), 0.4).toarray() for lexicon in lexicons if lexicon]
    for other, (forth, back) in enumerate(model.links, 1):
        lexicon = lexicons[other]
        assert lexicon is not None
        direct = lexicon.links.toarray()
        shape = direct.shape
        for found, expected in ((forth, near[0] @ direct), (back, (near[other] @ direct.T).T)):
            mask = torch.zeros(shape).index_put((found.rows, found.columns), found.weights)
            np.testing.assert_array_equal(mask, expected)


def test_a_word_map_is_a_product_with_its_matrix() -> None:
    matrix = csr_array(np.random.default_rng(0).poisson(0.4, (6, 4)).astype(np.float64))
    carry, phi = WordMap(6, 4), draw(3, 6).float()
    carry.set(matrix)
    torch.testing.assert_close(carry(phi), phi @ torch.from_numpy(matrix.toarray()).float())
    even = np.arange(6.0)
    carry.set(matrix, even)
    torch.testing.assert_close(carry(phi), phi @ torch.from_numpy(matrix.toarray() + even[:, None]).float())
    np.testing.assert_allclose(carry.matrix().toarray(), matrix.toarray())


def test_rows_to_one_leaves_rows_of_zeros() -> None:
    found = rows_to_one(csr_array(np.array([[1.0, 3.0], [0.0, 0.0]]))).toarray()
    assert found.tolist() == [[0.25, 0.75], [0.0, 0.0]]


@pytest.mark.parametrize("smoothing", [0, 0.5, 2])
def test_a_smoothed_map_counts_words_and_not_entries(smoothing: float) -> None:
    entries = np.array([[1, 2, 0], [0, 0, 0], [0, 1, 1], [1, 0, 0]])
    counts = np.array([[3, 1, 0, 0], [1, 0, 0, 4]])
    links, even = smoothed(csr_array(entries > 0), csr_array(counts), smoothing)
    expected = naive.smoothed_map(entries.tolist(), counts.sum(axis=0).tolist(), smoothing)
    np.testing.assert_allclose(links.toarray() + even[:, None], expected)


@pytest.mark.parametrize("smoothing", [0, 0.5, 1])
def test_three_languages_mix_with_the_pivot(smoothing: float) -> None:
    corpus = planted_corpus({"en": 6, "zh": 6, "ja": 6})
    sizes = {name: part.bow.shape[1] for name, part in corpus.items()}
    model = Nmtm(sizes, TOPICS, EMBEDDING, NmtmParams(hidden=4, mix=0.7, smoothing=smoothing))
    model.start_from(corpus)
    phi = [beta.detach().double().numpy() for beta in model.beta]
    links = [part.lexicon.links.toarray() for part in corpus.values() if part.lexicon]
    counts = [part.bow.sum(axis=0).tolist() for part in corpus.values()]
    maps = [naive.smoothed_map(link.tolist(), counts[0], smoothing) for link in links]
    back = [naive.smoothed_map(link.T.tolist(), own, smoothing) for link, own in zip(links, counts, strict=True)]
    expected = [
        0.7 * (phi[1] @ back[1] + phi[2] @ back[2]) / 2 + 0.3 * phi[0],
        0.7 * phi[0] @ maps[1] + 0.3 * phi[1],
        0.7 * phi[0] @ maps[2] + 0.3 * phi[2],
    ]
    for name, scores in zip(sizes, expected, strict=True):
        np.testing.assert_allclose(model.word_scores(name), scores, atol=1e-6)


def test_alignment_of_three_languages_is_the_sum_of_their_pairs() -> None:
    corpus = planted_corpus({"en": 8, "zh": 8, "ja": 8})
    sizes = {name: part.bow.shape[1] for name, part in corpus.items()}
    torch.manual_seed(0)
    model = M3l(sizes, TOPICS, EMBEDDING, M3lParams(hidden=4, dropout=0)).train()
    model.start_from(corpus)
    batches = first_batch(corpus, 8)
    noise = {name: torch.randn(8, TOPICS) for name in sizes}
    together = model.loss(batches, noise).values()
    pairs = [("en", "zh"), ("en", "ja"), ("zh", "ja")]
    apart = [model.loss({name: batches[name] for name in pair}, noise).values() for pair in pairs]
    for term in ("kl", "contrast"):
        assert together[term] == pytest.approx(sum(values[term] for values in apart), rel=1e-5)


def test_lda_learns_from_languages_in_any_order(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[np.ndarray] = []
    fit = LatentDirichletAllocation.fit

    def record(lda: LatentDirichletAllocation, counts: csr_array) -> LatentDirichletAllocation:
        seen.append(counts.toarray())
        return fit(lda, counts)

    monkeypatch.setattr(LatentDirichletAllocation, "fit", record)
    corpus = planted_corpus({"en": 12, "zh": 12})
    sizes = {name: part.bow.shape[1] for name, part in corpus.items()}
    TranslatedLda(sizes, TOPICS, EMBEDDING, LdaParams(passes=1)).start_from(corpus)
    pivot = corpus["en"].bow.toarray()
    places = [int((seen[0] == document).all(axis=1).argmax()) for document in pivot]
    assert (seen[0][places] == pivot).all()
    assert len(seen[0]) == 24
    assert max(places) >= 12, "all of the pivot's documents come first"
