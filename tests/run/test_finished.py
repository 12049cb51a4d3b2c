"""A finished run: one object for a project, its model's folder and an exported folder."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from report_files import LANGUAGES, METRICS, TOPICS, VALUES, write_run

from pipeline.common.errors import InputError, MissingResourceError
from pipeline.common.json_files import read_json, write_json, write_sealed_json
from pipeline.run.finished import FinishedRun
from pipeline.run.layout import LAYOUT
from pipeline.tables import catalogue


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write_run(tmp_path / "project")
    return tmp_path / "project"


def test_a_project_and_its_models_folder_are_one_run(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in (project, project / LAYOUT.model):
        run = FinishedRun.open(folder)
        assert (run.languages, run.topics) == (LANGUAGES, TOPICS)
        assert run.metrics == METRICS
        assert run.parameters["dataset"] == VALUES["dataset"]
        assert run.by_language.names == LANGUAGES
        assert run.layout.root == project
    monkeypatch.chdir(project)
    assert FinishedRun.open(Path()).theta.topics == TOPICS
    assert FinishedRun.open(LAYOUT.model).metrics == METRICS


def test_a_document_without_a_theta_is_known_to_have_none(project: Path) -> None:
    run = FinishedRun.open(project)
    for language, rows in run.by_language.slices.items():
        assert not run.theta.known[rows][0]
        assert run.theta.known[rows][1:].all()
        assert run.known_documents[language].tolist() == list(range(rows.start + 1, rows.stop))


def test_the_words_are_those_that_the_run_was_made_with(project: Path) -> None:
    write_json(read_json(project / "params.yaml") | {"top_words": "beta"}, project / "params.yaml")
    words = FinishedRun.open(project).words
    assert list(words) == list(LANGUAGES)
    assert [len(words[language]) for language in LANGUAGES] == [TOPICS] * 3
    assert not any(word.endswith(("-b", "-s")) for topics in words.values() for listed in topics for word in listed)


def test_where_nothing_is_trained_is_said(tmp_path: Path) -> None:
    with pytest.raises(MissingResourceError, match="holds no trained model"):
        FinishedRun.open(tmp_path)


@pytest.mark.parametrize("values", [{}, 3, {"languages": ["en"]}])
def test_a_damaged_configuration_is_refused(project: Path, values: object) -> None:
    write_json(values, project / LAYOUT.model / "config.json")
    for folder in (project, project / LAYOUT.model):
        with pytest.raises(InputError, match=r"config\.json is damaged, was edited"):
            FinishedRun.open(folder).languages  # noqa: B018


def test_a_configuration_of_something_else_is_refused(project: Path) -> None:
    write_sealed_json({"languages": ["en"]}, project / LAYOUT.model / "config.json")
    with pytest.raises(InputError, match="is not the configuration of a model"):
        FinishedRun.open(project).languages  # noqa: B018


def test_parts_of_different_runs_are_told_apart(project: Path) -> None:
    topics = catalogue.TOPICS.read(project / LAYOUT.tables)
    catalogue.TOPICS.write(topics.filter(pl.col("topic") > 0), project / LAYOUT.tables)
    theta = catalogue.THETA.read(project / LAYOUT.tables)
    catalogue.THETA.write(theta.with_columns(id="id" + pl.col("id")), project / LAYOUT.tables)
    run = FinishedRun.open(project)
    with pytest.raises(InputError, match="belongs to another model"):
        _ = run.words
    with pytest.raises(InputError, match="has other documents"):
        _ = run.theta


def test_a_run_without_records_says_what_is_missing(project: Path) -> None:
    shutil.rmtree(project / LAYOUT.records)
    with pytest.raises(InputError, match=r"no record of documents, .*make run"):
        _ = FinishedRun.open(project).parameters


def test_training_documents_are_those_of_the_split(project: Path) -> None:
    run = FinishedRun.open(project)
    assert np.array_equal(run.is_training, (run.documents["split"] == "train").to_numpy())
