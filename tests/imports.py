"""Which files of the library a module imports, read from the source.

Imports inside functions count too; those for type checkers alone do not.
"""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def library_files(path: Path) -> set[Path]:
    """All files of `pipeline/` that the file at `path` imports, directly or not, relative to the root."""
    found: set[Path] = set()
    waiting = [path]
    while waiting:
        for name in _imported(waiting.pop()):
            for file in _files_of(name) - found:
                found.add(file)
                waiting.append(ROOT / file)
    return found


def _imported(path: Path) -> set[str]:
    names: set[str] = set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only = {inner for node in ast.walk(tree) if _is_for_types(node) for inner in ast.walk(node)}
    for node in set(ast.walk(tree)) - typing_only:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in names if name.split(".")[0] == "pipeline"}


def _is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _files_of(name: str) -> set[Path]:
    """The module's file and the `__init__.py` of every package above it."""
    parts = name.split(".")
    candidates = [Path(*parts[:depth], "__init__.py") for depth in range(1, len(parts) + 1)]
    candidates.append(Path(*parts).with_suffix(".py"))
    return {file for file in candidates if (ROOT / file).is_file()}
