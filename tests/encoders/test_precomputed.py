"""Vectors from the user's own file."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.common.errors import InputError
from pipeline.encoders.precomputed import PrecomputedEncoder, PrecomputedParams, read_given_vectors

IDS = ["en1", "en2", "zh1", "日本"]
VECTORS = np.random.default_rng(0).normal(size=(4, 5)).astype(np.float32)
DOCUMENTS = pl.DataFrame({"id": ["日本", "en1", "zh1"]})
EXPECTED = VECTORS[[3, 0, 2]]


def encode(path: Path) -> np.ndarray:
    return PrecomputedEncoder(PrecomputedParams(vectors=path)).encode(DOCUMENTS)


def parquet(folder: Path, vectors: pa.Array | list[object], ids: pa.Array | list[str] = IDS) -> Path:
    pq.write_table(pa.table({"id": ids, "vector": vectors}), folder / "vectors.parquet")
    return folder / "vectors.parquet"


def npy(folder: Path, vectors: np.ndarray = VECTORS, ids: str = "\n".join(IDS) + "\n") -> Path:
    np.save(folder / "vectors.npy", vectors)
    (folder / "vectors.ids.txt").write_bytes(ids.encode())
    return folder / "vectors.npy"


@pytest.mark.parametrize(
    "kind",
    [pa.list_(pa.float32()), pa.large_list(pa.float64()), pa.list_(pa.float64(), 5), pa.list_(pa.float32(), 5)],
    ids=str,
)
def test_parquet_lists_are_found_by_id(tmp_path: Path, kind: pa.DataType) -> None:
    vectors = encode(parquet(tmp_path, pa.array(VECTORS.tolist(), kind)))
    assert vectors.dtype == np.float32
    assert np.array_equal(vectors, EXPECTED)


def test_parquet_of_polars_and_of_several_row_groups(tmp_path: Path) -> None:
    frame = pl.DataFrame({"id": IDS, "vector": VECTORS, "note": "x"})
    frame.write_parquet(tmp_path / "v.parquet", row_group_size=2)
    assert np.array_equal(encode(tmp_path / "v.parquet"), EXPECTED)


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64, ">f4"])
def test_npy_with_its_ids(tmp_path: Path, kind: str) -> None:
    vectors = encode(npy(tmp_path, VECTORS.astype(kind)))
    assert vectors.dtype == np.dtype("float32")
    assert np.allclose(vectors, EXPECTED, atol=2e-3)


@pytest.mark.parametrize("ids", ["\ufeff" + "\n".join(IDS), "\r\n".join(IDS) + "\r\n"])
def test_ids_of_other_editors(tmp_path: Path, ids: str) -> None:
    assert np.array_equal(encode(npy(tmp_path, ids=ids)), EXPECTED)


def test_documents_without_a_vector_are_named(tmp_path: Path) -> None:
    path = npy(tmp_path)
    documents = pl.DataFrame({"id": [f"x{i}" for i in range(12)] + IDS})
    with pytest.raises(InputError, match=r"no vector for 12 of 16 documents: 'x0', .*'x9', \.\.\.") as caught:
        PrecomputedEncoder(PrecomputedParams(vectors=path)).encode(documents)
    assert "x10" not in str(caught.value)
    assert caught.value.exit_code == 2


def test_vectors_without_a_document_are_counted(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        PrecomputedEncoder(PrecomputedParams(vectors=npy(tmp_path))).learn(DOCUMENTS)
    assert "ignored, since of no document: 1 vector" in caplog.text


def with_value(value: float, kind: type = np.float32) -> np.ndarray:
    vectors = VECTORS.astype(kind)
    vectors[1, 2] = value
    return vectors


@pytest.mark.parametrize("vectors", [with_value(np.nan), with_value(-np.inf), with_value(1e300, np.float64)])
def test_nan_and_infinity_are_refused(tmp_path: Path, vectors: np.ndarray) -> None:
    with pytest.raises(InputError, match="NaN or infinity in the vectors of 1 id: 'en2'"):
        encode(npy(tmp_path, vectors))
    with pytest.raises(InputError, match="NaN or infinity in the vectors of 1 id: 'en2'"):
        encode(parquet(tmp_path, vectors.tolist()))


def test_repeated_ids_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="1 id more than once: 'a'"):
        encode(parquet(tmp_path, VECTORS.tolist(), ["a", "b", "a", "a"]))


@pytest.mark.parametrize(
    ("vectors", "message"),
    [
        ([[1, 2]] * 4, "must be a list of floats; found list"),
        ([1.0] * 4, "must be a list of floats; found double"),
        ([[[1.0]]] * 4, "must be a list of floats; found list"),
        ([[1.0, 2.0], [1.0], [1.0, 2.0], None], "have 2 numbers, but not those of 2 ids: 'en2', '日本'"),
        ([[1.0, 2.0], [1.0, None], [1.0, 2.0], [1.0, 2.0]], "NaN or infinity in the vectors of 1 id: 'en2'"),
        ([[1.0, 2.0], None, [1.0, 2.0], [1.0, 2.0]], "not those of 1 id: 'en2'"),
        (pa.array([[1.0, 2.0], None, [1.0, 2.0], [1.0, 2.0]], pa.list_(pa.float32(), 2)), "'en2'"),
        (pa.array([[]] * 4, pa.list_(pa.float32())), "no vectors in it; found the shape"),
    ],
)
def test_malformed_parquet_vectors_are_told(tmp_path: Path, vectors: list[object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        encode(parquet(tmp_path, vectors))


def test_malformed_parquet_files_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="`id` must be a string"):
        encode(parquet(tmp_path, VECTORS.tolist(), pa.array([1, 2, 3, 4])))
    with pytest.raises(InputError, match="1 null"):
        encode(parquet(tmp_path, VECTORS.tolist(), pa.array(["a", "b", None, "c"])))
    pq.write_table(pa.table({"id": IDS, "vec": IDS}), tmp_path / "v.parquet")
    with pytest.raises(InputError, match="no column vector; found id, vec"):
        encode(tmp_path / "v.parquet")
    (tmp_path / "v.parquet").write_bytes(b"PAR1 nothing")
    with pytest.raises(InputError, match="cannot be read as Parquet"):
        encode(tmp_path / "v.parquet")


@pytest.mark.parametrize(
    ("vectors", "message"),
    [
        (VECTORS.astype(int), "array of floats; found int64"),
        (VECTORS[0], r"two-dimensional array of floats; found float32, shape \(5,\)"),
        (VECTORS[:3], "has 3 rows, but .*vectors.ids.txt has 4 ids"),
        (np.array([["a", "b"]] * 4), "found <U1"),
        (np.zeros((4, 0)), "no vectors"),
    ],
)
def test_malformed_arrays_are_told(tmp_path: Path, vectors: np.ndarray, message: str) -> None:
    with pytest.raises(InputError, match=message):
        encode(npy(tmp_path, vectors))


def test_nothing_is_unpickled(tmp_path: Path) -> None:
    path = npy(tmp_path)
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, {"descr": "|O", "fortran_order": False, "shape": (4, 1)})
        file.write(b"cbuiltins\nlist\n(tR.")
    with pytest.raises(InputError, match="cannot be read as an array"):
        encode(path)
    path.write_bytes(b"cbuiltins\nlist\n(tR.")  # would call list()
    with pytest.raises(InputError, match="cannot be read as an array"):
        encode(path)


def test_missing_truncated_and_other_files_are_told(tmp_path: Path) -> None:
    path = npy(tmp_path)
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(InputError, match="cannot be read as an array"):
        encode(path)
    with path.open("wb") as file:
        np.savez(file, VECTORS)
    with pytest.raises(InputError, match="found NpzFile"):
        encode(path)
    npy(tmp_path).with_suffix(".ids.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match=r"ids.txt, line 1: not UTF-8 \(byte 0 of"):
        encode(path)
    path.with_suffix(".ids.txt").unlink()
    with pytest.raises(InputError, match=r"ids.txt does not exist"):
        encode(path)
    with pytest.raises(InputError, match="does not exist"):
        read_given_vectors(tmp_path / "other.npy")
    (tmp_path / "v.csv").touch()
    with pytest.raises(InputError, match=r"must be a \.parquet or \.npy file"):
        read_given_vectors(tmp_path / "v.csv")
    with pytest.raises(InputError, match="set `vectors`"):
        read_given_vectors(PrecomputedParams().vectors)


def test_a_word_has_the_mean_vector_of_the_training_documents_that_hold_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.bow.counts.BLOCK", 2)
    tokens = [["a", "b", "b"], ["b"], ["c", "b"], ["a", "b"]]
    table = {"id": IDS, "lang": ["en", "en", "zh", "en"], "split": ["train", "train", "train", "test"]}
    encoder = PrecomputedEncoder(PrecomputedParams(vectors=npy(tmp_path)))
    with pytest.raises(InputError, match="the encoder has learnt from none"):
        encoder.words("en", ["a"])
    encoder.learn(pl.DataFrame(table | {"tokens": tokens}))
    found = encoder.words("en", ["b", "c", "a"])
    assert found.dtype == np.float32
    assert found == pytest.approx(np.stack([VECTORS[:2].mean(axis=0), np.zeros(5), VECTORS[0]]), abs=1e-6)
    assert encoder.words("zh", ["b"]) == pytest.approx(VECTORS[2:3])


def test_learning_names_the_documents_without_a_vector(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no vector for 1 of 1 document: 'x'"):
        PrecomputedEncoder(PrecomputedParams(vectors=npy(tmp_path))).learn(pl.DataFrame({"id": ["x"]}))
