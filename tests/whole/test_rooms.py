"""The shape of the library: which rooms there are, what each may know of the others, and that names are told apart."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from imports import ROOT, files_of, imported

# From the ground up: a room knows only those before it.
ROOMS = (
    *("common", "languages", "tables", "datasets", "documents", "tokens", "bow", "lexicon", "topics", "encoders"),
    *("clusters", "losses", "models", "training", "evaluation", "run", "figures", "comparison", "report", "reuse"),
    *("config", "workspace", "experiments"),
)
LIBRARY = sorted(path.relative_to(ROOT) for path in (ROOT / "pipeline").rglob("*.py"))
STAGES = sorted(path.relative_to(ROOT) for path in (ROOT / "stages").rglob("*.py"))


def room(file: Path) -> str:
    return file.parts[1] if len(file.parts) > 2 else ""


def tree(file: Path) -> ast.Module:
    return ast.parse((ROOT / file).read_text(encoding="utf-8"))


def neighbours(file: Path) -> set[Path]:
    """Files of the library that a file names in an import, wherever it stands and for whatever use."""
    named = {part for name in imported(ROOT / file, everything=True) for part in files_of(name)}
    return named - {file, Path("pipeline/__init__.py")}


def test_every_room_is_known() -> None:
    assert {room(file) for file in LIBRARY} == {"", *ROOMS}
    assert [file for file in LIBRARY if not room(file)] == [Path("pipeline/__init__.py")]


@pytest.mark.parametrize("name", ROOMS)
def test_a_room_knows_only_those_before_it(name: str) -> None:
    upward = [
        f"{file} imports {other}"
        for file in LIBRARY
        if room(file) == name
        for other in neighbours(file)
        if ROOMS.index(room(other)) > ROOMS.index(name)
    ]
    assert not upward


def test_no_file_leads_back_to_itself() -> None:
    files = {file for file in LIBRARY if file.name != "__init__.py"}
    edges = {file: neighbours(file) & files for file in files}
    while leaves := [file for file, others in edges.items() if not others & edges.keys()]:
        for file in leaves:
            del edges[file]
    assert not edges, "these files import each other in a circle, or lead to such a circle"


def test_nothing_is_imported_by_its_name_as_text() -> None:
    for file in (*LIBRARY, *STAGES):
        for node in ast.walk(tree(file)):
            names = {alias.name for alias in node.names} if isinstance(node, ast.Import | ast.ImportFrom) else set()
            if isinstance(node, ast.ImportFrom):
                names = {f"{node.module}.{name}" for name in names}
            hidden = {name for name in names if name.startswith("importlib") and not name.startswith("importlib.meta")}
            assert not hidden, file
            called = node.func if isinstance(node, ast.Call) else None
            name = called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")
            assert name not in {"__import__", "import_module", "run_module", "run_path"}, file


def test_the_library_reads_no_parameters() -> None:
    for file in LIBRARY:
        if room(file) not in {"config", "experiments"}:
            source = (ROOT / file).read_text(encoding="utf-8")
            assert "ruamel" not in source and "yaml.safe_load" not in source, file
            assert "data/none" not in source, file


def test_only_stages_and_what_runs_them_know_the_folders_of_a_project() -> None:
    knowing = {room(file) for file in LIBRARY if "LAYOUT" in (ROOT / file).read_text(encoding="utf-8")}
    assert knowing == {"run", "config", "experiments"}


def definitions(file: Path) -> Iterator[str]:
    for node in tree(file).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_"):
            yield node.name


def test_no_name_stands_twice() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for file in LIBRARY:
        if file.name != "__init__.py":
            places[file.name].append(str(file))
        for name in definitions(file):
            places[name].append(str(file))
    assert {name: where for name, where in places.items() if len(where) > 1} == {}


def test_tests_mirror_the_rooms() -> None:
    folders = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders - {"faults", "fuzz", "helpers", "whole"} <= set(ROOMS)
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert len(set(names)) == len(names)
