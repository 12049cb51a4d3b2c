"""Access to nested mappings by dotted names: ``train.epochs`` is ``epochs`` in the section ``train``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Nested = Mapping[str, Any]


def leaves(values: Nested, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the dotted name and the value of each entry of a nested mapping, in order."""
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def look_up(values: Nested, name: str) -> Any:  # noqa: ANN401 - any value
    """The value of a dotted name.

    Raises:
        KeyError: the mapping has no such name.
    """
    value: Any = values
    for key in name.split("."):
        if not isinstance(value, Mapping) or key not in value:
            raise KeyError(name)
        value = value[key]
    return value


def merged(first: Nested, second: Nested) -> dict[str, Any]:
    """Both mappings as one. Where both have a name, sections are merged, and a value of the second mapping is kept."""
    result = dict(first)
    for key, value in second.items():
        are_sections = isinstance(value, Mapping) and isinstance(result.get(key), Mapping)
        result[key] = merged(result[key], value) if are_sections else value
    return result
