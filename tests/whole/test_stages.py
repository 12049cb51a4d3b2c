"""The real stages, one process each, on a small corpus in three languages."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from project import SMALL, make_project, run_stage, run_stages, sample_rows, set_params, write_rows
from tiny_bge_m3 import build_tiny_bge_m3

LANGUAGES = ["en", "ja", "zh"]
SPLIT = {"split_length": 600}  # characters; no single text of the sample is cut


def long_rows() -> list[dict[str, str]]:
    """A long text in each language, which is cut into passages."""
    texts = {lang: "\n\n".join(row["text"] for row in sample_rows(12) if row["lang"] == lang) for lang in LANGUAGES}
    return [{"id": f"long-{lang}", "lang": lang, "text": text, "split": "train"} for lang, text in texts.items()]


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_project(tmp_path_factory.mktemp("finished"), sample_rows() + long_rows(), documents=SPLIT)
    run_stages(folder)
    return folder


def outputs(folder: Path) -> dict[str, str]:
    """Digest of every file that the stages wrote, times and checkpoints aside."""
    files = [path for part in ("data/run", "models", "reports") for path in sorted((folder / part).rglob("*.*"))]
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files if p.is_file()}


def test_tables_are_aligned_row_by_row(finished: Path) -> None:
    documents = pl.read_parquet(finished / "data/run/documents.parquet")
    assert documents["lang"].unique(maintain_order=True).to_list() == LANGUAGES
    for name in ("tokens", "embeddings", "theta"):
        table = pl.read_parquet(finished / f"data/run/{name}.parquet")
        assert table.select("id", "lang", "split").equals(documents.select("id", "lang", "split")), name


def test_words_have_vectors_and_links_in_the_vocabularys_order(finished: Path) -> None:
    vocabulary = pl.read_parquet(finished / "data/run/vocabulary.parquet")
    vectors = pl.read_parquet(finished / "data/run/word_vectors.parquet")
    assert vectors.select("lang", "term").equals(vocabulary.select("lang", "term"))
    assert vectors["vector"].dtype == pl.Array(pl.Float32, SMALL["aligned"]["dimension"])
    assert vectors["vector"].to_numpy().any(axis=1).mean() > 0.9
    links = pl.read_parquet(finished / "data/run/links.parquet")
    assert links["lang"].unique(maintain_order=True).to_list() == LANGUAGES[1:]
    sizes = dict(vocabulary["lang"].value_counts().iter_rows())
    assert links["pivot_term"].max() < sizes["en"]
    assert links.filter(pl.col("lang") == "zh")["term"].max() < sizes["zh"]


def test_theta_sums_to_one_and_topics_have_words_in_every_language(finished: Path) -> None:
    theta = pl.read_parquet(finished / "data/run/theta.parquet")["theta"].drop_nulls().to_numpy()
    np.testing.assert_allclose(theta.sum(axis=1), 1, atol=1e-5)
    topics = pl.read_parquet(finished / "data/run/topics.parquet")
    assert set(topics["lang"]) == set(LANGUAGES)
    assert set(topics["source"]) == {"trained", "start"}
    assert set(topics["selection"]) == {"agreed", "beta", "owned"}
    assert topics["words"].list.len().unique().to_list() == [15]


def test_metrics_have_the_headline_the_start_and_every_direction(finished: Path) -> None:
    metrics = json.loads((finished / "reports/metrics.json").read_text())
    for figures in (metrics, metrics["start"]):
        assert 0 <= figures["tu"] <= 1
        assert figures["tq"] == pytest.approx(max(0, figures["cnpmi"]) * figures["tu"])
    assert set(metrics["pairs"]) == {"en-ja", "en-zh", "ja-zh"}
    assert set(metrics["retrieval"]) == {f"{a}->{b}" for a in LANGUAGES for b in LANGUAGES if a != b}
    classification = json.loads((finished / "reports/classification.json").read_text())
    assert set(classification) == {"scores", "theta"}
    assert set(classification["scores"]) == {f"{a}->{b}" for a in LANGUAGES for b in LANGUAGES}


def test_plots_and_report_are_there(finished: Path) -> None:
    losses = pl.read_csv(finished / "reports/plots/losses.csv")
    assert losses.filter(pl.col("term") == "total")["epoch"].to_list() == [1, 2]
    assert len(pl.read_csv(finished / "reports/plots/coherence.csv")) == 4 * 3
    assert (finished / "reports/topics.md").read_text(encoding="utf-8").count("## Topic ") == 4
    page = (finished / "reports/report.html").read_bytes()
    assert page.count(b'<article class="card"') == 4
    assert len(page) < 10e6


def test_same_bytes_in_fresh_processes_with_another_hash_seed(finished: Path, tmp_path: Path) -> None:
    again = make_project(tmp_path / "again", sample_rows() + long_rows(), documents=SPLIT)
    run_stages(again, PYTHONHASHSEED="12345")
    assert outputs(again) == outputs(finished)


def test_theta_of_a_training_document_is_inferred_alike(finished: Path, tmp_path: Path) -> None:
    rows = [{k: row[k] for k in ("id", "lang", "text")} for row in sample_rows(5) + long_rows()]
    write_rows(tmp_path / "new.jsonl", rows)
    done = run_stage(finished, "infer", "--input", str(tmp_path / "new.jsonl"), "--output", str(tmp_path / "t.parquet"))
    assert done.returncode == 0, done.stderr
    inferred = pl.read_parquet(tmp_path / "t.parquet")
    wholes = pl.read_parquet(finished / "data/run/wholes.parquet")
    assert wholes["id"].to_list() == [f"long-{lang}" for lang in LANGUAGES]
    assert wholes["passages"].min() > 1
    theta = pl.read_parquet(finished / "data/run/theta.parquet")
    assert theta["whole"].drop_nulls().len() == wholes["passages"].sum()
    both = inferred.join(pl.concat([theta, wholes], how="diagonal"), on="id", suffix="_known")
    assert set(both["id"]) == {row["id"] for row in rows}
    np.testing.assert_allclose(both["theta"].to_numpy(), both["theta_known"].to_numpy(), atol=1e-5)


def test_bge_m3_runs_the_whole_pipeline_and_embeds_only_what_is_new(tmp_path: Path) -> None:
    model = build_tiny_bge_m3(tmp_path / "model")
    rows = sample_rows(40)
    changes = {"encoder": "bge-m3", "bge-m3": {"name": str(model), "batch_tokens": 256}}
    folder = make_project(tmp_path / "project", rows[:-10], **changes)
    run_stages(folder)
    assert json.loads((folder / "reports/metrics.json").read_text())["tu"] > 0
    write_rows(folder / "data/mine/documents.jsonl", rows)
    run_stages(folder, ("documents", "tokenise"))
    more = run_stage(folder, "embed")
    assert more.returncode == 0, more.stderr
    assert "10 to embed" in more.stderr, more.stderr
    assert len(pl.read_parquet(folder / "data/run/embeddings.parquet")) == len(rows)


def test_hub_offline_without_the_model_names_the_command(finished: Path, tmp_path: Path) -> None:
    folder = make_project(tmp_path / "project", sample_rows(), encoder="bge-m3")
    run_stages(folder, ("documents", "tokenise", "bow"))
    done = run_stage(folder, "embed", HF_HOME=str(tmp_path / "empty"), HF_HUB_OFFLINE="1")
    assert done.returncode == 3, done.stderr
    assert "hf download BAAI/bge-m3 --revision" in done.stderr


@pytest.mark.parametrize(
    ("first", "changes", "message"),
    [
        ("check", {"dataset": "../x"}, "../x"),
        ("check", {"dataset": "$(id)"}, "$(id)"),
        ("documents", {"dataset": "../x"}, "../x"),
        ("check", {"languages": ["en", "cn"]}, "zh"),
        ("documents", {"languages": ["en", "de"]}, "de"),
        ("check", {"path": "data/nowhere"}, "data/nowhere"),
    ],
)
def test_bad_parameters_stop_the_first_stage(
    tmp_path: Path, first: str, changes: dict[str, object], message: str
) -> None:
    folder = make_project(tmp_path / "project", sample_rows(30), **changes)
    done = run_stage(folder, first)
    assert done.returncode == 2
    assert message in done.stderr
    assert not (folder / "data/run").exists()


def test_unknown_parameter_is_named_with_the_nearest(tmp_path: Path) -> None:
    folder = make_project(tmp_path / "project", sample_rows(30))
    text = (folder / "params.yaml").read_text(encoding="utf-8")
    (folder / "params.yaml").write_text(text.replace("test_share:", "tests_share:"), encoding="utf-8")
    done = run_stage(folder, "check")
    assert done.returncode == 2
    assert "did you mean `test_share`" in done.stderr


def test_damaged_table_is_named(finished: Path, tmp_path: Path) -> None:
    folder = make_project(tmp_path / "project", sample_rows(30))
    run_stages(folder, ("documents", "tokenise"))
    tokens = folder / "data/run/tokens.parquet"
    tokens.write_bytes(tokens.read_bytes()[:-100])
    done = run_stage(folder, "bow")
    assert done.returncode == 2
    assert "tokens.parquet" in done.stderr


def test_without_labels_and_pairs_figures_are_null_with_a_reason(tmp_path: Path) -> None:
    rows = [{k: row[k] for k in ("id", "lang", "text")} for row in sample_rows()]
    folder = make_project(tmp_path / "project", rows)
    (folder / "data/mine/reference.jsonl").unlink()
    run_stages(folder)
    metrics = json.loads((folder / "reports/metrics.json").read_text())
    assert metrics["cnpmi"] is None
    assert metrics["retrieval"] == {}
    direction = json.loads((folder / "reports/classification.json").read_text())["scores"]["en->zh"]
    assert direction["accuracy"] is None
    assert "no document has a `label`" in direction["reason"]
    set_params(folder, folder / "params.yaml", {"top_words": "beta"})
    run_stages(folder, ("evaluate", "report"))
