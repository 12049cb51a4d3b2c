"""Two words that belong together as one: found by NPMI, joined alike in training, new documents and the reference."""

from __future__ import annotations

import math
import random
from collections import Counter
from itertools import pairwise

import numpy as np
import polars as pl
import pytest

from pipeline.bow.counts import count_words
from pipeline.bow.phrases import join_phrases, learn_phrases
from pipeline.bow.vocabulary import BowParams, build_vocabulary
from pipeline.evaluation.reference_counts import reference_counts

WORDS = ["prime", "minister", "york", "new", "tram", "line", "tree"]


def occurrences(texts: list[str]) -> pl.DataFrame:
    tokens = pl.DataFrame({"word": [text.split() for text in texts]}, schema={"word": pl.List(pl.String)})
    return tokens.with_row_index("document").explode("word")


def table(texts: list[str], lang: str = "en") -> pl.DataFrame:
    tokens = [text.split() for text in texts]
    return pl.DataFrame(
        {"lang": [lang] * len(texts), "tokens": tokens}, schema_overrides={"tokens": pl.List(pl.String)}
    )


def plainly_joined(words: list[str], phrases: set[str]) -> list[str]:
    joined = []
    while words:
        pair = "_".join(words[:2])
        joined.append(pair if len(words) > 1 and pair in phrases else words[0])
        words = words[2:] if joined[-1] == pair and len(words) > 1 else words[1:]
    return joined


def test_neighbours_are_joined_from_left_to_right_within_a_document() -> None:
    rng = random.Random(0)
    texts = [" ".join(rng.choices("abc", k=rng.randint(0, 12))) for _ in range(300)]
    phrases = {"a_b", "b_c", "c_c", "a_a"}
    joined = join_phrases(occurrences(texts), pl.DataFrame({"word": sorted(phrases)}))
    by_document = dict(joined.drop_nulls().group_by("document", maintain_order=True).agg("word").iter_rows())
    expected = {n: plainly_joined(text.split(), phrases) for n, text in enumerate(texts) if text}
    assert by_document == expected


def test_npmi_is_that_of_the_formula() -> None:
    rng = random.Random(1)
    texts = [" ".join(rng.choices(WORDS, [4, 4, 2, 2, 1, 1, 9], k=30)) for _ in range(40)]
    words = [text.split() for text in texts]
    singles = Counter(word for text in words for word in text)
    pairs = Counter(pair for text in words for pair in pairwise(text))
    total = singles.total()
    scores = {
        "_".join(pair): math.log(both * total / singles[pair[0]] / singles[pair[1]]) / -math.log(both / total)
        for pair, both in pairs.items()
        if sum(pair in list(pairwise(text)) for text in words) >= 5
    }
    least = float(np.median(list(scores.values())))
    found = learn_phrases(occurrences(texts), least, 1)["word"].to_list()
    assert found == sorted(phrase for phrase, score in scores.items() if score >= least)
    assert 0 < len(found) < len(scores)


TEXTS = ["prime minister tram", "minister prime tree", "the prime minister tree", "prime minister"] * 4


def test_a_vocabulary_has_phrases_and_counts_agree() -> None:
    tokens = table(TEXTS)
    split = pl.Series(["train"] * len(TEXTS))
    params = BowParams(phrases=True, phrase_npmi=0.3, min_documents=1, max_document_share=1)
    vocabulary = build_vocabulary(tokens, split, params)
    words = vocabulary["word"].to_list()
    assert "prime_minister" in words
    counted = count_words(tokens, vocabulary).join(vocabulary, on="term").group_by("word").agg(documents=pl.len())
    assert dict(counted.iter_rows()) == dict(vocabulary.select("word", "documents").iter_rows())
    assert dict(counted.iter_rows())["prime_minister"] == 12
    assert build_vocabulary(tokens, split, params.model_copy(update={"phrases": False}))["word"].to_list() == [
        *["minister", "prime", "the", "tram", "tree"]
    ]


def test_a_phrase_that_is_cut_off_leaves_its_words_alone() -> None:
    texts = [*["a b c"] * 20, *["x y c"] * 6, *["z"] * 40]
    split = pl.Series(["train"] * len(texts))
    params = BowParams(phrases=True, phrase_npmi=0.3, min_documents=1, max_document_share=1, size=3)
    vocabulary = build_vocabulary(table(texts), split, params)
    counted = count_words(table(texts), vocabulary).join(vocabulary, on="term").group_by("word").agg(pl.len())
    assert dict(counted.iter_rows()) == dict(vocabulary.select("word", "documents").iter_rows())


def test_new_documents_and_the_reference_are_joined_by_the_vocabulary() -> None:
    vocabulary = pl.DataFrame(
        {"lang": ["en", "en", "de"], "term": [0, 1, 0], "word": ["prime_minister", "prime", "minister"]},
        schema_overrides={"term": pl.UInt32},
    )
    tokens = pl.concat([table(["prime minister prime", "minister", ""]), table(["prime minister"], "de")])
    assert count_words(tokens, vocabulary).rows() == [(0, 0, 1), (0, 1, 1), (3, 0, 1)]
    reference = reference_counts(tokens.with_columns(pair=pl.Series(["1", "2", "3", "1"])), vocabulary)
    assert reference.counts["en"].toarray().sum(axis=0).tolist() == [1, 1]


@pytest.mark.parametrize("texts", [[], ["", ""], ["a"]])
def test_texts_without_pairs_have_no_phrases(texts: list[str]) -> None:
    assert learn_phrases(occurrences(texts), 0.1, 1).is_empty()
