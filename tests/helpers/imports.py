"""Which files of the library a module imports, read from the source.

Imports inside functions count too; those that only type checkers see do not, and neither does what a module gives on
request (``__getattr__``, which nothing in the stages asks for).
"""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def library_files(path: Path) -> set[Path]:
    """All files of `pipeline/` that the file at `path` imports, directly or not, relative to the root."""
    found: set[Path] = set()
    waiting = [path]
    while waiting:
        for name in imported(waiting.pop()):
            for file in files_of(name) - found:
                found.add(file)
                waiting.append(ROOT / file)
    return found


def imported(path: Path, everything: bool = False) -> set[str]:
    """Modules of the library, and names in them, that a file imports; ``everything``: for type checkers too."""
    names: set[str] = set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped = {inner for node in ast.walk(tree) if _is_skipped(node) and not everything for inner in ast.walk(node)}
    for node in set(ast.walk(tree)) - skipped:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in names if name.split(".")[0] == "pipeline"}


def _is_skipped(node: ast.AST) -> bool:
    if isinstance(node, ast.FunctionDef):
        return node.name == "__getattr__"
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def files_of(name: str) -> set[Path]:
    """The module's file and the `__init__.py` of every package above it."""
    parts = name.split(".")
    candidates = [Path(*parts[:depth], "__init__.py") for depth in range(1, len(parts) + 1)]
    candidates.append(Path(*parts).with_suffix(".py"))
    return {file for file in candidates if (ROOT / file).is_file()}
