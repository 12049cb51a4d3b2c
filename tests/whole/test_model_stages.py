"""Every model of the table through the real stages, on three languages, and its theta for new documents."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from project import STAGES, make_project, run_stage, run_stages, sample_rows, set_params, write_rows
from scipy.sparse import csr_array

from pipeline.common.parquet_files import write_parquet
from pipeline.lexicon.matrices import link_matrices
from pipeline.lexicon.translation import translated_documents, translations
from pipeline.models.all_models import MODELS
from pipeline.run.layout import LAYOUT
from pipeline.tables.by_language import ByLanguage
from pipeline.tables.catalogue import EMBEDDINGS, WORD_VECTORS
from pipeline.tables.vectors import read_vectors, unit_rows
from stages import cluster

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
    write_parquet(pl.read_parquet(documents).with_columns(pair=pl.lit(None, pl.String)), documents)
    set_params(folder, folder / "params.yaml", {"model": "m3l"})
    done = run_stage(folder, "train")
    assert done.returncode == 2
    assert "aligned documents" in done.stderr
    links = folder / "data/run/links.parquet"
    write_parquet(pl.read_parquet(links).head(0), links)
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


def test_every_document_is_given_its_own_translation(prepared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(prepared)
    documents, tokens = pl.read_parquet("data/run/embeddings.parquet"), pl.read_parquet("data/run/tokens.parquet")
    rows = np.flatnonzero((documents["split"] == "train").to_numpy())[1::2]
    plain = unit_rows(read_vectors(EMBEDDINGS.path(LAYOUT.tables))[rows])
    vectors = cluster._vectors(ByLanguage.of(documents["lang"]), rows, 2.0) - plain
    vocabulary = pl.read_parquet("data/run/vocabulary.parquet")
    known, links = read_vectors(WORD_VECTORS.path(LAYOUT.tables)), pl.read_parquet("data/run/links.parquet")
    of_word = vocabulary["lang"].to_numpy()
    matrices = link_matrices(vocabulary, links)
    meaning = translations({lang: known[of_word == lang] for lang in matrices}, matrices)
    for lang in matrices:
        words = vocabulary.filter(pl.col("lang") == lang).sort("term")["word"].to_list()
        mine = np.flatnonzero(documents["lang"].to_numpy()[rows] == lang)
        counts = [[tokens["tokens"][int(rows[at])].to_list().count(word) for word in words] for at in mine]
        expected = 2 * translated_documents(csr_array(np.array(counts)), meaning[lang])
        np.testing.assert_allclose(vectors[mine], expected, atol=1e-4)


def test_clusters_of_translated_documents_are_of_the_same_documents(prepared: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(prepared, tmp_path / "project", symlinks=True)
    before = pl.read_parquet(folder / "data/run/clusters.parquet")
    set_params(folder, folder / "params.yaml", {"cluster": {"translated": 1}})
    done = run_stage(folder, "cluster")
    assert done.returncode == 0, done.stderr
    after = pl.read_parquet(folder / "data/run/clusters.parquet")
    assert after.drop("cluster").equals(before.drop("cluster"))
    assert not after["cluster"].equals(before["cluster"])
    assert "a translation for" in done.stderr
