"""Write docs/parameters.md from the parameters' own classes (``make docs``)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from inspect import cleandoc
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from ruamel.yaml import YAML

from pipeline.config.sections import CHOICES, SECTIONS, TOP, TOP_ONLY

PAGE = Path(__file__).with_name("parameters.md")
HEAD = """# Parameters

Every parameter of `params.yaml`, its value in the repository, and its allowed values. A wrong name, type or value is
reported before any stage runs, with the nearest right one. `dvc exp run -S name=value` sets a parameter for one
experiment, with dots for a section: `-S train.epochs=40`.
"""


def page(params: Path = Path("params.yaml")) -> str:
    """The page as text."""
    values = YAML(typ="safe").load(params)
    fields = {name: field for kind in (*SECTIONS.values(), *TOP_ONLY) for name, field in kind.model_fields.items()}
    lines = [
        HEAD,
        *_table(("At the top", [(name, fields.get(name), values[name], meaning) for name, meaning in TOP.items()])),
    ]
    for section, kind in SECTIONS.items():
        rows = list(_rows(kind, values[section] or {}, ""))
        lines += (
            _table((f"`{section}`", rows)) if rows else ["", f"## `{section}`", "", "This section has no parameters."]
        )
    return "\n".join(lines) + "\n"


def _rows(section: type[BaseModel], values: dict[str, Any], prefix: str) -> Iterator[tuple[str, FieldInfo, Any, str]]:
    meanings = _meanings(section)
    for name, field in section.model_fields.items():
        if name in values and isinstance(values[name], dict) and field.annotation is not None:
            yield from _rows(field.annotation, values[name], f"{prefix}{name}.")
        elif name in values:
            yield f"{prefix}{name}", field, values[name], meanings.get(name, "")


def _table(titled_rows: tuple[str, list[tuple[str, FieldInfo | None, Any, str]]]) -> list[str]:
    title, rows = titled_rows
    lines = ["", f"## {title}", "", "| parameter | default | allowed values | meaning |", "|---|---|---|---|"]
    for name, field, value, meaning in rows:
        lines.append(
            f"| `{name}` | `{_shown(value)}` | {_allowed(field) if field else _choices(CHOICES[name])} | {meaning} |"
        )
    return lines


def _shown(value: Any) -> str:  # noqa: ANN401 - YAML values
    if isinstance(value, list):
        return f"[{', '.join(map(str, value))}]"
    return {"None": "null", "True": "true", "False": "false"}.get(str(value), str(value))


def _allowed(field: FieldInfo) -> str:
    signs = {"gt": ">", "ge": "≥", "lt": "<", "le": "≤"}
    bounds = [f"{sign} {getattr(m, name)}" for m in field.metadata for name, sign in signs.items() if hasattr(m, name)]
    return ", ".join([_type_text(field.annotation), *bounds])


def _type_text(annotation: Any) -> str:  # noqa: ANN401 - types
    if get_origin(annotation) is Literal:
        return _choices(get_args(annotation))
    names = {int: "whole number", float: "number", bool: "true or false", str: "text", Path: "path", type(None): "null"}
    if annotation in names:
        return names[annotation]
    if get_origin(annotation) in (list, tuple):
        return f"list of {_type_text(get_args(annotation)[0])}"
    return " or ".join(dict.fromkeys(map(_type_text, get_args(annotation))))


def _choices(choices: Iterable[str]) -> str:
    return ", ".join(f"`{choice}`" for choice in choices)


def _meanings(section: type[BaseModel]) -> dict[str, str]:
    """Parameter -> its meaning, from `Attributes:` in the docstrings of the class and its base classes."""
    meanings: dict[str, str] = {}
    for base in reversed(section.__mro__):
        attributes = cleandoc(base.__doc__ or "").partition("Attributes:\n")[2]
        for name, text in re.findall(r"^    (\w+): (.*(?:\n {8}.*)*)", attributes, re.MULTILINE):
            meanings[name] = (
                re.sub(r":\w+:`~?(?:\w+\.)*(\w+)`", r"`\1`", " ".join(text.split()).rstrip(".,"))
                .replace("``", "`")
                .replace("|", "\\|")
            )
    return meanings


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
