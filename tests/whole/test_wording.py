"""What people read: a number and its noun agree, `1 document` and `2 documents`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from project import ROOT

NOUNS = (
    "characters clusters documents duplicates entries epochs failures files folders ids lines links pairs "
    "passages pieces processes rows runs seeds sheets spellings steps texts tokens topics values vectors words"
)
ADJECTIVES = "aligned|different|labelled|long|stop|test|top|training|dictionary"
AFTER_A_NUMBER = re.compile(rf" (?:(?:{ADJECTIVES}) )?(?:{'|'.join(NOUNS.split())})\b")
LOGGED = re.compile(rf"%(?:\(\w+\))?d{AFTER_A_NUMBER.pattern}")


def sources() -> Iterator[tuple[Path, ast.AST]]:
    for folder in ("pipeline", "stages"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"))


def is_constant(value: ast.expr) -> bool:
    return isinstance(value, ast.Name) and value.id.isupper()


def loose_numbers(tree: ast.AST) -> Iterator[int]:
    """Lines of texts in which a plural follows a number that may be 1."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and LOGGED.search(node.value):
            yield node.lineno
        if isinstance(node, ast.JoinedStr):
            for value, text in zip(node.values, node.values[1:], strict=False):
                may_be_one = isinstance(value, ast.FormattedValue) and not is_constant(value.value)
                follows = isinstance(text, ast.Constant) and AFTER_A_NUMBER.match(str(text.value))
                if may_be_one and follows:
                    yield value.lineno


def test_a_plural_never_follows_a_number_that_may_be_one() -> None:
    assert not [f"{path}:{line}" for path, tree in sources() for line in loose_numbers(tree)]
