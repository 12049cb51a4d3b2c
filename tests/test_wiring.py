"""dvc.yaml against the code: what a stage imports and reads is among its dependencies."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from imports import ROOT, library_files
from project import STAGES
from ruamel.yaml import YAML

from pipeline.common.layout import LAYOUT
from pipeline.report.records import effective

PIPELINE: dict[str, Any] = YAML(typ="safe").load(ROOT / "dvc.yaml")["stages"]
PARAMS: dict[str, Any] = YAML(typ="safe").load(ROOT / "params.yaml")
BY_HAND = {
    "check",
    "compare",
    "export",
    "fetch",
    "figures",
    "infer",
    "plots_page",
    "preset",
    "score",
    "show",
}  # entries that are not stages of the pipeline


def paths(stage: str, kind: str) -> list[str]:
    return [next(iter(entry)) if isinstance(entry, dict) else entry for entry in PIPELINE[stage].get(kind, [])]


def test_stages_files_and_names_agree() -> None:
    assert tuple(PIPELINE) == STAGES
    files = {path.stem for path in (ROOT / "stages").glob("*.py")} - {"__init__"}
    assert files == set(STAGES) | BY_HAND
    for name, stage in PIPELINE.items():
        assert stage["cmd"] == f"python -m stages.{name}"


@pytest.mark.parametrize("stage", STAGES)
def test_every_library_file_is_a_dependency(stage: str) -> None:
    deps = {Path(dep) for dep in paths(stage, "deps")}
    needed = library_files(ROOT / "stages" / f"{stage}.py") | {Path("stages/__init__.py"), Path(f"stages/{stage}.py")}
    missing = [str(file) for file in sorted(needed) if not deps & {file, *file.parents}]
    assert not missing


@pytest.mark.parametrize("stage", STAGES)
def test_no_dependency_on_library_files_that_it_does_not_import(stage: str) -> None:
    needed = library_files(ROOT / "stages" / f"{stage}.py")
    for dep in paths(stage, "deps"):
        if dep.startswith("pipeline"):
            assert any(Path(dep) in (file, *file.parents) for file in needed), dep


@pytest.mark.parametrize("stage", STAGES)
def test_files_that_a_stage_names_are_its_deps_or_outs(stage: str) -> None:
    source = (ROOT / "stages" / f"{stage}.py").read_text(encoding="utf-8")
    listed = {path for kind in ("deps", "outs", "metrics", "plots") for path in paths(stage, kind)}
    aside = {"none", "embedding_cache", "checkpoints", "times", "params"}
    for field in fields(LAYOUT):
        if f"LAYOUT.{field.name}" in source.replace(f"LAYOUT.{field.name}_", "") and field.name not in aside:
            assert str(getattr(LAYOUT, field.name)) in listed, field.name


def test_parameters_exist() -> None:
    for stage in PIPELINE.values():
        for name in stage["params"]:
            name = PARAMS[name.strip("${}")] if name.startswith("$") else name
            assert name in PARAMS


def test_the_report_depends_on_the_parameters_that_it_lists() -> None:
    listed = {PARAMS[name.strip("${}")] if name.startswith("$") else name for name in PIPELINE["report"]["params"]}
    assert listed == set(effective(PARAMS))


def test_metrics_and_plots_stay_in_git() -> None:
    for name, stage in PIPELINE.items():
        for kind in ("metrics", "plots"):
            for entry in stage.get(kind, []):
                assert next(iter(entry.values()))["cache"] is False, name
