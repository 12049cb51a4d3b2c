"""Every model of the table through the real stages, on three languages, and its theta for new documents."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import polars as pl
import pytest
from project import STAGES, make_project, run_stage, run_stages, sample_rows, set_params, write_rows

from pipeline.models.table import MODELS

BEFORE, AFTER = STAGES[: STAGES.index("train")], STAGES[STAGES.index("train") :]
QUICK = ("usvd", "gloctm", "m3l")  # one without training, one that reads words, one that reads aligned documents
NEW = [
    {"id": "a", "lang": "ja", "text": "政府は新しい予算案を発表し、経済の成長を見込んでいる。"},
    {"id": "b", "lang": "en", "text": "The government presented its budget and expects the economy to grow."},
    {"id": "c", "lang": "zh", "text": "政府公布了新的预算，预计经济将会增长。"},
]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project in which all is done but the training."""
    folder = make_project(tmp_path_factory.mktemp("models") / "project", sample_rows(80))
    run_stages(folder, BEFORE)
    return folder


@pytest.mark.parametrize(
    "name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in MODELS]
)
def test_a_model_runs_to_the_report_and_infers(prepared: Path, name: str, tmp_path: Path) -> None:
    folder = shutil.copytree(prepared, tmp_path / "project", symlinks=True)
    set_params(folder, folder / "params.yaml", {"model": name})
    run_stages(folder, AFTER)
    metrics = json.loads((folder / "reports/metrics.json").read_text(encoding="utf-8"))
    assert 0 < metrics["tu"] <= 1
    theta = pl.read_parquet(folder / "data/run/theta.parquet")["theta"].drop_nulls()
    assert theta.arr.sum().to_numpy() == pytest.approx(1, abs=1e-5)

    write_rows(folder / "new.jsonl", NEW)
    done = run_stage(folder, "infer", "--input", "new.jsonl", "--output", "new.parquet")
    assert done.returncode == 0, done.stderr
    found = pl.read_parquet(folder / "new.parquet")
    assert sorted(found["id"]) == ["a", "b", "c"]
    assert found["theta"].null_count() == 0
    assert found["theta"].arr.sum().to_numpy() == pytest.approx(1, abs=1e-5)


def test_a_model_without_what_it_learns_from_says_so(prepared: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(prepared, tmp_path / "project", symlinks=True)
    documents = folder / "data/run/documents.parquet"
    pl.read_parquet(documents).with_columns(pair=pl.lit(None, pl.String)).write_parquet(documents)
    set_params(folder, folder / "params.yaml", {"model": "m3l"})
    done = run_stage(folder, "train")
    assert done.returncode == 2
    assert "aligned documents" in done.stderr
    links = folder / "data/run/links.parquet"
    pl.read_parquet(links).head(0).write_parquet(links)
    set_params(folder, folder / "params.yaml", {"model": "nmtm"})
    done = run_stage(folder, "train")
    assert done.returncode == 2
    assert "pairs no word" in done.stderr


def test_an_ablation_that_the_model_does_not_know_is_refused(prepared: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(prepared, tmp_path / "project", symlinks=True)
    set_params(folder, folder / "params.yaml", {"model": "nmtm", "ablate": ["infonce"]})
    done = run_stage(folder, "train")
    assert done.returncode == 2
    assert "nothing to leave out" in done.stderr


def test_clusters_of_translated_documents_are_of_the_same_documents(prepared: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(prepared, tmp_path / "project", symlinks=True)
    before = pl.read_parquet(folder / "data/run/clusters.parquet")
    set_params(folder, folder / "params.yaml", {"cluster": {"translated": 1}})
    done = run_stage(folder, "cluster")
    assert done.returncode == 0, done.stderr
    after = pl.read_parquet(folder / "data/run/clusters.parquet")
    assert after.drop("cluster").equals(before.drop("cluster"))
    assert not after["cluster"].equals(before["cluster"])
