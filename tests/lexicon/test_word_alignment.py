"""Words found in aligned texts: a plain loop says the same, planted translations are found, real ones mostly right."""

from __future__ import annotations

import json
import math
from collections import defaultdict

import naive
import numpy as np
import polars as pl
import pytest
import snowballstemmer
from scipy.sparse import csr_array
from shared_files import shared

from pipeline.lexicon import word_alignment
from pipeline.lexicon.aligned_texts import aligned_texts, words_of_texts
from pipeline.lexicon.word_alignment import translated_words
from pipeline.tables.catalogue import PARALLEL_TOKENS
from pipeline.tokens.tokenise import TokeniseParams, tokenise

TEXTS = {"pair": pl.String, "lang": pl.String, "tokens": pl.List(pl.String)}


def counts(texts: list[set[str]], words: list[str]) -> csr_array:
    return csr_array(np.array([[2 * (word in text) for word in words] for text in texts]))


def random_texts(seed: int) -> tuple[list[set[str]], list[set[str]], list[str], list[str]]:
    """Texts in which word a7 is mostly translated as b7, some of them empty."""
    rng = np.random.default_rng(seed)
    first = [f"a{i}" for i in range(12)]
    second = [f"b{i}" for i in range(12)]
    left, right = [], []
    for size in rng.integers(0, 5, 40):
        chosen = rng.choice(12, size, replace=False)
        left.append({first[i] for i in chosen})
        right.append({second[i] if rng.random() < 0.8 else second[rng.integers(12)] for i in chosen})
    return left, right, first, second


@pytest.mark.parametrize("seed", range(3))
def test_translations_equal_a_plain_loop(seed: int) -> None:
    left, right, first, second = random_texts(seed)
    there, there_counts = naive.translation_probabilities(left, right, word_alignment.ROUNDS)
    back, back_counts = naive.translation_probabilities(right, left, word_alignment.ROUNDS)
    expected = {}
    for (a, b), value in there.items():
        probability = math.sqrt(value * back[b, a])
        if probability >= 0.3 and min(there_counts[a, b], back_counts[b, a]) >= 1.5:
            expected[first.index(a), second.index(b)] = probability
    found = translated_words(counts(left, first), counts(right, second))
    assert 8 <= len(expected) < len(there)
    assert found == pytest.approx(expected)


def test_the_shortest_texts_are_used_where_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    left, right, first, second = random_texts(0)
    sizes = [len(a) * len(b) for a, b in zip(left, right, strict=True)]
    short = [n for n, size in enumerate(sizes) if size <= 9]
    monkeypatch.setattr(word_alignment, "CELLS", sum(sizes[n] for n in short) + 3)
    found = translated_words(counts(left, first), counts(right, second))
    alone = translated_words(counts([left[n] for n in short], first), counts([right[n] for n in short], second))
    assert found == pytest.approx(alone)
    assert found


def test_no_texts_give_no_translations() -> None:
    assert translated_words(csr_array((3, 4)), csr_array((3, 2))) == {}
    assert words_of_texts(pl.DataFrame(schema=TEXTS), "en", ["a"], "fr", ["b"]) == {}


def test_texts_are_joined_by_pair_and_only_training_documents_count() -> None:
    rows = [("en", "train", "1", ["cat"]), ("en", "train", None, ["dog"]), ("en", "test", "2", ["dog"])]
    rows += [("fr", "train", "1", ["chat"]), ("fr", "test", "2", ["chien"]), ("fr", "train", "1", ["le", "chat"])]
    schema = {"lang": pl.String, "split": pl.String, "pair": pl.String, "tokens": pl.List(pl.String)}
    documents = pl.DataFrame(rows, schema=schema, orient="row")
    parallel = pl.DataFrame([("1", "en", ["cat"]), ("1", "fr", ["chat"])], schema=TEXTS, orient="row")
    texts = aligned_texts(documents, parallel)
    assert [row[1:] for row in texts.rows()] == [
        *(("en", ["cat"]), ("fr", ["chat"]), ("fr", ["le", "chat"])),
        *(("en", ["cat"]), ("fr", ["chat"])),
    ]
    assert texts["pair"].n_unique() == 2  # those of the documents and those of the file never mix
    found = words_of_texts(texts, "en", ["cat", "dog"], "fr", ["chat", "chien"])
    assert found == pytest.approx({(0, 0): 1.0})
    assert list(texts.columns) == list(PARALLEL_TOKENS.columns)


def test_real_translations_are_mostly_right() -> None:
    """Of the pairs found in 2,000 sentences whose words CC-CEDICT knows, three quarters are in it."""
    stem = snowballstemmer.stemmer("porter").stemWord
    known = defaultdict(set)
    for line in shared("dictionaries", "cedict_zh_en.tsv").read_text(encoding="utf-8").splitlines():
        word, english = line.split("\t")
        known[word].add(english)
    english_stems = set().union(*known.values())
    lines = shared("parallel", "en-zh.jsonl").read_text(encoding="utf-8").splitlines()[:2000]
    pairs = [json.loads(line) for line in lines]
    texts = pl.DataFrame(
        [{"pair": pair["pair"], "lang": lang, "text": pair[lang]} for lang in ("en", "zh") for pair in pairs]
    )
    texts = texts.with_columns(tokenise(texts, TokeniseParams(), processes=1)["tokens"])
    words = {}
    for lang in ("en", "zh"):
        tokens = texts.filter(pl.col("lang") == lang)["tokens"].list.unique().explode(empty_as_null=False)
        words[lang] = sorted(word for word, count in tokens.value_counts().iter_rows() if count >= 3)
    found = words_of_texts(texts, "en", words["en"], "zh", words["zh"])
    listed = [
        stem(words["en"][i]) in known[words["zh"][j]]
        for i, j in found
        if words["zh"][j] in known and stem(words["en"][i]) in english_stems
    ]
    assert len(found) > 1000
    assert np.mean(listed) > 0.74
