"""Pivot clusters: the reduction against numpy's SVD, the assignment against loops, given tables."""

from __future__ import annotations

import logging
from pathlib import Path

import naive
import numpy as np
import polars as pl
import pytest
from sklearn.cluster import KMeans

from pipeline.clusters.given import given_clusters
from pipeline.clusters.pivot import (
    ClusterParams,
    centred,
    cluster_advice,
    pivot_clusters,
    shared_clusters,
)
from pipeline.clusters.reduction import Space, reduce
from pipeline.common.errors import InputError

SPACES: tuple[Space, ...] = ("u-svd", "svd", "svd-lr")
spaces = pytest.mark.parametrize("space", SPACES)


def plain(**changes: object) -> ClusterParams:
    """As in the paper: languages are not centred, and k-means alone decides."""
    return ClusterParams.model_validate({"centre": False, "rounds": 0, **changes})


def tongues(**documents: int) -> np.ndarray:
    return np.repeat(list(documents), list(documents.values()))


def some_embeddings(documents: int, width: int, seed: int = 0) -> np.ndarray:
    """Float32 whose singular values are well apart."""
    noise = np.random.default_rng(seed).normal(size=(documents, width))
    return (noise * 0.8 ** np.arange(width)).astype(np.float32)


def unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def same_up_to_sign(ours: np.ndarray, theirs: np.ndarray) -> None:
    assert ours.shape == theirs.shape
    signs = np.sign((ours * theirs).sum(axis=0))
    np.testing.assert_allclose(ours * signs, theirs, atol=1e-6)


def planted(topics: int = 4, **documents: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Embeddings, languages and topics; every language stands a little apart from the others."""
    languages, rng = tongues(**documents), np.random.default_rng(1)
    labels = np.concatenate([np.arange(n) % topics for n in documents.values()])
    directions = np.linalg.qr(rng.normal(size=(12, 12)))[0]
    offsets = {name: directions[topics + i] * 0.3 for i, name in enumerate(documents)}
    noise = rng.normal(scale=0.05, size=(len(labels), 12))
    return directions[labels] + np.array([offsets[name] for name in languages]) + noise, languages, labels


@pytest.mark.parametrize(("documents", "width", "dimension"), [(40, 8, 8), (40, 8, 3), (30, 20, 100), (6, 9, 4)])
def test_reduce_is_numpys_svd(documents: int, width: int, dimension: int) -> None:
    embeddings, languages = some_embeddings(documents, width), tongues(en=documents // 2, zh=documents - documents // 2)
    left, values, _ = np.linalg.svd(embeddings.astype(np.float64), full_matrices=False)
    same_up_to_sign(reduce(embeddings, languages, "u-svd", dimension), unit(left[:, :dimension]))
    same_up_to_sign(reduce(embeddings, languages, "svd", dimension), unit((left * values)[:, :dimension]))


@spaces
def test_blocks_of_documents_change_no_direction(space: Space, monkeypatch: pytest.MonkeyPatch) -> None:
    embeddings, languages = some_embeddings(40, 8), tongues(en=25, zh=15)
    whole = reduce(embeddings, languages, space, 5)
    monkeypatch.setattr("pipeline.clusters.reduction.BLOCK", 7)
    same_up_to_sign(reduce(embeddings, languages, space, 5), whole)


@pytest.mark.parametrize("space", ["u-svd", "svd", "svd-lr"])
@pytest.mark.parametrize("kinds", [0, 1, 2, 3])
def test_more_clusters_than_different_documents_are_refused(space: Space, kinds: int) -> None:
    """Documents that repeat, down to the same one over and over, and vectors of nothing (kinds 0)."""
    draw = np.random.default_rng(0).normal(size=(max(kinds, 1), 6)).astype(np.float32) * bool(kinds)
    embeddings = draw[np.arange(40) % len(draw)]
    languages = np.array(["en"] * 20 + ["ja"] * 20)
    with pytest.raises(InputError, match=r"`num_topics` is 4, but the 20 .* only \d different|none of the 20 "):
        pivot_clusters(embeddings, languages, ClusterParams(num_topics=4, space=space))


def test_reduce_stops_at_the_rank() -> None:
    embeddings = some_embeddings(30, 3) @ np.random.default_rng(2).normal(size=(3, 10))
    assert reduce(embeddings, tongues(en=15, zh=15), "u-svd", 8).shape == (30, 3)


@pytest.mark.parametrize("documents", [{"en": 16, "zh": 16}, {"en": 16, "zh": 16, "ja": 16}], ids=len)
def test_svd_lr_removes_the_dimensions_of_language(documents: dict[str, int]) -> None:
    languages, many = tongues(**documents), len(documents)
    topics = np.tile(some_embeddings(16, 5), (many, 1))  # every language has the same documents
    plane = 4 * np.linalg.qr(np.eye(many) - 1 / many)[0][:, : many - 1]  # the languages' places, their sum zero
    places = plane[np.repeat(np.arange(many), 16)] * np.arange(1, many)  # singular values of their own
    embeddings = np.concatenate([topics, places], axis=1)
    ours = reduce(embeddings, languages, "svd-lr", 5)
    same_up_to_sign(ours, reduce(topics, languages, "svd", 5))
    kept = reduce(embeddings, languages, "svd", 5)
    gaps = [np.abs(x[:16].mean(axis=0) - x[16:32].mean(axis=0)).max() for x in (ours, kept)]
    assert gaps[0] < 1e-6 < 0.5 < gaps[1]


@spaces
@pytest.mark.parametrize("documents", [{"en": 30, "zh": 25}, {"zh": 20, "en": 33, "ja": 9}], ids=str)
def test_planted_clusters_are_found(documents: dict[str, int], space: Space) -> None:
    embeddings, languages, labels = planted(**documents)
    clusters = pivot_clusters(embeddings, languages, plain(num_topics=4, space=space, dimension=6))
    assert clusters.dtype == np.int64
    assert len(set(zip(labels.tolist(), clusters.tolist(), strict=True))) == len(set(clusters.tolist())) == 4


@spaces
def test_other_languages_go_to_the_largest_dot_product(space: Space) -> None:
    embeddings, languages = some_embeddings(70, 6, seed=3), tongues(en=30, zh=25, ja=15)
    params = plain(num_topics=5, seed=4, space=space, dimension=4, restarts=3)
    clusters = pivot_clusters(embeddings, languages, params)
    points = reduce(embeddings, languages, space, 4)
    kmeans = KMeans(5, n_init=3, random_state=4).fit(points[:30])  # the pivot's documents alone
    assert clusters[:30].tolist() == kmeans.labels_.tolist()
    for document in range(30, 70):
        dots = [naive.dot(points[document].tolist(), centre) for centre in kmeans.cluster_centers_.tolist()]
        assert clusters[document] == dots.index(max(dots)), document


@spaces
def test_clusters_repeat(space: Space) -> None:
    embeddings, languages = some_embeddings(60, 6), tongues(en=30, zh=30)
    params = plain(num_topics=6, space=space, dimension=4, restarts=2)
    first = pivot_clusters(embeddings, languages, params)
    np.testing.assert_array_equal(pivot_clusters(embeddings.copy(), languages.copy(), params), first)


def test_the_pivot_is_the_first_language() -> None:
    embeddings, languages, _ = planted(zh=4, en=20)
    with pytest.raises(
        InputError, match=r"`num_topics` is 5, but the pivot, Chinese \(zh\), has only 4 training documents with"
    ):
        pivot_clusters(embeddings, languages, plain(num_topics=5))
    assert len(set(pivot_clusters(embeddings, languages, plain(num_topics=4))[:4].tolist())) == 4


IDS = pl.Series(["b", "a", "日本"])
TABLE = pl.DataFrame({"id": ["a", "unused", "日本", "b"], "cluster": [2, 9, 0, 1], "extra": ["x", "y", "z", "x"]})


def written(table: pl.DataFrame, path: Path) -> Path:
    if path.suffix == ".parquet":
        table.write_parquet(path)
    else:
        table.write_csv(path)
    return path


@pytest.mark.parametrize("name", ["labels.csv", "labels.parquet"])
def test_given_clusters_follow_the_documents(name: str, tmp_path: Path) -> None:
    table = TABLE.filter(pl.col("id") != "unused")
    clusters = given_clusters(written(table, tmp_path / name), IDS, 3)
    assert clusters.tolist() == [1, 2, 0]
    assert clusters.dtype == np.int64


def test_given_clusters_of_other_documents_do_not_matter(tmp_path: Path) -> None:
    assert given_clusters(written(TABLE, tmp_path / "labels.csv"), IDS, 3).tolist() == [1, 2, 0]


def test_given_clusters_of_numbered_documents(tmp_path: Path) -> None:
    table = pl.DataFrame({"id": [10, 2, 1], "cluster": [0, 1, 0]})
    assert given_clusters(written(table, tmp_path / "labels.csv"), pl.Series(["1", "2", "10"]), 2).tolist() == [0, 1, 0]


REFUSED = {
    "missing ids": (TABLE.head(1), 3, r"no cluster for 2 of 3 training documents: \['b', '日本'\]"),
    "no cluster": (TABLE.with_columns(cluster=pl.Series([2, 9, None, 1])), 3, r"no cluster for 1 of 3 .*: \['日本'\]"),
    "duplicate": (pl.concat([TABLE, TABLE.head(1)]), 3, r"id 'a' occurs more than once"),
    "too large": (TABLE, 2, r"from 0 to 2; with num_topics 2 they must lie in 0\.\.1"),
    "negative": (TABLE.with_columns(pl.col("cluster") - 1), 3, r"from -1 to 1; with num_topics 3 .* 0\.\.2"),
    "wrong columns": (TABLE.rename({"cluster": "label"}), 3, r"expected the columns id and cluster; found \['id', 'l"),
}


@pytest.mark.parametrize("name", ["labels.csv", "labels.parquet"])
@pytest.mark.parametrize(("table", "topics", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_given_clusters_are_checked(table: pl.DataFrame, topics: int, message: str, name: str, tmp_path: Path) -> None:
    path = written(table, tmp_path / name)
    with pytest.raises(InputError, match=message) as caught:
        given_clusters(path, IDS, topics)
    assert str(path) in str(caught.value)


def test_given_clusters_need_a_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not a file"):
        given_clusters(tmp_path / "nothing.csv", IDS, 3)


LENIENT = {
    "leading zeros": ("id,cluster\n001,0\n002,1\n", ["001", "002"]),
    "numbers, then words": ("id,cluster\n" + "".join(f"{i},0\n" for i in range(150)) + "x,1\n", ["3", "x"]),
}


@pytest.mark.parametrize(("text", "ids"), LENIENT.values(), ids=LENIENT.keys())
def test_ids_in_csv_are_text(text: str, ids: list[str], tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text(text)
    assert given_clusters(tmp_path / "labels.csv", pl.Series(ids), 2).tolist() == [0, 1]


DAMAGED = {
    "a fraction": ("labels.csv", b"id,cluster\nb,0\na,0.7\n\xe6\x97\xa5\xe6\x9c\xac,1\n"),
    "a word": ("labels.csv", b"id,cluster\nb,sport\n"),
    "an empty file": ("labels.csv", b""),
    "a longer row": ("labels.csv", b"id,cluster\nb,0,1,2\n"),
    "not UTF-8": ("labels.csv", b"id,cluster\n\xff\xfe,0\n"),
    "damaged Parquet": ("labels.parquet", b"PAR1 and no more"),
}


@pytest.mark.parametrize(("name", "data"), DAMAGED.values(), ids=DAMAGED.keys())
def test_damaged_tables_are_named(name: str, data: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError, match=name):
        given_clusters(tmp_path / name, IDS, 3)


def test_one_language_clusters_are_told(caplog: pytest.LogCaptureFixture) -> None:
    languages, clusters = tongues(en=4, zh=3, ja=1), np.array([0, 0, 1, 2, 0, 0, 2, 2])
    with caplog.at_level(logging.WARNING):
        advice = cluster_advice(clusters, languages, 4)
    messages = [record.getMessage() for record in caplog.records]
    assert [message.split(" has ")[0] for message in messages] == ["cluster 1", "cluster 3"]
    assert "en 1, zh 0, ja 0" in messages[0]
    assert "en 0, zh 0, ja 0" in messages[1]
    empty, alone = map(str, advice)
    assert empty == "Clusters without documents: 1 of 4 (numbers 3). Lower `num_topics`."
    assert alone.startswith("Clusters with documents of only one language, which align nothing: 1 of 4 (numbers 1).")


def test_shared_clusters_are_not_told(caplog: pytest.LogCaptureFixture) -> None:
    assert cluster_advice(np.array([0, 1, 1, 0]), tongues(en=2, zh=2), 2) == []
    assert not caplog.records


def test_centred_languages_have_no_mean_and_unit_rows() -> None:
    points, languages = unit(some_embeddings(40, 5).astype(np.float64)), tongues(en=25, zh=15)
    points[25:, 0] += 3  # what tells the languages apart
    found = centred(unit(points), languages)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1)
    moved = unit(points) - np.repeat([unit(points)[:25].mean(axis=0), unit(points)[25:].mean(axis=0)], [25, 15], axis=0)
    np.testing.assert_allclose(found, unit(moved))


@pytest.mark.parametrize("rounds", [1, 4, 50])
def test_shared_clusters_lie_in_the_middle_between_the_languages(rounds: int) -> None:
    points, languages = unit(some_embeddings(60, 4, seed=2)), tongues(en=30, zh=20, ja=10)
    start = np.random.default_rng(0).integers(5, size=60)
    expected = start.tolist()
    for _ in range(rounds):
        centres = []
        for k in range(5):
            means = []
            for name in ("en", "zh", "ja"):
                mine = [points[i] for i in range(60) if languages[i] == name and expected[i] == k]
                means.append(np.mean(mine, axis=0) if mine else np.zeros(4))
            centres.append(unit(np.sum(means, axis=0, keepdims=True))[0])
        expected = [int(np.argmax([point @ centre for centre in centres])) for point in points]
    assert shared_clusters(points, languages, start, 5, rounds).tolist() == expected


def test_without_rounds_clusters_stay() -> None:
    points, start = unit(some_embeddings(20, 4)), np.arange(20) % 3
    assert shared_clusters(points, tongues(en=10, zh=10), start, 3, 0).tolist() == start.tolist()


def test_a_cluster_of_one_language_moves_to_where_another_can_join() -> None:
    rng = np.random.default_rng(0)
    topics = np.repeat(np.eye(4), 20, axis=0)
    gap = np.array([0, 0, 0, 0, 0.9])  # between the languages
    both = np.concatenate([np.hstack([topics, np.zeros((80, 1))]), np.hstack([topics, np.zeros((80, 1))]) + gap])
    embeddings = (both + rng.normal(scale=0.05, size=both.shape)).astype(np.float32)
    languages = tongues(en=80, zh=80)
    params = ClusterParams(num_topics=4, space="svd", centre=True, rounds=10)
    clusters = pivot_clusters(embeddings, languages, params)
    for k in range(4):
        assert {str(name) for name in languages[clusters == k]} == {"en", "zh"}


@spaces
@pytest.mark.parametrize("without", [("zh",), ("en", "zh")], ids="-".join)
@pytest.mark.parametrize("rounds", [0, 30])
def test_documents_without_an_embedding_join_the_largest_cluster_and_move_no_other(
    rounds: int, without: tuple[str, ...], space: Space, caplog: pytest.LogCaptureFixture
) -> None:
    embeddings, languages = some_embeddings(90, 6, seed=5), tongues(en=40, zh=30, ja=20)
    embeddings[40:, 0] += 2  # means far from the zeros, which would draw them near
    params = ClusterParams(num_topics=5, space=space, dimension=4, centre=True, rounds=rounds)
    expected = pivot_clusters(embeddings, languages, params)
    sizes = np.bincount(expected)
    largest = int(sizes.argmax())
    assert (sizes == sizes[largest]).sum() == 1
    assert not caplog.records
    lost = np.repeat(without, 25)
    every = np.concatenate([languages, lost])
    order = np.argsort([("en", "zh", "ja").index(name) for name in every], kind="stable")
    vectors = np.concatenate([embeddings, np.zeros((len(lost), 6), np.float32)])
    clusters, known = pivot_clusters(vectors[order], every[order], params), order < 90
    assert clusters[known].tolist() == expected.tolist()
    assert clusters[~known].tolist() == [largest] * len(lost)
    assert f"in the largest cluster: {len(lost)} documents" in caplog.text


def test_a_pivot_without_vectors_is_no_matter_of_the_number_of_topics() -> None:
    embeddings = some_embeddings(20, 4)
    embeddings[:10] = 0
    with pytest.raises(InputError, match=r"none of the 10 training documents of the pivot, English.*all are zero"):
        pivot_clusters(embeddings, tongues(en=10, ja=10), ClusterParams(num_topics=3))
