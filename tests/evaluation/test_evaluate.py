"""Scores of topics in two and three languages, against a computation from scratch on the words themselves."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import combinations
from math import log
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from project import set_params

from pipeline.common.json_files import read_json
from pipeline.evaluation.coherence import Counting
from pipeline.evaluation.evaluate import EvaluateParams, all_scores, coherence_by_topic, paired_retrieval, topic_scores
from pipeline.evaluation.reference_counts import Reference, reference_counts
from pipeline.evaluation.retrieval import retrieval
from pipeline.run.layout import LAYOUT
from pipeline.run.record import write_record
from pipeline.tables.catalogue import (
    BETA,
    BOW,
    CLUSTERS,
    REFERENCE_TOKENS,
    THETA,
    TOPICS,
    VOCABULARY,
    WHOLES,
    WORD_VECTORS,
)
from pipeline.tables.vectors import Theta, vector_column

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = ("en", "zh", "ja")
COUNTINGS: tuple[Counting, ...] = ("toolkit", "document")
VOCABULARY_SIZE = 8
WORDS = [[0, 1, 2], [3, 4, 0], [7, 5, 6]]  # word 7 is never in the reference; topic 2's other words seldom

Texts = dict[str, dict[str, list[str]]]  # pair -> language -> tokens


def word(lang: str, term: int) -> str:
    return f"{lang}-{term}"


def made_reference(languages: tuple[str, ...] = LANGUAGES, seed: int = 0, groups: int = 30) -> Texts:
    """Aligned documents of which one in five lacks a language; some tokens are outside the vocabulary."""
    rng = np.random.default_rng(seed)
    texts: Texts = {}
    for group in range(groups):
        held = [lang for lang in languages if group % 5 or lang != languages[group % len(languages)]]
        centre = int(rng.integers(VOCABULARY_SIZE - 1))
        texts[f"pair-{group:02}"] = {
            lang: [word(lang, int(t)) for t in (centre + rng.integers(3, size=5)) % 7] + ["other"] for lang in held
        }
    return texts


def as_tables(texts: Texts, languages: tuple[str, ...]) -> tuple[pl.DataFrame, pl.DataFrame]:
    rows = [(pair, lang, tokens) for pair, sides in texts.items() for lang, tokens in sides.items()]
    schema = {"pair": pl.String, "lang": pl.String, "tokens": pl.List(pl.String)}
    vocabulary = [(lang, term, word(lang, term)) for lang in languages for term in range(VOCABULARY_SIZE)]
    return pl.DataFrame(rows, schema=schema, orient="row"), pl.DataFrame(
        vocabulary, schema={"lang": pl.String, "term": pl.UInt32, "word": pl.String}, orient="row"
    )


def reference(texts: Texts, languages: tuple[str, ...] = LANGUAGES) -> Reference:
    return reference_counts(*as_tables(texts, languages))


def topics(languages: tuple[str, ...] = LANGUAGES) -> dict[str, np.ndarray]:
    """Top words that differ from language to language."""
    return {lang: np.array(WORDS)[:, :: (-1) ** place] for place, lang in enumerate(languages)} | {
        languages[-1]: np.array([[0, 1, 2], [2, 4, 0], [7, 5, 6]])
    }


def naive_npmi(texts: Texts, first: str, second: str, counting: Counting) -> float | None:
    """Mean coherence over all topics, from the tokens."""
    groups = [sides for sides in texts.values() if first in sides and second in sides]
    if not groups:
        return None

    def single(lang: str, wanted: str) -> float:
        counts = [sides[lang].count(wanted) for sides in groups]
        return sum(counts if counting == "toolkit" else (count > 0 for count in counts)) / len(groups)

    def npmi(a: str, b: str) -> float:
        both = sum(a in sides[first] and b in sides[second] for sides in groups) / len(groups)
        return log(both / (single(first, a) * single(second, b))) / -log(both) if both else 0.0

    words = topics(tuple(texts["pair-01"]))
    values = []
    for mine, theirs in zip(words[first], words[second], strict=True):
        pairs = combinations(mine, 2) if first == second else [(a, b) for a in mine for b in theirs]
        values.append(np.mean([npmi(word(first, a), word(second, b)) for a, b in pairs]))
    return float(np.mean(values))


def naive_uniqueness(words: np.ndarray) -> float:
    lists = words.tolist()
    return float(np.mean([1 / sum(w in other for other in lists) for topic in lists for w in topic]))


@pytest.mark.parametrize("counting", COUNTINGS)
@pytest.mark.parametrize("languages", [LANGUAGES[:2], LANGUAGES])
def test_scores_equal_a_computation_from_scratch(languages: tuple[str, ...], counting: Counting) -> None:
    texts, words = made_reference(languages), topics(languages)
    scores = topic_scores(words, reference(texts, languages), counting)
    pairs = {f"{a}-{b}": naive_npmi(texts, a, b, counting) for a, b in combinations(languages, 2)}
    npmi = {lang: naive_npmi(texts, lang, lang, counting) for lang in languages}
    uniqueness = {lang: naive_uniqueness(words[lang]) for lang in languages}
    assert {name: part["cnpmi"] for name, part in scores["pairs"].items()} == pytest.approx(pairs)
    assert {name: part["npmi"] for name, part in scores["languages"].items()} == pytest.approx(npmi)
    assert {name: part["tu"] for name, part in scores["languages"].items()} == pytest.approx(uniqueness)
    assert len(pairs) == len(languages) * (len(languages) - 1) / 2
    assert scores["cnpmi"] == pytest.approx(np.mean(list(pairs.values())))
    assert scores["npmi"] == pytest.approx(np.mean(list(npmi.values())))
    assert scores["tu"] == pytest.approx(np.mean(list(uniqueness.values())))
    assert scores["tq"] == pytest.approx(max(0, scores["cnpmi"]) * scores["tu"])
    assert counting == "toolkit" or scores["cnpmi"] > 0.05


def test_words_absent_from_the_reference_count_as_zero() -> None:
    texts = made_reference(LANGUAGES[:2])
    absent = {lang: np.array([[7, 7]]) for lang in LANGUAGES[:2]}
    scores = topic_scores(absent, reference(texts, LANGUAGES[:2]), "document")
    assert (scores["cnpmi"], scores["npmi"]) == (0, 0)


def test_groups_that_lack_a_language_do_not_count_for_its_pairs() -> None:
    texts = made_reference(LANGUAGES[:2])
    whole = {pair: sides for pair, sides in texts.items() if len(sides) == 2}
    assert len(whole) < len(texts)
    found, expected = (reference(held, LANGUAGES[:2]) for held in (texts, whole))
    assert found.size("en", "zh") == expected.size("en", "zh") == len(whole)
    assert found.size("en", "en") == sum("en" in sides for sides in texts.values())
    words = topics(LANGUAGES[:2])
    both = (topic_scores(words, each, "toolkit")["cnpmi"] for each in (found, expected))
    assert next(both) == pytest.approx(next(both))


def test_a_language_without_reference_is_left_out_of_the_means() -> None:
    texts = made_reference(LANGUAGES[:2])
    words = topics()
    scores = topic_scores(words, reference(texts), "toolkit")
    assert scores["pairs"]["en-ja"] == scores["pairs"]["zh-ja"] == {"cnpmi": None}
    assert scores["languages"]["ja"]["npmi"] is None
    assert scores["cnpmi"] == scores["pairs"]["en-zh"]["cnpmi"]
    assert scores["npmi"] == pytest.approx(np.mean([scores["languages"][lang]["npmi"] for lang in ("en", "zh")]))
    assert scores["tu"] == pytest.approx(np.mean([naive_uniqueness(words[lang]) for lang in LANGUAGES]))


def test_without_a_reference_only_uniqueness_is_known() -> None:
    scores = topic_scores(topics(), reference({}), "toolkit")
    assert (scores["cnpmi"], scores["npmi"], scores["tq"]) == (None, None, None)
    assert scores["tu"] == pytest.approx(np.mean([naive_uniqueness(words) for words in topics().values()]))
    assert set(scores["pairs"]) == {"en-zh", "en-ja", "zh-ja"}
    assert json.loads(json.dumps(scores, allow_nan=False)) == scores


def test_one_language_has_no_pairs() -> None:
    texts = made_reference(("en",))
    texts = {pair: sides for pair, sides in texts.items() if sides}
    scores = topic_scores({"en": np.array(WORDS)}, reference(texts, ("en",)), "toolkit")
    assert (scores["cnpmi"], scores["tq"], scores["pairs"]) == (None, None, {})
    assert scores["npmi"] is not None


def test_incoherent_topics_have_no_negative_quality() -> None:
    # Words that meet once, though each is common: their NPMI is negative.
    texts: Texts = {f"pair-{i:02}": {"en": [word("en", i % 2)], "zh": [word("zh", (i + 1) % 2)]} for i in range(20)}
    texts["pair-00"]["zh"].append(word("zh", 0))
    words = {lang: np.array([[0, 0]]) for lang in ("en", "zh")}
    scores = topic_scores(words, reference(texts, ("en", "zh")), "document")
    assert scores["cnpmi"] < 0
    assert scores["tq"] == 0


def test_all_scores_are_headed_by_the_chosen_selection() -> None:
    held = reference(made_reference())
    trained = {"beta": topics(), "owned": {lang: words[:, ::-1] % 6 for lang, words in topics().items()}}
    start = {name: {lang: words[:2] for lang, words in sets.items()} for name, sets in trained.items()}
    for chosen in ("beta", "owned"):
        found = all_scores(trained, start, held, EvaluateParams(top_words=chosen, counting="document"))
        expected = topic_scores(trained[chosen], held, "document")
        assert {name: found[name] for name in expected} == expected
        for name in ("cnpmi", "tu", "tq", "npmi"):
            assert found["start"][name] == topic_scores(start[chosen], held, "document")[name]
            for selection in trained:
                part = found["selections"][selection]
                assert part[name] == topic_scores(trained[selection], held, "document")[name]
                assert part["start"][name] == topic_scores(start[selection], held, "document")[name]
        for counting in COUNTINGS:
            figure = topic_scores(trained[chosen], held, counting)["cnpmi"]
            assert found["counting"][counting] == {"cnpmi": figure}
        json.dumps(found, allow_nan=False)
    assert topic_scores(trained["beta"], held, "document") != topic_scores(trained["owned"], held, "document")


def test_coherence_by_topic_ranks_within_each_pair() -> None:
    texts, words = made_reference(), topics()
    table = coherence_by_topic(words, reference(texts), "toolkit")
    assert table.columns == ["topic", "pair", "cnpmi", "rank"]
    assert table["pair"].unique(maintain_order=True).to_list() == ["en-zh", "en-ja", "zh-ja"]
    scores = topic_scores(words, reference(texts), "toolkit")
    for (pair,), part in table.group_by("pair", maintain_order=True):
        assert part["topic"].to_list() == [0, 1, 2]
        assert part["cnpmi"].mean() == pytest.approx(scores["pairs"][pair]["cnpmi"])
        assert part.sort("cnpmi", descending=True)["rank"].to_list() == [0, 1, 2]


def test_coherence_by_topic_without_a_reference_has_no_rows() -> None:
    table = coherence_by_topic(topics(), reference({}), "toolkit")
    assert table.columns == ["topic", "pair", "cnpmi", "rank"]
    assert table.is_empty()


def aligned_documents() -> tuple[pl.DataFrame, Theta]:
    """Twelve documents a language, pairs p0 to p11, every third one a training document."""
    rng = np.random.default_rng(0)
    rows = [(lang, "test" if i % 3 else "train", f"p{i}") for lang in LANGUAGES for i in rng.permutation(12)]
    theta = rng.dirichlet(np.ones(4), len(rows)).astype(np.float32)
    documents = pl.DataFrame(rows, schema=["lang", "split", "pair"], orient="row")
    return documents, Theta(theta, theta.sum(axis=1) > 0)


def naive_pairs(documents: pl.DataFrame, first: str, second: str) -> list[tuple[int, int]]:
    """Rows of translations among the test documents, in the order of the first language."""
    rows = list(enumerate(documents.rows()))
    found = []
    for i, (lang, split, pair) in rows:
        match = [j for j, other in rows if other == (second, "test", pair)]
        if (lang, split) == (first, "test") and pair is not None and match:
            found.append((i, match[0]))
    return found


def assert_naive(found: dict[str, dict[str, Any]], documents: pl.DataFrame, theta: Theta) -> None:
    for direction, figures in found.items():
        left, right = np.array(naive_pairs(documents, *direction.split("->"))).T
        mrr, jsd = retrieval(theta.values[left], theta.values[right])
        assert figures == {"mrr": pytest.approx(mrr), "jsd": pytest.approx(jsd), "pairs": len(left)}


def test_retrieval_is_of_test_documents_in_both_directions() -> None:
    documents, theta = aligned_documents()
    found = paired_retrieval(documents, theta)
    assert list(found) == ["en->zh", "en->ja", "zh->en", "zh->ja", "ja->en", "ja->zh"]
    assert all(figures["pairs"] == 8 for figures in found.values())
    assert_naive(found, documents, theta)
    assert found["en->zh"]["jsd"] == pytest.approx(found["zh->en"]["jsd"])
    json.dumps(found, allow_nan=False)


def test_documents_without_theta_or_pair_are_no_queries() -> None:
    documents, theta = aligned_documents()
    lost = next(row for row, held in enumerate(documents.rows()) if held == ("zh", "test", "p4"))
    theta.values[lost], theta.known[lost] = 0, False
    documents = documents.with_columns(pair=pl.when(pl.col("pair") != "p5").then("pair"))
    found = paired_retrieval(documents, theta)
    assert {name: figures["pairs"] for name, figures in found.items()} == {
        "en->zh": 6,
        "en->ja": 7,
        "zh->en": 6,
        "zh->ja": 6,
        "ja->en": 7,
        "ja->zh": 6,
    }
    known = documents.with_columns(pair=pl.when(pl.int_range(pl.len()) != lost).then("pair"))
    assert_naive(found, known, theta)


def test_of_several_translations_the_first_counts() -> None:
    documents, theta = aligned_documents()
    twice = pl.concat([documents, pl.DataFrame({"lang": ["ja"], "split": ["test"], "pair": ["p4"]})])
    more = Theta(np.concatenate([theta.values, np.array([[1, 0, 0, 0]], np.float32)]), np.append(theta.known, True))
    assert paired_retrieval(twice, more) == paired_retrieval(documents, theta)


def test_documents_that_are_not_aligned_have_no_retrieval() -> None:
    documents, theta = aligned_documents()
    assert paired_retrieval(documents.with_columns(pair=pl.lit(None, pl.String)), theta) == {}
    assert paired_retrieval(documents.with_columns(pair=pl.col("lang") + pl.col("pair")), theta) == {}
    assert paired_retrieval(documents.with_columns(split=pl.lit("train")), theta) == {}
    assert paired_retrieval(documents, Theta(np.zeros_like(theta.values), np.zeros_like(theta.known))) == {}
    assert paired_retrieval(documents.filter(lang="en"), theta[:12]) == {}


def write_run(folder: Path, texts: Texts) -> None:
    """The tables that `stages.evaluate` reads: four documents a language, two topics."""
    rng = np.random.default_rng(0)
    tokens, vocabulary = as_tables(texts, LANGUAGES[:2])
    documents = pl.DataFrame({"lang": ["en"] * 4 + ["zh"] * 4, "split": ["train", "train", "train", "test"] * 2})
    documents = documents.with_columns(
        id=pl.Series([f"d{i}" for i in range(8)]),
        label=pl.lit(None, pl.String),
        pair=pl.Series([f"p{i % 4}" for i in range(8)]),
        whole=pl.lit(None, pl.String),
    )
    theta = pl.Series("theta", [*rng.dirichlet([1, 1], 7).tolist(), None], dtype=pl.Array(pl.Float32, 2))
    word_scores = [rng.normal(size=VOCABULARY_SIZE).tolist() for _ in range(4)]
    bow = [(document, term, 1 + (document + term) % 3) for document in range(7) for term in range(document % 3, 8, 2)]
    clusters = {"document": [0, 1, 2, 4, 5, 6], "id": [f"d{i}" for i in (0, 1, 2, 4, 5, 6)], "cluster": [0, 1] * 3}
    beta = {"lang": ["en", "en", "zh", "zh"], "topic": [0, 1, 0, 1], "word_scores": word_scores}
    for table, frame in (
        (VOCABULARY, vocabulary.with_columns(documents=pl.lit(1, pl.UInt32))),
        (BOW, pl.DataFrame(bow, schema=BOW.empty().schema, orient="row")),
        (THETA, documents.with_columns(theta, scores=theta)),
        (WHOLES, WHOLES.empty()),
        (CLUSTERS, pl.DataFrame(clusters, schema=CLUSTERS.empty().schema)),
        (WORD_VECTORS, vocabulary.select("lang", "term", vector_column(rng.normal(size=(len(vocabulary), 5))))),
        (REFERENCE_TOKENS, tokens),
        (BETA, pl.DataFrame(beta, schema=BETA.empty().schema)),
    ):
        table.write(frame, folder / LAYOUT.tables)
    set_params(folder, ROOT / "params.yaml", {"top_words": "owned", "evaluate": {"words": 3}})
    write_record(folder / LAYOUT.records, "bow", {"bow": {}})


@pytest.mark.parametrize("aligned", [True, False])
def test_the_stage_scores_every_selection_beside_the_start(tmp_path: Path, aligned: bool) -> None:
    write_run(tmp_path, made_reference(LANGUAGES[:2]) if aligned else {})
    command = [sys.executable, "-m", "stages.evaluate"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    metrics = read_json(tmp_path / LAYOUT.metrics)
    assert all((metrics[key] is not None) == (aligned or key == "tu") for key in ("cnpmi", "tu", "tq", "npmi"))
    assert metrics["documents_without_theta"] == 1
    assert metrics["retrieval"] == {}  # the only test documents are p3, and one of them has no theta
    words = TOPICS.read(tmp_path / LAYOUT.tables)
    assert len(words) == 2 * 3 * 2 * 2  # source, selection, language, topic
    assert words["words"].list.len().unique().to_list() == [3]
    lines = (tmp_path / LAYOUT.coherence).read_text(encoding="utf-8").splitlines()
    assert lines[0] == "topic,pair,cnpmi,rank"
    assert len(lines) == (3 if aligned else 1)
