"""Rows of JSON: an object on each line, or one array of objects."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from pipeline.common.errors import InputError
from pipeline.documents.file_row import FileRow, Written
from pipeline.documents.lines import Lines

# Numbers stay as they are written, and NaN, which JSON does not have, is no value.
_loads = partial(json.loads, parse_int=Written, parse_float=Written, parse_constant=lambda _: None)


def json_line_row(number: int, line: str) -> FileRow:
    """The row of one line of JSON Lines."""
    try:
        fields = _loads(line)
    except json.JSONDecodeError as error:
        return FileRow(number, {}, f"invalid JSON: {error.msg} at character {error.pos + 1}")
    except RecursionError as error:  # endless brackets
        return FileRow(number, {}, f"invalid JSON: {error}")
    return _row(number, fields)


def json_array_rows(lines: Lines) -> Iterator[FileRow]:
    """Yield the objects of an array, counted from 1. The file is in memory as a whole.

    The array may be the only list in an object: ``{"data": [...]}``. A file with an object on each line is read like
    JSON Lines.

    Raises:
        InputError: the file is not JSON, or holds no array.
    """
    all_lines = list(lines)
    if invalid := lines.take_invalid(1):
        raise InputError(f"{lines.name}: {invalid}. In a JSON file single rows cannot be left out; use JSON Lines.")
    try:
        value = _loads("".join(all_lines))
    except json.JSONDecodeError as error:
        first = next((line for line in all_lines if line.strip()), "")
        if json_line_row(1, first).reason is None:
            numbered = enumerate(all_lines, start=1)
            return (json_line_row(number, line) for number, line in numbered if line.strip())
        raise InputError(f"{lines.name}:{error.lineno}: invalid JSON: {error.msg}.") from error
    except RecursionError as error:
        raise InputError(f"{lines.name}: invalid JSON: {error}.") from error
    return (_row(number, fields) for number, fields in enumerate(_array(lines, value), start=1))


def _array(lines: Lines, value: Any) -> list[Any]:  # noqa: ANN401 - any JSON value
    if isinstance(value, list):
        return value
    if isinstance(value, Mapping):
        arrays = [name for name, part in value.items() if isinstance(part, list)]
        if len(arrays) == 1:
            return list(value[arrays[0]])
        if not arrays and "text" in value:
            return [value]
        found = f"an object with {len(arrays)} lists" + (f" ({', '.join(arrays)})" if arrays else "")
    else:
        found = type(value).__name__
    raise InputError(f"{lines.name}: expected an array of objects, or an object with one such array; found {found}.")


def _row(number: int, fields: Any) -> FileRow:  # noqa: ANN401 - any JSON value
    if not isinstance(fields, dict):
        return FileRow(number, {}, f"not a JSON object: {type(fields).__name__}")
    return FileRow(number, {name.strip(): value for name, value in fields.items()})
