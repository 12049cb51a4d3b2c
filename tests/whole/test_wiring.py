"""dvc.yaml against the code: what a stage imports, reads and writes is among its dependencies and outputs.

Imports are checked twice: as they stand in the source, and as a real run makes them, whatever way they are made.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from imports import ROOT, library_files
from project import STAGES, make_project, run_stage, sample_rows
from ruamel.yaml import YAML

from pipeline.run.layout import LAYOUT
from pipeline.run.record import STAGES as RECORDED
from pipeline.tables.catalogue import TABLES

PIPELINE: dict[str, Any] = YAML(typ="safe").load(ROOT / "dvc.yaml")["stages"]
PARAMS: dict[str, Any] = YAML(typ="safe").load(ROOT / "params.yaml")
# Entries that are not stages of the pipeline.
BY_HAND = {"compare", "dictionary", "export", "extras", "fetch", "figures", "infer", "plots_page", "preset", "score"}
BY_HAND |= {"show", "setup", "reproduce", "verify"}
ASIDE = {"embedding_cache", "checkpoints", "times", "tables", "records"}  # no inputs and outputs, or folders of such


def paths(stage: str, *kinds: str) -> set[str]:
    entries = [entry for kind in kinds for entry in PIPELINE[stage].get(kind, [])]
    return {next(iter(entry)) if isinstance(entry, dict) else entry for entry in entries}


def source(stage: str) -> str:
    return (ROOT / "stages" / f"{stage}.py").read_text(encoding="utf-8")


def uncovered(stage: str, files: set[Path]) -> list[str]:
    """Files of the library that are no dependency of a stage, nor in a folder that is one."""
    deps = {Path(dep) for dep in paths(stage, "deps")}
    return [str(file) for file in sorted(files) if not deps & {file, *file.parents}]


def test_stages_files_and_names_agree() -> None:
    assert tuple(PIPELINE) == STAGES == ("check", *RECORDED, "report")
    files = {path.stem for path in (ROOT / "stages").glob("*.py")} - {"__init__"}
    assert files == set(STAGES) | BY_HAND
    for name, stage in PIPELINE.items():
        assert stage["cmd"] == f"python -m stages.{name}"


@pytest.mark.parametrize("stage", STAGES)
def test_every_library_file_is_a_dependency(stage: str) -> None:
    own = {Path("stages/__init__.py"), Path(f"stages/{stage}.py")}
    assert not uncovered(stage, library_files(ROOT / "stages" / f"{stage}.py") | own)


@pytest.mark.parametrize("stage", STAGES)
def test_no_dependency_on_library_files_that_it_does_not_import(stage: str) -> None:
    needed = library_files(ROOT / "stages" / f"{stage}.py")
    for dep in paths(stage, "deps"):
        if dep.startswith("pipeline"):
            assert any(Path(dep) in (file, *file.parents) for file in needed), dep


def test_what_a_run_imports_is_a_dependency(tmp_path: Path) -> None:
    folder = make_project(tmp_path / "project", sample_rows(40))
    for stage in STAGES:
        done = run_stage(folder, stage, PYTHONPROFILEIMPORTTIME="1")
        assert done.returncode == 0, done.stderr[-2000:]
        modules = re.findall(r"^import time:.*\| +(pipeline[\w.]*)$", done.stderr, re.MULTILINE)
        files = {Path(*name.split(".")) for name in modules}
        files = {file / "__init__.py" if (ROOT / file).is_dir() else file.with_suffix(".py") for file in files}
        assert len(files) > 5
        assert not uncovered(stage, files), stage


@pytest.mark.parametrize("stage", STAGES)
def test_tables_that_a_stage_reads_and_writes_are_its_deps_and_outs(stage: str) -> None:
    for table in TABLES:
        path = str(table.path(LAYOUT.tables))
        name = re.escape(table.name.upper())
        written = re.search(rf"\b{name}\.write\(", source(stage)) is not None
        read = re.search(rf"\b{name}\.(read|path)\(", source(stage)) is not None
        assert written == (path in paths(stage, "outs")), path
        assert not read or path in paths(stage, "deps") | paths(stage, "outs"), path
        if not read and path in paths(stage, "deps"):
            assert stage == "report", f"{path} is read by no one: FinishedRun reads for the report only"


def test_what_a_finished_run_reads_is_a_dependency_of_the_report() -> None:
    text = (ROOT / "pipeline/run/finished.py").read_text(encoding="utf-8")
    by_name = {table.name.upper(): table for table in TABLES}
    tables = re.findall(r"\b([A-Z]+)\.(?:read|read_present|path)\(self\.layout\.tables", text)
    files = set(re.findall(r"_unchanged\(self\.layout\.(\w+)", text))
    assert len(set(tables)) >= 5
    assert files >= {"intake", "metrics", "classification", "coherence", "losses"}
    needed = {str(by_name[name].path(LAYOUT.tables)) for name in tables} | {
        str(getattr(LAYOUT, name)) for name in files
    }
    assert needed <= paths("report", "deps")


@pytest.mark.parametrize("stage", STAGES)
def test_other_files_that_a_stage_names_are_its_deps_or_outs(stage: str) -> None:
    known = paths(stage, "deps", "outs", "metrics", "plots")
    for name in set(re.findall(r"\bLAYOUT\.(\w+)", source(stage))) - ASIDE:
        path = getattr(LAYOUT, name)
        assert any(str(part) in known for part in (path, *path.parents)), name


@pytest.mark.parametrize("stage", STAGES)
def test_records_that_a_stage_reads_are_its_deps(stage: str) -> None:
    for record in re.findall(r"read_record\(LAYOUT\.records, \"(\w+)\"", source(stage)):
        assert f"data/run/records/{record}.json" in paths(stage, "deps")


def test_every_stage_that_makes_something_keeps_its_record() -> None:
    for stage in RECORDED:
        assert f"data/run/records/{stage}.json" in paths(stage, "outs")
        assert f'write_record(LAYOUT.records, "{stage}"' in source(stage)
        assert f"data/run/records/{stage}.json" in paths("report", "deps")


def test_versions_of_packages_decide_every_stage() -> None:
    assert all("constraints.txt" in paths(stage, "deps") for stage in STAGES)


def test_the_check_of_parameters_comes_first() -> None:
    assert "params.yaml" in paths("check", "deps")
    assert str(LAYOUT.checked) in paths("check", "outs") & paths("documents", "deps")


def test_parameters_exist() -> None:
    for stage in PIPELINE.values():
        for name in stage.get("params", []):
            name = PARAMS[name.strip("${}")] if name.startswith("$") else name
            assert name in PARAMS


def test_metrics_and_plots_stay_in_git() -> None:
    for name, stage in PIPELINE.items():
        for kind in ("metrics", "plots"):
            for entry in stage.get(kind, []):
                assert next(iter(entry.values()))["cache"] is False, name
