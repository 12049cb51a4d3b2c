"""The offline encoder: planted translations are found, its parts equal plain loops, odd corpora work."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy.linalg import orthogonal_procrustes
from scipy.sparse import csr_array
from shared_files import shared
from sklearn.linear_model import LogisticRegression
from sklearn.utils.extmath import randomized_svd

from pipeline.common.errors import InputError
from pipeline.encoders.aligned import AlignedEncoder, AlignedParams, WordSpace
from pipeline.encoders.rotation import align, prune
from pipeline.encoders.word_vectors import positive_pmi, word_vectors
from pipeline.tables.vectors import unit_rows

LANGUAGES = ("en", "zh", "ja")
TOPICS, TOPIC_WORDS = 6, 10
WORDS = TOPICS * TOPIC_WORDS


def table(rows: list[tuple[str, str, list[str]]]) -> pl.DataFrame:
    schema = {"lang": pl.String, "split": pl.String, "tokens": pl.List(pl.String)}
    return pl.DataFrame(rows, schema=schema, orient="row")


def spell(lang: str, word: int) -> str:
    return f"{lang}{word}"


@cache
def planted(documents: int = 3000) -> tuple[pl.DataFrame, np.ndarray]:
    """Documents of two phrases of one topic, drawn anew in every language; then every word as a test document.

    Returns:
        The documents, and the topic of each (-1 for a single word). Word i of one language means word i of any
        other, and is known by the phrases it is in.
    """
    rng = np.random.default_rng(0)
    phrases = [
        [topic * TOPIC_WORDS + rng.choice(TOPIC_WORDS, 3, replace=False) for _ in range(10)] for topic in range(TOPICS)
    ]
    rows, topics = [], []
    for lang in LANGUAGES:
        for number in range(documents):
            topic = int(rng.integers(TOPICS))
            words = np.concatenate([phrases[topic][i] for i in rng.choice(10, 2)])
            rows.append((lang, "train" if number % 10 else "test", [spell(lang, word) for word in words]))
            topics.append(topic)
        rows += [(lang, "test", [spell(lang, word)]) for word in range(WORDS)]
        topics += [-1] * WORDS
    return table(rows), np.array(topics)


def write_dictionary(folder: Path, words: Iterable[int], lang: str, first: str = "en") -> None:
    lines = [f"{spell(first, word)}\t{spell(lang, word)}\n" for word in words]
    (folder / f"{first}-{lang}.tsv").write_text("".join(lines), encoding="utf-8")


def encode(documents: pl.DataFrame, dictionary: Path | None, **params: float) -> np.ndarray:
    return learnt(documents, dictionary, **params).encode(documents)


def learnt(documents: pl.DataFrame, dictionary: Path | None, **params: float) -> AlignedEncoder:
    encoder = AlignedEncoder(AlignedParams(dictionary=dictionary, **{"dimension": 30, **params}))
    encoder.learn(documents)
    return encoder


@pytest.fixture(scope="module")
def planted_vectors(tmp_path_factory: pytest.TempPathFactory) -> np.ndarray:
    """The planted corpus's vectors; the dictionary holds three of four words."""
    folder = tmp_path_factory.mktemp("dictionary")
    for lang in LANGUAGES[1:]:
        write_dictionary(folder, [word for word in range(WORDS) if word % 4], lang)
    return encode(planted()[0], folder)


@pytest.mark.parametrize(("source", "target"), [("zh", "en"), ("en", "zh"), ("ja", "en"), ("zh", "ja")])
def test_a_word_that_the_dictionary_lacks_is_nearest_to_its_translation(
    planted_vectors: np.ndarray, source: str, target: str
) -> None:
    documents, topics = planted()
    alone = {lang: planted_vectors[(documents["lang"] == lang).to_numpy() & (topics < 0)] for lang in LANGUAGES}
    nearest = (alone[source] @ alone[target].T).argmax(axis=1)
    unlisted = np.arange(0, WORDS, 4)
    assert (nearest[unlisted] == unlisted).mean() >= 0.75
    assert (nearest == np.arange(WORDS)).mean() >= 0.8


@pytest.mark.parametrize(("source", "target"), [("zh", "en"), ("en", "ja"), ("ja", "zh")])
def test_a_document_is_nearest_to_one_of_its_topic_in_another_language(
    planted_vectors: np.ndarray, source: str, target: str
) -> None:
    documents, topics = planted()
    whole = (topics >= 0) & (documents["split"] == "test").to_numpy()
    mine, theirs = (np.flatnonzero(whole & (documents["lang"] == lang).to_numpy()) for lang in (source, target))
    nearest = theirs[(planted_vectors[mine] @ planted_vectors[theirs].T).argmax(axis=1)]
    assert (topics[nearest] == topics[mine]).mean() >= 0.98


def test_the_words_vectors_lie_in_one_space(tmp_path: Path) -> None:
    documents, _ = planted()
    for lang in LANGUAGES[1:]:
        write_dictionary(tmp_path, [word for word in range(WORDS) if word % 4], lang)
    encoder = learnt(documents, tmp_path)
    words = {lang: [spell(lang, word) for word in range(WORDS)] for lang in LANGUAGES}
    vectors = {lang: encoder.words(lang, words[lang]) for lang in LANGUAGES}
    for lang in LANGUAGES[1:]:
        nearest = (unit_rows(vectors[lang]) @ unit_rows(vectors["en"]).T).argmax(axis=1)
        assert (nearest == np.arange(WORDS)).mean() >= 0.8
    some = encoder.words("zh", ["never seen", words["zh"][7], words["ja"][7]])
    assert not some[[0, 2]].any()
    assert np.array_equal(some[1], vectors["zh"][7])


def test_the_pivots_words_have_the_vectors_of_their_counts(tmp_path: Path) -> None:
    rows = small_corpus("en", 3)
    counts = np.array([[tokens.count(f"w{i}") for i in range(50)] for _, split, tokens in rows if split == "train"])
    encoder = learnt(table(rows), tmp_path, dimension=8)
    words = encoder.spaces["en"].words
    plain = word_vectors(csr_array(counts[:, [int(word[1:]) for word in words]]), 8, seed=0)
    assert encoder.words("en", words[::-1]) == pytest.approx(plain[::-1], abs=1e-6)


def test_a_language_that_was_not_learnt_is_named(tmp_path: Path) -> None:
    encoder = learnt(table(small_corpus("en", 0) + small_corpus("zh", 1)), tmp_path)
    with pytest.raises(InputError, match="has not learnt `ja`; it has learnt en, zh"):
        encoder.encode(table(small_corpus("ja", 0)))
    with pytest.raises(InputError, match="has not learnt `ja`"):
        encoder.words("ja", ["w1"])


def test_the_same_documents_give_the_same_bytes(tmp_path: Path) -> None:
    documents, _ = planted(200)
    for lang in LANGUAGES[1:]:
        write_dictionary(tmp_path, range(WORDS), lang)
    first, again = (encode(documents, tmp_path) for _ in range(2))
    assert first.dtype == np.float32
    assert first.tobytes() == again.tobytes()
    assert first.tobytes() != encode(documents, tmp_path, seed=1).tobytes()


def test_rows_are_unit_vectors_of_the_wanted_width(tmp_path: Path) -> None:
    documents, _ = planted(200)
    for lang in LANGUAGES[1:]:
        write_dictionary(tmp_path, range(WORDS), lang)
    vectors = encode(documents, tmp_path, dimension=100)
    assert vectors.shape == (len(documents), 100)  # more than there are words
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)


def small_corpus(lang: str, seed: int, documents: int = 30, words: int = 50) -> list[tuple[str, str, list[str]]]:
    rng = np.random.default_rng(seed)
    return [
        (lang, "test" if row % 5 == 0 else "train", [f"w{word}" for word in rng.integers(words, size=12)])
        for row in range(documents)
    ]


def test_thirty_documents_are_enough(tmp_path: Path) -> None:
    rows = small_corpus("en", 0) + small_corpus("zh", 1)
    vectors = encode(table(rows), tmp_path, dimension=300)
    assert vectors.shape == (60, 300)
    assert np.isfinite(vectors).all()
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)


def test_one_language_needs_no_dictionary(tmp_path: Path) -> None:
    vectors = encode(table(small_corpus("en", 0)), tmp_path / "absent")
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)


def test_a_document_without_known_words_is_zero_and_changes_no_other(tmp_path: Path) -> None:
    rows = small_corpus("en", 0) + small_corpus("zh", 1)
    strange = [("zh", "test", []), ("zh", "test", ["never", "seen"]), ("zh", "train", ["once"]), ("zh", "train", [])]
    vectors, alone = encode(table(rows + strange), tmp_path), encode(table(rows), tmp_path)
    assert not vectors[60:].any()
    assert np.array_equal(vectors[:60], alone)


def test_words_that_meet_no_other_do_no_harm(tmp_path: Path) -> None:
    lonely = [("en", "train", ["hermit"]), ("en", "train", ["hermit"])]
    assert np.isfinite(encode(table(small_corpus("en", 0) + lonely), tmp_path)).all()
    # A corpus of nothing but such words has no vectors at all.
    alone = [(lang, "train", [f"w{word}"]) for lang in ("en", "zh") for word in range(25) for _ in range(2)]
    assert not encode(table(alone), tmp_path).any()


def test_only_training_documents_are_learnt_from(tmp_path: Path) -> None:
    rows = small_corpus("en", 0) + small_corpus("zh", 1)
    other = [row if row[1] == "train" else (row[0], "test", ["w1", "w2", "w2"]) for row in rows]
    first, second = encode(table(rows), tmp_path), encode(table(other), tmp_path)
    train = np.array([row[1] == "train" for row in rows])
    assert np.array_equal(first[train], second[train])
    assert not np.array_equal(first[~train], second[~train])


def test_too_few_pairs_are_refused_with_their_number(tmp_path: Path) -> None:
    documents, _ = planted(200)
    write_dictionary(tmp_path, range(WORDS), "zh")
    write_dictionary(tmp_path, range(19), "ja")
    with pytest.raises(
        InputError, match=r"Only 19 pairs of .*en-ja\.tsv can be found .* at least 20 .* Add words"
    ) as caught:
        encode(documents, tmp_path)
    assert str(tmp_path) in str(caught.value)
    assert caught.value.exit_code == 2
    write_dictionary(tmp_path, range(20), "ja")
    assert encode(documents, tmp_path).any()


def test_swapped_columns_are_told(tmp_path: Path) -> None:
    write_dictionary(tmp_path, range(WORDS), "zh")
    (tmp_path / "en-zh.tsv").rename(tmp_path / "zh-en.tsv")
    with pytest.raises(InputError, match=r"zh-en\.tsv: the two columns are swapped.* Rename the file to en-zh\.tsv"):
        encode(planted(200)[0].filter(pl.col("lang") != "ja"), tmp_path)


def test_no_dictionary_is_needed_where_words_are_written_alike() -> None:
    documents = table(small_corpus("en", 0) + small_corpus("zh", 1))
    assert np.linalg.norm(encode(documents, None), axis=1) == pytest.approx(1, abs=1e-5)
    with pytest.raises(
        InputError, match=r"to zh, ja: there is no en-zh\.tsv, en-ja\.tsv, .*\(zh 0, ja 0\).*`encoder: auto`"
    ):
        encode(planted(200)[0], None)


def test_a_dictionary_the_other_way_round_says_the_same(tmp_path: Path) -> None:
    documents = planted(200)[0].filter(pl.col("lang") != "ja")
    write_dictionary(tmp_path, range(0, WORDS, 2), "zh")
    forward = encode(documents, tmp_path)
    (tmp_path / "en-zh.tsv").unlink()
    write_dictionary(tmp_path, range(0, WORDS, 2), "en", first="zh")
    assert encode(documents, tmp_path).tobytes() == forward.tobytes()


@pytest.mark.parametrize(("pivot", "other"), [("en", "zh"), ("zh", "en")])
def test_a_dictionary_of_stems_reaches_inflected_english_words(tmp_path: Path, pivot: str, other: str) -> None:
    stems = [a + b for a in ("grab", "strid", "plonk", "vext", "morb") for b in ("at", "ok", "um", "il", "ept")]
    rows = [("zh", split, [f"字{w[1:]}" for w in words]) for _, split, words in small_corpus("zh", 1, words=25)]
    rows += [
        ("en", split, [f"{stems[int(w[1:])]}ing" for w in words]) for _, split, words in small_corpus("en", 0, words=25)
    ]
    documents = table(sorted(rows, key=lambda row: row[0] != pivot))
    lines = [(stem, f"字{i}") if pivot == "en" else (f"字{i}", stem) for i, stem in enumerate(stems)]
    path = tmp_path / f"{pivot}-{other}.tsv"
    path.write_text("".join(f"{a}\t{b}\n" for a, b in lines), encoding="utf-8")
    with pytest.raises(InputError, match="Only 0 pairs"):
        encode(documents, tmp_path)
    path.write_text("# english: porter\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert np.linalg.norm(encode(documents, tmp_path), axis=1) == pytest.approx(1, abs=1e-5)


def test_documents_equal_a_plain_weighted_mean(tmp_path: Path) -> None:
    rows = small_corpus("en", 3)
    train = [tokens for _, split, tokens in rows if split == "train"]
    held = {word: sum(word in tokens for tokens in train) for tokens in train for word in tokens}
    words = sorted((word for word in held if held[word] >= 5), key=lambda word: (-held[word], word))[:20]
    counts = np.array([[tokens.count(word) for word in words] for tokens in train])
    vectors = word_vectors(csr_array(counts), 8, seed=4)
    share = counts.sum(axis=0) / counts.sum()
    weight = {word: 0.01 / (0.01 + share[i]) * vectors[i] for i, word in enumerate(words)}
    means = [np.mean([weight[token] for token in tokens if token in weight], axis=0) for _, _, tokens in rows]
    means -= np.mean([mean for mean, row in zip(means, rows, strict=True) if row[1] == "train"], axis=0)
    expected = means / np.linalg.norm(means, axis=1, keepdims=True)
    found = encode(table(rows), tmp_path, dimension=8, seed=4, sif=0.01, min_documents=5, max_words=20)
    assert found == pytest.approx(expected, abs=1e-5)


def test_blocks_of_documents_change_no_vector(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    documents = table([*small_corpus("en", 0), ("en", "test", []), *small_corpus("zh", 1)])
    write_dictionary(tmp_path, range(50), "zh")
    whole = encode(documents, tmp_path, dimension=8)
    monkeypatch.setattr("pipeline.bow.counts.BLOCK", 7)
    np.testing.assert_allclose(encode(documents, tmp_path, dimension=8), whole, atol=1e-6)


def test_dense_products_give_the_same_word_vectors(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = csr_array(np.random.default_rng(0).poisson(0.3, size=(80, 30)).astype(np.float32))
    sparse = word_vectors(counts, 5, seed=0)
    monkeypatch.setattr("pipeline.encoders.word_vectors.DENSE_FROM", 0)
    monkeypatch.setattr("pipeline.encoders.word_vectors.randomized_svd", _of_dense)
    np.testing.assert_allclose(word_vectors(counts, 5, seed=0), sparse, atol=1e-4)


def _of_dense(matrix: object, *args: object, **options: object) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    assert isinstance(matrix, np.ndarray)
    return randomized_svd(matrix, *args, **options)


@pytest.mark.parametrize("tokens", [[["x"], ["y"]], [[], []]])
def test_a_language_without_frequent_words_is_named(tmp_path: Path, tokens: list[list[str]]) -> None:
    rows = small_corpus("en", 0) + [("zh", "train", words) for words in tokens]
    with pytest.raises(InputError, match="zh"):
        encode(table(rows), tmp_path)


def naive_pmi(counts: np.ndarray) -> np.ndarray:
    documents, words = counts.shape
    together = np.zeros((words, words))
    for d in range(documents):
        for i in range(words):
            for j in range(words):
                together[i, j] += i != j and counts[d, i] > 0 and counts[d, j] > 0
    pmi = np.zeros((words, words))
    for i in range(words):
        for j in range(words):
            if together[i, j]:
                share = together[i, j] / together.sum()
                apart = together[i].sum() / together.sum() * together[:, j].sum() / together.sum()
                pmi[i, j] = max(0.0, np.log(share / apart))
    return pmi


def test_ppmi_equals_a_plain_loop() -> None:
    counts = np.random.default_rng(0).poisson(0.4, (30, 12))
    counts[:, 5] = 0  # a word that no document has
    counts[:3] = 0
    counts[0, 7] = 2  # a document of one word
    found = positive_pmi(csr_array(counts)).toarray()
    assert found == pytest.approx(naive_pmi(counts), abs=1e-6)
    assert (found > 0).sum() > 20
    assert not found.diagonal().any()


def test_word_vectors_are_centred_and_padded() -> None:
    counts = np.random.default_rng(0).poisson(0.4, (40, 12))
    vectors = word_vectors(csr_array(counts), 20, seed=0)
    assert vectors.shape == (12, 20)
    assert vectors.dtype == np.float32
    assert not vectors[:, 12:].any()
    assert vectors.mean(axis=0) == pytest.approx(np.zeros(20), abs=1e-6)
    assert word_vectors(csr_array(counts), 4, seed=0).shape == (12, 4)


def test_a_word_that_meets_no_other_has_no_vector() -> None:
    counts = np.random.default_rng(0).poisson(0.4, (40, 12))
    counts[:, 5] = 0
    assert not word_vectors(csr_array(counts), 12, seed=0)[5].any()


def test_word_vectors_before_centring_have_length_one() -> None:
    counts = np.random.default_rng(1).poisson(0.5, (40, 10))
    pmi = naive_pmi(counts)
    left, values, _ = np.linalg.svd(pmi)
    plain = left * np.sqrt(values)
    plain /= np.linalg.norm(plain, axis=1, keepdims=True)
    plain -= plain.mean(axis=0)
    found = word_vectors(csr_array(counts), 10, seed=0)
    assert found @ found.T == pytest.approx(plain @ plain.T, abs=1e-4)


def rotated(words: int, width: int, noise: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Unit vectors, the same turned by a rotation (and blurred), and the rotation that turns them back."""
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(words, width))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    turn, _ = np.linalg.qr(rng.normal(size=(width, width)))
    other = vectors @ turn.T + noise * rng.normal(size=vectors.shape) / np.sqrt(width)
    return vectors, other, turn


def everything(words: int) -> tuple[np.ndarray, np.ndarray]:
    return np.arange(words), np.arange(words)


def test_a_planted_rotation_is_recovered() -> None:
    pivot, other, turn = rotated(80, 12, noise=0)
    pairs = np.column_stack([np.arange(20), np.arange(20)])
    found = align(pivot, other, pairs, 0, everything(80))
    assert found == pytest.approx(turn, abs=1e-5)
    assert found.dtype == np.float32
    assert other @ found == pytest.approx(pivot, abs=1e-5)


@pytest.mark.parametrize("rounds", [0, 2])
def test_a_rotation_changes_no_length(rounds: int) -> None:
    rng = np.random.default_rng(0)
    pivot, other = rng.normal(size=(30, 9)), rng.normal(size=(25, 9))
    pairs = np.array([[0, 1], [0, 2], [3, 1], [4, 4]])  # fewer pairs than dimensions
    found = align(pivot, other, pairs, rounds, (np.arange(30), np.arange(25)))
    assert found.T @ found == pytest.approx(np.eye(9), abs=1e-5)


def test_pairs_count_less_the_more_translations_their_words_have() -> None:
    rng = np.random.default_rng(0)
    pivot, other = rng.normal(size=(6, 4)), rng.normal(size=(6, 4))
    pairs = np.array([[0, 0], [0, 1], [0, 2], [1, 2], [2, 3], [3, 4], [4, 5]])
    weights = np.sqrt([1 / np.sqrt((pairs[:, 0] == a).sum() * (pairs[:, 1] == b).sum()) for a, b in pairs])[:, None]
    expected, _ = orthogonal_procrustes(other[pairs[:, 1]] * weights, pivot[pairs[:, 0]] * weights)
    unweighted, _ = orthogonal_procrustes(other[pairs[:, 1]], pivot[pairs[:, 0]])
    found = align(pivot, other, pairs, 0, everything(6))
    assert found == pytest.approx(expected, abs=1e-5)
    assert found != pytest.approx(unweighted, abs=1e-2)


def test_rounds_improve_a_rotation_from_few_pairs() -> None:
    pivot, other, turn = rotated(300, 20, noise=0.3)
    pairs = np.column_stack([np.arange(22), np.arange(22)])
    errors = [np.linalg.norm(align(pivot, other, pairs, rounds, everything(300)) - turn) for rounds in (0, 1, 5)]
    assert errors[0] > errors[1] > errors[2]
    assert errors[2] < errors[0] / 2


def test_words_with_too_many_translations_are_dropped() -> None:
    pairs = np.array([[0, 0], [0, 1], [0, 2], [1, 2], [2, 3], [3, 3], [4, 3], [5, 4]])
    assert prune(pairs, 3, 3).tolist() == pairs.tolist()
    assert prune(pairs, 2, 3).tolist() == [[1, 2], [2, 3], [3, 3], [4, 3], [5, 4]]
    assert prune(pairs, 3, 2).tolist() == [[0, 0], [0, 1], [0, 2], [1, 2], [5, 4]]
    assert prune(pairs, 1, 1).tolist() == [[5, 4]]
    assert prune(np.zeros((0, 2), dtype=np.int64), 1, 1).shape == (0, 2)


SHORT = {"en": "en", "zh": "cn"}  # the published files' names of the languages


def published(split: str, lang: str, what: str) -> list[str]:
    path = shared("benchmarks", "ECNews", f"{split}_{what}_{SHORT[lang]}.txt")
    return path.read_text(encoding="utf-8").split("\n")[:-1]


@pytest.mark.slow
def test_parity_aligned_ecnews(tmp_path: Path) -> None:
    source = shared("dictionaries", "cedict_zh_en.tsv").read_text(encoding="utf-8").splitlines()
    entries = [line.split("\t") for line in source]
    text = "# english: porter\n" + "".join(f"{stem}\t{word}\n" for word, stem in entries)
    (tmp_path / "en-zh.tsv").write_text(text, encoding="utf-8")
    rows, labels = [], []
    for lang in SHORT:
        for split in ("train", "test"):
            rows += [(lang, split, line.split(" ")) for line in published(split, lang, "texts")]
            labels += published(split, lang, "labels")
    documents, answers = table(rows), np.array(labels)
    vectors = encode(documents, tmp_path, dimension=300)
    place = {
        (lang, split): ((documents["lang"] == lang) & (documents["split"] == split)).to_numpy()
        for lang in SHORT
        for split in ("train", "test")
    }
    accuracy = {}
    for lang in SHORT:
        model = LogisticRegression(max_iter=1000, C=10)
        model.fit(vectors[place[lang, "train"]], answers[place[lang, "train"]])
        for target in SHORT:
            accuracy[lang, target] = model.score(vectors[place[target, "test"]], answers[place[target, "test"]])
    least = {("en", "en"): 0.79, ("zh", "zh"): 0.77, ("zh", "en"): 0.57, ("en", "zh"): 0.59}
    assert all(accuracy[direction] >= figure for direction, figure in least.items()), accuracy


def test_a_phrase_has_the_mean_vector_of_its_words() -> None:
    encoder = AlignedEncoder(AlignedParams(dimension=2))
    vectors = np.array([[1, 0], [0, 1]], np.float32)
    encoder.spaces["en"] = WordSpace(["prime", "minister"], np.array([0.5, 0.5]), vectors, np.zeros(2))
    words = ["prime_minister", "prime_time", "prime", "tree_house"]
    assert encoder.words("en", words).tolist() == [[0.5, 0.5], [1, 0], [1, 0], [0, 0]]
