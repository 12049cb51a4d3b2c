"""What every encoder does: learn, embed documents old and new, embed words, be saved and come back the same."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from tiny_bge_m3 import build_tiny_bge_m3
from tiny_sentence_model import build_tiny_sentence_model

from pipeline.common.errors import InputError, MissingResourceError
from pipeline.common.json_files import write_sealed_json
from pipeline.common.parquet_files import write_parquet
from pipeline.encoders.all_encoders import ENCODERS, load_encoder
from pipeline.encoders.encoder import Encoder, word_table
from pipeline.tables.vectors import vector_column

LANGUAGES = ("en", "zh", "ja")
SCHEMA = {"id": pl.String, "lang": pl.String, "split": pl.String, "text": pl.String, "tokens": pl.List(pl.String)}
WIDTH = 8

# e5 has tests of its own in test_e5.py; these take it seconds more.
NAMES = [pytest.param(name, marks=pytest.mark.slow) if name == "e5" else name for name in ENCODERS]


def documents(a_language: int, seed: int) -> pl.DataFrame:
    """Documents of the words w0 to w39, which all languages share, so that no dictionary is needed."""
    rng = np.random.default_rng(seed)
    rows = []
    for lang in LANGUAGES:
        for number in range(a_language):
            tokens = [f"w{word}" for word in rng.integers(40, size=10)]
            rows.append(
                (f"{lang}{seed}-{number}", lang, "test" if number % 5 == 0 else "train", " ".join(tokens), tokens)
            )
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


DOCUMENTS, NEW = documents(30, 0), documents(4, 1).drop("split")


@pytest.fixture(scope="module")
def blocks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Each encoder's parameters."""
    folder = tmp_path_factory.mktemp("encoders")
    ids = pl.concat([DOCUMENTS["id"], NEW["id"]])
    vectors = np.random.default_rng(2).normal(size=(len(ids), WIDTH))
    write_parquet(ids.to_frame().with_columns(vector_column(vectors)), folder / "vectors.parquet")
    return {
        "aligned": {"dictionary": None, "dimension": WIDTH},
        "bge-m3": {"name": str(build_tiny_bge_m3(folder / "model")), "device": "cpu"},
        "universal": {},
        "e5": {"device": "cpu"},
        "sentence-transformers": {
            "name": str(build_tiny_sentence_model(folder / "sentences", longest=64)),
            "device": "cpu",
        },
        "precomputed": {"vectors": folder / "vectors.parquet"},
    }


def learnt(name: str, block: dict[str, Any], cache: Path) -> Encoder:
    kind, make = ENCODERS[name]
    encoder = make(kind.model_validate(block), cache)
    encoder.learn(DOCUMENTS)
    return encoder


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("name", NAMES)
def test_documents_have_vectors_whichever_come_with_them(
    name: str, blocks: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    encoder = learnt(name, blocks[name], tmp_path / "cache")
    vectors = encoder.encode(DOCUMENTS)
    assert vectors.dtype == np.float32
    assert len(vectors) == len(DOCUMENTS)
    assert np.isfinite(vectors).all()
    assert vectors.any(axis=1).all()
    order = np.random.default_rng(0).permutation(len(DOCUMENTS))[:40]
    order = order[np.argsort(DOCUMENTS["lang"].to_numpy()[order], kind="stable")]  # languages stand together
    some = learnt(name, blocks[name], tmp_path / "other").encode(DOCUMENTS.drop("split")[order])
    assert some == pytest.approx(vectors[order], abs=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_words_have_vectors_in_the_space_of_the_documents(
    name: str, blocks: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    encoder = learnt(name, blocks[name], tmp_path / "cache")
    width = encoder.encode(NEW).shape[1]
    words = [f"w{word}" for word in (7, 3, 20)]
    for lang in LANGUAGES:
        vectors = encoder.words(lang, words)
        assert vectors.dtype == np.float32
        assert vectors.shape == (3, width)
        assert np.isfinite(vectors).all()
        assert vectors.any(axis=1).all()
        assert encoder.words(lang, words[::-1]) == pytest.approx(vectors[::-1], abs=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_a_saved_encoder_embeds_alike(name: str, blocks: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    encoder = learnt(name, blocks[name], tmp_path / "cache")
    encoder.save(tmp_path / "saved")
    loaded = load_encoder(tmp_path / "saved", tmp_path / "another cache")
    for table in (DOCUMENTS, NEW):
        assert loaded.encode(table).tobytes() == encoder.encode(table).tobytes()
    loaded.save(tmp_path / "again")
    learnt(name, blocks[name], tmp_path / "cache").save(tmp_path / "third")
    assert contents(tmp_path / "saved") == contents(tmp_path / "again") == contents(tmp_path / "third")


def test_a_table_of_words_keeps_the_vocabularys_order(blocks: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    encoder = learnt("aligned", blocks["aligned"], tmp_path)
    rows = [("en", 0, "w5"), ("en", 1, "unknown"), ("ja", 0, "w9"), ("zh", 0, "w5")]
    table = word_table(encoder, pl.DataFrame(rows, schema=["lang", "term", "word"], orient="row"))
    assert table.select("lang", "term").rows() == [row[:2] for row in rows]
    assert table["vector"].dtype == pl.Array(pl.Float32, WIDTH)
    expected = [encoder.words(lang, [word])[0] for lang, _, word in rows]
    assert np.array_equal(table["vector"].to_numpy(), np.stack(expected))
    assert not expected[1].any()


@pytest.fixture
def saved(blocks: dict[str, dict[str, Any]], tmp_path: Path) -> Path:
    learnt("aligned", blocks["aligned"], tmp_path).save(tmp_path / "saved")
    return tmp_path / "saved"


def test_a_loaded_encoder_knows_its_words(saved: Path, blocks: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    loaded, encoder = load_encoder(saved, tmp_path), learnt("aligned", blocks["aligned"], tmp_path)
    for lang in LANGUAGES:
        assert np.array_equal(loaded.words(lang, ["w1", "x"]), encoder.words(lang, ["w1", "x"]))
    with pytest.raises(InputError, match="has not learnt `de`; it has learnt en, zh, ja"):
        loaded.encode(NEW.with_columns(lang=pl.lit("de")))


def test_a_folder_without_an_encoder_is_told(tmp_path: Path) -> None:
    with pytest.raises(MissingResourceError, match=r"holds no encoder\. `dvc repro embed` makes one"):
        load_encoder(tmp_path, tmp_path)


@pytest.mark.parametrize("file", ["words.parquet", "means.parquet"])
def test_changed_and_missing_files_are_named(saved: Path, tmp_path: Path, file: str) -> None:
    content = (saved / file).read_bytes()
    for place in (8, len(content) // 2, len(content) - 1):
        (saved / file).write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        with pytest.raises(InputError, match=rf"{file} is not the file .* `dvc repro`"):
            load_encoder(saved, tmp_path)
    (saved / file).unlink()
    with pytest.raises(InputError, match=rf"{file}.* `dvc repro`"):
        load_encoder(saved, tmp_path)


@pytest.mark.parametrize(
    "change",
    [{"encoder": "other"}, {"encoder": []}, {"params": {"dimension": 4}}, {"params": None}, {"sha256": ["words"]}],
)
def test_a_changed_configuration_is_refused(saved: Path, tmp_path: Path, change: dict[str, Any]) -> None:
    config = json.loads((saved / "config.json").read_text(encoding="utf-8"))
    if isinstance(change.get("params"), dict):
        change = {"params": config["params"] | change["params"]}
    write_sealed_json(config | change, saved / "config.json")
    with pytest.raises(InputError, match=r"(?s)do not fit together .* `make verify"):
        load_encoder(saved, tmp_path)


@pytest.mark.parametrize("content", ["", "[]", '"x"', "{}", "null"])
def test_a_configuration_that_is_none_is_refused(saved: Path, tmp_path: Path, content: str) -> None:
    (saved / "config.json").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match="damaged"):
        load_encoder(saved, tmp_path)


def test_a_folder_may_move(saved: Path, blocks: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    moved = Path(shutil.move(saved, tmp_path / "elsewhere"))
    expected = learnt("aligned", blocks["aligned"], tmp_path).encode(NEW)
    assert np.array_equal(load_encoder(moved, tmp_path).encode(NEW), expected)
