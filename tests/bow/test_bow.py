"""Vocabularies and counts: the bounds, given words, sparse memory, and the published corpora's numbers."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from project import set_params
from shared_files import shared

from pipeline.bow.counts import count_words, language_bow
from pipeline.bow.documents_without import wordless_advice
from pipeline.bow.more_words import more_words
from pipeline.bow.vocabulary import BowParams, build_vocabulary
from pipeline.common.errors import InputError
from pipeline.common.mending import Weight
from pipeline.run.layout import LAYOUT
from pipeline.tables.by_language import ByLanguage
from pipeline.tables.catalogue import BOW, DOCUMENTS, PARALLEL, REFERENCE, REFERENCE_TOKENS, TOKENS, VOCABULARY
from pipeline.tokens.tokenise import TokeniseParams, tokenise

ROOT = Path(__file__).resolve().parents[2]
ALL = BowParams(min_documents=1, max_document_share=1)


def _tokens(rows: list[tuple[str, str]]) -> pl.DataFrame:
    return pl.DataFrame({"lang": [lang for lang, _ in rows], "tokens": [text.split() for _, text in rows]}).cast(
        {"tokens": pl.List(pl.String)}
    )


def _train(tokens: pl.DataFrame) -> pl.Series:
    return pl.Series(["train"] * len(tokens))


def _words(tokens: pl.DataFrame, params: BowParams) -> list[str]:
    return build_vocabulary(tokens, _train(tokens), params)["word"].to_list()


def test_vocabulary_is_of_train_documents_and_in_order() -> None:
    tokens = _tokens([("ja", "b a a"), ("ja", "b é プ Z"), ("ja", "test only"), ("ja", ""), ("de", "x")])
    split = pl.Series(["train", "train", "test", "train", "train"])
    vocabulary = build_vocabulary(tokens, split, ALL)
    assert vocabulary.rows() == [
        ("ja", 0, "Z", 1),
        ("ja", 1, "a", 1),
        ("ja", 2, "b", 2),
        ("ja", 3, "é", 1),
        ("ja", 4, "プ", 1),
        ("de", 0, "x", 1),
    ]
    assert vocabulary.schema == {"lang": pl.String, "term": pl.UInt32, "word": pl.String, "documents": pl.UInt32}


def test_bounds_count_documents_and_size_counts_occurrences() -> None:
    tokens = _tokens([("en", "all two once once once"), ("en", "all two b a"), ("en", "all a b b"), ("en", "all")])
    assert _words(tokens, BowParams(min_documents=2, max_document_share=0.5)) == ["a", "b", "two"]
    assert _words(tokens, BowParams(min_documents=2, max_document_share=0.5, size=2)) == ["a", "b"]
    assert _words(tokens, BowParams(min_documents=1, max_document_share=0.25)) == ["once"]
    assert _words(tokens, BowParams(min_documents=4, max_document_share=1)) == ["all"]


def test_of_equally_frequent_words_the_first_are_chosen() -> None:
    assert _words(_tokens([("en", "d c b a")]), ALL.model_copy(update={"size": 2})) == ["a", "b"]


def test_an_empty_vocabulary_is_refused_with_the_numbers() -> None:
    tokens = _tokens([("en", "a b"), ("en", "a c"), ("zh", "x"), ("zh", "x")])
    with pytest.raises(InputError, match=r"^zh: .* 1 different word in 2 training documents, 1 are .* 0 in at most"):
        build_vocabulary(tokens, _train(tokens), BowParams(min_documents=1, max_document_share=0.5))
    with pytest.raises(InputError, match=r"^en: .* in 0 training documents"):
        build_vocabulary(tokens, pl.Series(["test"] * 4), ALL)


def test_given_words_keep_their_order(tmp_path: Path) -> None:
    (tmp_path / "en.txt").write_text("\ufeffzebra\r\napple\r\nunseen\r\n", encoding="utf-8", newline="")
    tokens = _tokens([("en", "apple pie zebra zebra"), ("en", "apple")])
    vocabulary = build_vocabulary(tokens, _train(tokens), BowParams(vocabulary=tmp_path, size=1))
    assert vocabulary.rows() == [("en", 0, "zebra", 1), ("en", 1, "apple", 2), ("en", 2, "unseen", 0)]
    assert count_words(tokens, vocabulary).rows() == [(0, 0, 2), (0, 1, 1), (1, 1, 1)]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, r"en\.txt is missing: bow\.vocabulary = .* one list for each language"),
        (b"a\nb\na\n", r"en\.txt: 1 word more than once: \['a'\]"),
        (b"a\n\nb\n", r"en\.txt, line 2: found ''"),
        (b"new york\n", r"en\.txt, line 1: found 'new york'"),
        (b"", r"en\.txt, line 1: found ''"),
        (b"\xff\n", r"en\.txt, line 1: not UTF-8 \(byte 0 of"),
        (b"other\n", r"en\.txt: no training document of en \(1\) has any of its words \(1\)"),
    ],
)
def test_a_wrong_given_list_is_refused(tmp_path: Path, content: bytes | None, message: str) -> None:
    if content is not None:
        (tmp_path / "en.txt").write_bytes(content)
    tokens = _tokens([("en", "a b")])
    with pytest.raises(InputError, match=message):
        build_vocabulary(tokens, _train(tokens), BowParams(vocabulary=tmp_path))


def test_counts_stay_within_a_language() -> None:
    tokens = _tokens([("en", "die die cat"), ("de", "die"), ("en", "unknown"), ("de", "cat"), ("en", "")])
    vocabulary = pl.DataFrame({"lang": ["en", "en", "de"], "term": [0, 1, 0], "word": ["cat", "die", "die"]})
    vocabulary = vocabulary.cast({"term": pl.UInt32})
    bow = count_words(tokens, vocabulary)
    assert bow.rows() == [(0, 0, 1), (0, 1, 2), (1, 0, 1)]
    assert bow.schema == {"document": pl.UInt32, "term": pl.UInt32, "count": pl.UInt32}
    together = tokens.sort("lang", descending=True, maintain_order=True)
    matrices = language_bow(count_words(together, vocabulary), vocabulary, ByLanguage.of(together["lang"]))
    assert list(matrices) == ["en", "de"]
    assert matrices["en"].toarray().tolist() == [[1, 2], [0, 0], [0, 0]]
    assert matrices["de"].toarray().tolist() == [[1], [0]]


def test_matrices_equal_a_plain_count() -> None:
    random = np.random.default_rng(0)
    rows = [(lang, " ".join(random.choice(list("abcdefgh"), 6))) for lang in np.sort(random.choice(["xx", "yy"], 40))]
    tokens = _tokens([(str(lang), text) for lang, text in rows])
    vocabulary = build_vocabulary(tokens, _train(tokens), ALL)
    matrices = language_bow(count_words(tokens, vocabulary), vocabulary, ByLanguage.of(tokens["lang"]))
    for lang, matrix in matrices.items():
        words = vocabulary.filter(lang=lang)["word"]
        counts = [[text.split().count(word) for word in words] for other, text in rows if other == lang]
        assert matrix.toarray().tolist() == counts
        assert matrix.dtype == np.int32
        assert matrix.has_sorted_indices


def test_documents_without_words_are_told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    tokens = _tokens([("en", "a a b"), ("en", "zzz"), ("de", "a")])
    vocabulary = pl.DataFrame({"lang": ["en", "en", "de"], "term": [0, 1, 0], "word": ["a", "b", "a"]})
    (advice,) = wordless_advice(count_words(tokens, vocabulary), vocabulary, tokens["lang"], BowParams())
    assert advice.weight is Weight.WORSE
    assert str(advice).startswith(
        "Documents that have no word of the vocabulary, so that their topics come from the encoder alone, or they have "
        "none: English (en) 1 of 2. If the tokeniser fits the language, lower `bow.min_documents` (now 2), or add "
        "documents."
    )
    assert "en: 2 documents, 2 words, 2 entries, 3 tokens; without a word of the vocabulary (kept): 1" in caplog.text
    assert "de: 1 document, 1 word, 1 entry, 1 token; without a word of the vocabulary (kept): 0" in caplog.text


@pytest.mark.parametrize(
    ("sizes", "changes", "advised"),
    [
        ([40, 60], {}, "lower `bow.min_documents` (now 2), or add documents"),
        ([40, 60], {"min_documents": 1}, "add documents"),
        ([40, 50], {"size": 50, "min_documents": 1}, "raise `bow.size` (now 50), or add documents"),
        ([50], {"size": 50}, "raise `bow.size` (now 50), or lower `bow.min_documents` (now 2), or add documents"),
        ([40], {"vocabulary": "mine"}, "add words to the lists in mine (`bow.vocabulary`)"),
    ],
)
def test_only_a_bound_that_kept_words_out_is_to_be_changed(
    sizes: list[int], changes: dict[str, Any], advised: str
) -> None:
    assert more_words(sizes, BowParams.model_validate(changes)) == advised


def test_memory_stays_sparse() -> None:
    documents, length, words = 200_000, 10, 50_000  # 40 GB if dense
    numbers = np.random.default_rng(0).integers(words, size=documents * length)
    tokens = pl.Series(numbers).cast(pl.String).reshape((documents, length)).arr.to_list()
    table = pl.DataFrame({"lang": pl.Series(["en"]).new_from_index(0, documents), "tokens": tokens})
    started = time.perf_counter()
    vocabulary = build_vocabulary(table, _train(table), BowParams(size=words))
    matrix = language_bow(count_words(table, vocabulary), vocabulary, ByLanguage.of(table["lang"]))["en"]
    assert time.perf_counter() - started < 30
    assert matrix.shape == (documents, words)
    assert matrix.sum() == documents * length


PUBLISHED = [
    ("ECNews", "train", "en", "en", 37_480, 418_719, 449_612),
    ("ECNews", "train", "zh", "cn", 40_000, 387_087, 424_426),
    ("ECNews", "test", "en", "en", 9_370, 104_276, 111_905),
    ("ECNews", "test", "zh", "cn", 10_000, 100_191, 110_606),
    ("Rakuten_Amazon", "train", "en", "en", 20_000, 540_595, 612_086),
    ("Rakuten_Amazon", "train", "ja", "ja", 20_000, 396_445, 450_991),
]


@pytest.mark.parametrize(
    ("corpus", "split", "lang", "suffix", "documents", "entries", "occurrences"),
    PUBLISHED,
    ids=[f"{row[0]}-{row[1]}-{row[2]}" for row in PUBLISHED],
)
def test_parity_bow_published_corpora(
    corpus: str, split: str, lang: str, suffix: str, documents: int, entries: int, occurrences: int, tmp_path: Path
) -> None:
    (tmp_path / f"{lang}.txt").write_bytes(shared("benchmarks", corpus, f"vocab_{suffix}").read_bytes())
    texts = shared("benchmarks", corpus, f"{split}_texts_{suffix}.txt").read_text(encoding="utf-8").split("\n")[:-1]
    tokens = tokenise(pl.DataFrame({"lang": [lang] * len(texts), "text": texts}), TokeniseParams(pretokenised=True))
    vocabulary = build_vocabulary(tokens, _train(tokens), BowParams(vocabulary=tmp_path))
    matrix = language_bow(count_words(tokens, vocabulary), vocabulary, ByLanguage.of(tokens["lang"]))[lang]
    assert matrix.shape == (documents, 5000)
    assert (matrix.nnz, matrix.sum()) == (entries, occurrences)


def _run_stage(folder: Path, name: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", f"stages.{name}"]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, encoding="utf-8", check=False)


def test_stages_write_their_tables(tmp_path: Path) -> None:
    set_params(tmp_path, ROOT / "params.yaml", {"bow": {"min_documents": 1, "max_document_share": 1}})
    nothing = [None] * 7  # no label, pair, date, group, certainty, note and whole
    rows = [
        ("a", "en", "train", "Green tea, black tea", *nothing),
        ("b", "ja", "train", "お茶を飲みます", *nothing),
        ("c", "ja", "test", "緑", *nothing),
    ]
    folder = tmp_path / LAYOUT.tables
    DOCUMENTS.write(pl.DataFrame(rows, schema=DOCUMENTS.empty().schema, orient="row"), folder)
    reference = {"pair": ["1", "1"], "lang": ["en", "ja"], "text": ["The tea", "お茶を飲む"]}
    REFERENCE.write(pl.DataFrame(reference), folder)
    PARALLEL.write(PARALLEL.empty(), folder)
    for name in ("tokenise", "bow"):
        done = _run_stage(tmp_path, name)
        assert done.returncode == 0, done.stderr
    assert TOKENS.read(folder)["tokens"].to_list() == [
        ["green", "tea", "black", "tea"],
        ["飲む"],
        [],
    ]
    tokens = REFERENCE_TOKENS.read(folder)
    assert tokens.rows() == [("1", "en", ["the", "tea"]), ("1", "ja", ["お", "茶", "を", "飲む"])]
    assert VOCABULARY.read(folder)["word"].to_list() == ["black", "green", "tea", "飲む"]
    assert BOW.read(folder).rows() == [(0, 0, 1), (0, 1, 1), (0, 2, 2), (1, 0, 1)]


def test_the_stage_ends_with_2_when_a_language_has_no_words(tmp_path: Path) -> None:
    set_params(tmp_path, ROOT / "params.yaml", {"bow": {"min_documents": 3}})
    tokens = _tokens([("en", "rare words")])
    TOKENS.write(tokens.with_columns(id=pl.lit("a"), split=pl.lit("train")), tmp_path / LAYOUT.tables)
    done = _run_stage(tmp_path, "bow")
    assert done.returncode == 2
    assert "no word is left for the vocabulary. Of 2 different words in 1 training document," in done.stderr
    assert not BOW.path(tmp_path / LAYOUT.tables).exists()


def test_blocks_of_documents_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    rows = [(lang, " ".join(map(str, rng.integers(9, size=number % 4)))) for number in range(25) for lang in ("a", "b")]
    tokens = _tokens(rows)
    together = tokens.sort("lang", maintain_order=True)
    vocabulary = build_vocabulary(together, _train(together), ALL)
    counts = count_words(tokens, vocabulary)
    for module in ("counts", "vocabulary"):
        monkeypatch.setattr(f"pipeline.bow.{module}.BLOCK", 7)
    assert build_vocabulary(together, _train(together), ALL).equals(vocabulary)
    assert count_words(tokens, vocabulary).equals(counts)
