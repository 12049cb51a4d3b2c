"""The runs under encoders of falling quality: noise of the wanted size, and a table of means."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from benchmarks.low_resource import table_row, write_noisy
from pipeline.tables.vectors import vector_column


def test_noise_leaves_unit_vectors_that_turn_away_from_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ids = [f"{lang}{n}" for lang in ("en", "sw") for n in range(200)]
    pl.DataFrame({"id": ids, "lang": [id_[:2] for id_ in ids]}).write_ndjson("documents.jsonl")
    vectors = np.random.default_rng(1).normal(size=(400, 300)).astype(np.float32)
    vectors[200:] += 3  # the language's own direction is not kept
    pl.DataFrame({"id": ids}).with_columns(vector_column(vectors)).write_parquet("given.parquet")
    centred = vectors - np.repeat([vectors[:200].mean(axis=0), vectors[200:].mean(axis=0)], 200, axis=0)
    centred /= np.linalg.norm(centred, axis=1, keepdims=True)
    for deviation in (0.5, 1, 2):
        write_noisy(Path("given.parquet"), deviation, Path("noisy.parquet"))
        found = pl.read_parquet("noisy.parquet")
        assert found["id"].to_list() == ids
        noisy = found["vector"].to_numpy()
        assert np.linalg.norm(noisy, axis=1) == pytest.approx(1, abs=1e-5)
        assert (noisy * centred).sum(axis=1).mean() == pytest.approx(1 / np.sqrt(1 + deviation**2), abs=0.02)


def figures(cnpmi: float, mrr: float) -> dict[str, Any]:
    accuracy = {"en->en": 0.8, "en->sw": 0.6, "sw->en": 0.4, "sw->sw": 0.6}
    return {
        "metrics": {
            "cnpmi": cnpmi,
            "tu": 1.0,
            "start": {"cnpmi": 0.02},
            "retrieval": {"en->sw": {"mrr": mrr}, "sw->en": {"mrr": 0.0}},
        },
        "classification": {name: {"accuracy": value} for name, value in accuracy.items()},
        "vectors": {"sw": 0.9},
    }


def test_a_row_holds_means_over_seeds_and_directions() -> None:
    row = table_row("e5", [figures(0.04, 0.5), figures(0.06, 0.7)])
    assert row == "| e5 | 0.900 | 0.050 (0.020) | 1.000 | 0.700 | 0.500 | 0.600 |\n"


def test_what_was_not_measured_stays_empty() -> None:
    without = figures(0.04, 0.5) | {"vectors": {}}
    without["metrics"] |= {"retrieval": {}}
    assert table_row("e5", [without]) == "| e5 |  | 0.040 (0.020) | 1.000 | 0.700 | 0.500 |  |\n"
