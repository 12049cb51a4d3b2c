"""Nested mappings by dotted names: ``train.epochs`` is ``epochs`` in ``train``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Nested = Mapping[str, Any]


def leaves(values: Nested, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The dotted names and the values of a nested mapping, in order."""
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def look_up(values: Nested, name: str) -> Any:  # noqa: ANN401 - any value
    """The value of a dotted name.

    Raises:
        KeyError: there is none of that name.
    """
    value: Any = values
    for part in name.split("."):
        if not isinstance(value, Mapping) or part not in value:
            raise KeyError(name)
        value = value[part]
    return value


def merged(first: Nested, second: Nested) -> dict[str, Any]:
    """Both mappings in one; where both have a name, sections are merged and of values the second one counts."""
    result = dict(first)
    for key, value in second.items():
        both = isinstance(value, Mapping) and isinstance(result.get(key), Mapping)
        result[key] = merged(result[key], value) if both else value
    return result
