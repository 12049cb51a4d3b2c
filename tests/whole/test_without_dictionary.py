"""Runs without any dictionary: it is made of aligned texts and of the words' vectors."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import typer
from project import make_project, sample_rows, set_params

from stages import bow, check, cluster, dictionary, documents, embed, link, tokenise, train

BEFORE = (check, documents, tokenise, bow, embed, link, cluster)


@pytest.fixture(scope="module", autouse=True)
def _log_of_other_tests() -> Iterator[None]:
    """Stages that run in this process set the log's level; it is put back."""
    level = logging.getLogger().level
    yield
    logging.getLogger().setLevel(level)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project without a dictionary, in which all is done but the training."""
    folder = make_project(tmp_path_factory.mktemp("bare") / "project", sample_rows(120), dictionary="data/none")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for module in BEFORE:
            module.main()
    return folder


def test_documents_that_share_a_pair_align_the_languages(prepared: Path) -> None:
    links = pl.read_parquet(prepared / "data/run/links.parquet")
    for lang in ("ja", "zh"):
        sources = dict(links.filter(pl.col("lang") == lang)["source"].value_counts().iter_rows())
        assert sources["texts"] > 30
        assert set(sources) <= {"spelling", "texts", "vectors"}


def test_translations_lie_together(prepared: Path) -> None:
    vectors = pl.read_parquet(prepared / "data/run/embeddings.parquet")
    pairs = pl.read_parquet(prepared / "data/run/documents.parquet")["pair"]
    test = vectors.with_columns(pairs).filter(pl.col("split") == "test", pl.col("pair").is_not_null())
    both = test.filter(pl.col("lang") == "en").join(test.filter(pl.col("lang") == "zh"), on="pair")
    cosines = both["vector"].to_numpy() @ both["vector_right"].to_numpy().T
    assert len(both) > 10
    assert np.mean(np.diag(cosines)) > np.mean(cosines) + 0.1


@pytest.mark.parametrize("model", ["infoctm", "nmtm", "lda-translated"])
def test_a_model_that_links_words_learns(prepared: Path, model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(prepared)
    set_params(prepared, prepared / "params.yaml", {"model": model})
    train.main()
    theta = pl.read_parquet("data/run/theta.parquet")["theta"].drop_nulls()
    assert theta.arr.sum().to_numpy() == pytest.approx(1, abs=1e-5)


def test_clusters_read_the_made_dictionary(prepared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(prepared)
    before = pl.read_parquet("data/run/clusters.parquet")["cluster"]
    set_params(prepared, prepared / "params.yaml", {"cluster": {"translated": 1}})
    cluster.main()
    assert not pl.read_parquet("data/run/clusters.parquet")["cluster"].equals(before)


def test_the_written_dictionary_takes_the_place_of_the_made_one(
    prepared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(prepared)
    places = ["lang", "pivot_term", "term"]
    made = pl.read_parquet("data/run/links.parquet", columns=places)
    dictionary.main(output=Path("corrected"))
    set_params(prepared, prepared / "params.yaml", {"dictionary": "corrected"})
    link.main()
    given = pl.read_parquet("data/run/links.parquet")
    assert given.select(places).equals(made)
    assert set(given["source"]) <= {"file", "spelling"}
    record = json.loads(Path("data/run/records/link.json").read_text(encoding="utf-8"))
    assert "corrected" in record["inputs"]


def test_a_file_of_aligned_texts_serves_documents_that_have_no_pairs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [row | {"pair": None, "id": str(number)} for number, row in enumerate(sample_rows(60))]
    changes = {"dictionary": "data/none", "languages": ["en", "zh", "ja"]}
    folder = make_project(tmp_path / "project", rows, **changes)
    monkeypatch.chdir(folder)
    for module in (documents, tokenise, bow):
        module.main()
    with pytest.raises(typer.Exit) as refused:
        embed.main()
    assert refused.value.exit_code == 2
    assert "needs a dictionary from en to zh, ja" in capsys.readouterr().err
    set_params(folder, folder / "params.yaml", {"parallel": "data/mine/reference.jsonl"})
    for module in (documents, tokenise, embed, link):
        module.main()
    record = json.loads(Path("data/run/records/documents.json").read_text(encoding="utf-8"))
    assert "data/mine/reference.jsonl" in record["inputs"]
    links = pl.read_parquet("data/run/links.parquet")
    assert set(links.filter(pl.col("source") == "texts")["lang"]) == {"zh", "ja"}
