"""One epoch's batches, and the corpus they are cut from."""

from __future__ import annotations

from collections import Counter

import numpy as np
import polars as pl
import pytest
from planted import CPU
from pydantic import ValidationError
from scipy.sparse import csr_array, eye_array

from pipeline.common.errors import InputError
from pipeline.lexicon.matrices import link_matrices
from pipeline.models.topic_model import LanguageCorpus
from pipeline.tables.by_language import ByLanguage, training_documents
from pipeline.training.batches import BLOCK, Batches
from pipeline.training.corpus import training_corpus, word_lexicons
from pipeline.training.train_params import TrainParams

SIZES = [  # documents a language, batch size
    ({"en": 32, "zh": 32}, 8),
    ({"en": 33, "zh": 20}, 32),  # one document more than a batch
    ({"en": 7, "zh": 30, "ja": 4}, 8),
    ({"en": 5, "zh": 1}, 128),
    ({"en": 25, "zh": 10}, 3),
    ({"en": 4, "zh": 12}, 2),
    ({"en": 3 * BLOCK + 5, "zh": 2 * BLOCK}, 3),  # more steps than a block
    ({"en": 2 * BLOCK, "zh": 7}, 2),  # a block to the last step
]
sizes = pytest.mark.parametrize(("documents", "size"), SIZES, ids=str)


def numbered(documents: dict[str, int]) -> dict[str, LanguageCorpus]:
    """Document i has word i, embedding i and cluster i."""
    return {
        name: LanguageCorpus(
            csr_array(eye_array(n, dtype=np.int32)), np.arange(n, dtype=np.float32)[:, None], np.arange(n)
        )
        for name, n in documents.items()
    }


def epoch(documents: dict[str, int], size: int, seed: int = 0) -> list[dict[str, list[int]]]:
    """The documents of each batch, checked to be the same ones in all three arrays."""
    steps = []
    for batches in Batches(numbered(documents), size, CPU).epoch(np.random.default_rng(seed)):
        for batch in batches.values():
            assert batch.bow.terms.tolist() == batch.embeddings[:, 0].tolist() == batch.clusters.tolist()
            assert batch.bow.size == len(batch.clusters)
        steps.append({name: batch.clusters.tolist() for name, batch in batches.items()})
    return steps


@sizes
def test_an_epoch_is_the_largest_language_once(documents: dict[str, int], size: int) -> None:
    steps, largest = epoch(documents, size), max(documents, key=lambda name: documents[name])
    assert len(steps) == Batches(numbered(documents), size, CPU).steps == -(-documents[largest] // size)
    assert sorted(i for step in steps for i in step[largest]) == list(range(documents[largest]))


@sizes
def test_smaller_languages_wrap_round(documents: dict[str, int], size: int) -> None:
    steps, largest = epoch(documents, size), max(documents.values())
    for name, n in documents.items():
        seen = Counter(i for step in steps for i in step[name])
        assert seen.total() == largest
        assert {seen[i] for i in range(n)} <= {largest // n, -(-largest // n)}


@sizes
def test_batches_are_equally_long(documents: dict[str, int], size: int) -> None:
    lengths = [{len(batch) for batch in step.values()} for step in epoch(documents, size)]
    assert all(len(step) == 1 for step in lengths)  # as many documents of every language
    every = set().union(*lengths)
    assert max(every) - min(every) <= 1
    assert max(every) <= size


@pytest.mark.parametrize("size", [3, 4, 5, 16])
@pytest.mark.parametrize("more", [0, 1, 2])
@pytest.mark.parametrize("rounds", [1, 2, 3])
def test_no_batch_is_a_single_document(size: int, more: int, rounds: int) -> None:
    n = size * rounds + more
    assert min(len(step["en"]) for step in epoch({"en": n, "zh": 2}, size)) >= 2


def test_a_batch_size_whose_equal_parts_could_be_one_document_is_refused() -> None:
    with pytest.raises(ValidationError, match="batch_size"):
        TrainParams(batch_size=2)
    assert min(len(step["en"]) for step in epoch({"en": 4, "zh": 2}, 3)) >= 2


def test_the_order_depends_on_the_generator_alone() -> None:
    first, again, other = (epoch({"en": 30, "zh": 11}, 8, seed) for seed in (1, 1, 2))
    assert first == again != other


def test_a_batch_keeps_its_types() -> None:
    (batch,) = Batches(numbered({"en": 4}), 4, CPU).cut("en", np.array([3, 0, 3]), [3])
    assert batch.clusters.tolist() == [3, 0, 3]
    assert (str(batch.embeddings.dtype), str(batch.clusters.dtype)) == ("torch.float32", "torch.int64")


def test_a_cut_is_the_documents_one_after_another() -> None:
    rng = np.random.default_rng(0)
    bow = rng.poisson(0.6, (9, 5))
    bow[[2, 7]] = 0  # documents without words
    corpus = {"en": LanguageCorpus(csr_array(bow), rng.normal(size=(9, 2)).astype(np.float32), np.arange(9) % 4)}
    documents, lengths = np.array([7, 3, 3, 0, 8, 2, 5, 1]), [1, 3, 2, 2]
    parts = Batches(corpus, 4, CPU).cut("en", documents, lengths)
    assert len(parts) == len(lengths)
    for batch, wanted in zip(parts, np.split(documents, np.cumsum(lengths)[:-1]), strict=True):
        dense = np.zeros((batch.bow.size, 5))
        np.add.at(dense, (batch.bow.rows.numpy(), batch.bow.terms.numpy()), batch.bow.counts.numpy())
        np.testing.assert_array_equal(dense, bow[wanted])
        np.testing.assert_array_equal(batch.embeddings, corpus["en"].embeddings[wanted])
        np.testing.assert_array_equal(batch.clusters, wanted % 4)


def test_training_documents_are_those_of_the_split_with_words() -> None:
    split = pl.Series(["train", "test", "train", "train", "test"])
    bow = pl.DataFrame({"document": [0, 0, 1, 3]}, schema={"document": pl.UInt32})
    assert training_documents(split, bow).tolist() == [0, 3]


def test_rows_within_a_language() -> None:
    languages = ByLanguage.of(pl.Series(["en", "en", "zh", "zh", "zh", "ja"]))
    found = [languages.within(name, np.array(rows)).tolist() for name, rows in
             (("en", [0, 1]), ("zh", [2, 4]), ("ja", [5]))]  # fmt: skip
    assert found == [[0, 1], [0, 2], [0]]


def test_training_corpus_splits_the_rows_by_language() -> None:
    languages = pl.Series(["en"] * 3 + ["zh"] * 4 + ["ja"] * 2)
    bows = {name: csr_array(eye_array(n, dtype=np.int32)) for name, n in (("en", 3), ("zh", 4), ("ja", 2))}
    embeddings = np.arange(9, dtype=np.float32)[:, None]
    documents, clusters = np.array([0, 2, 4, 5, 8]), np.array([7, 6, 5, 4, 3])
    pairs = pl.Series(["x", None, "y", "z", "y", None, "q", "q", "x"])
    vocabulary = pl.DataFrame({"lang": languages, "term": [0, 1, 2, 0, 1, 2, 3, 0, 1]})
    links = pl.DataFrame({"lang": ["zh", "zh", "ja"], "pivot_term": [0, 2, 1], "term": [3, 0, 1], "count": [1, 2, 1]})
    words = word_lexicons(vocabulary, 10 * embeddings, link_matrices(vocabulary, links))
    corpus = training_corpus(documents, clusters, pairs, ByLanguage.of(languages), bows, embeddings, words)
    assert list(corpus) == ["en", "zh", "ja"]
    found = {name: part.bow.indices.tolist() for name, part in corpus.items()}
    assert found == {"en": [0, 2], "zh": [1, 2], "ja": [1]}
    assert [part.clusters.tolist() for part in corpus.values()] == [[7, 6], [5, 4], [3]]
    assert [part.embeddings[:, 0].tolist() for part in corpus.values()] == [[0, 2], [4, 5], [8]]
    aligned = {name: part.pairs.tolist() for name, part in corpus.items() if part.pairs is not None}
    assert (aligned["zh"][1], aligned["en"][0], aligned["en"][1]) == (-1, aligned["ja"][0], aligned["zh"][0])
    known = {name: part.lexicon for name, part in corpus.items() if part.lexicon}
    assert {name: part.vectors[:, 0].tolist() for name, part in known.items()} == {
        "en": [0, 10, 20],
        "zh": [30, 40, 50, 60],
        "ja": [70, 80],
    }
    assert known["en"].links.nnz == 0
    assert known["zh"].links.toarray().tolist() == [[0, 0, 0, 1], [0, 0, 0, 0], [2, 0, 0, 0]]
    assert known["ja"].links.toarray().tolist() == [[0, 0], [0, 1], [0, 0]]


def test_paired_batches_hold_the_documents_of_a_pair_together() -> None:
    rng = np.random.default_rng(0)
    pairs = {"en": np.arange(40), "zh": rng.permutation(np.arange(20, 50)), "ja": np.array([-1, 3, 3, 70, 45])}
    corpus = {
        name: LanguageCorpus(
            csr_array(np.ones((len(p), 2))), p[:, None].astype(np.float32), np.zeros(len(p), np.int64), p
        )
        for name, p in pairs.items()
    }
    seen: dict[str, list[int]] = {"en": [], "zh": [], "ja": []}
    batches = Batches(corpus, 8, CPU, paired=True)
    assert batches.steps == 3  # 22 pairs stand in two languages: 20 to 39, 3 and 45
    for step in batches.epoch(np.random.default_rng(1)):
        found = {name: batch.pairs.tolist() for name, batch in step.items() if batch.pairs is not None}
        for name, listed in found.items():
            assert len(listed) >= 2
            assert step[name].embeddings[:, 0].tolist() == listed
            seen[name] += listed
        assert {p for p in found["en"] if p >= 20} == {p for p in found["zh"] if p < 40}
    assert sorted(seen["en"]) == [3, *range(20, 40)]
    assert sorted(seen["zh"]) in ([*range(20, 40)], [*range(20, 40), 45])


def test_batches_of_too_few_pairs_are_refused() -> None:
    pairs = {"en": [0, 1], "zh": [0, 1], "ja": [2, 3], "de": [2, 3]}
    corpus = {
        name: LanguageCorpus(
            csr_array(np.ones((2, 2))), np.ones((2, 1), np.float32), np.zeros(2, np.int64), np.array(p)
        )
        for name, p in pairs.items()
    }
    assert Batches(corpus, 4, CPU, paired=True).steps == 1
    with pytest.raises(InputError, match=r"4 languages a batch needs 3 aligned pairs, but some batches would have 2"):
        Batches(corpus, 3, CPU, paired=True)


def test_unpaired_documents_are_refused_where_pairs_are_needed() -> None:
    with pytest.raises(InputError, match=r"aligned documents, but in en only 0 training documents.*same `pair`"):
        Batches(numbered({"en": 6, "zh": 6}), 4, CPU, paired=True)
