"""JSON files of our own; those that decide about results hold a digest of themselves."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pipeline.common.errors import InputError
from pipeline.common.whole_files import MAKE_AGAIN, write_text

_JSON_SEAL: Final = "digest"


def write_json(value: Any, path: Path) -> None:  # noqa: ANN401 - any JSON value
    """Write JSON with indentation, so that a diff is readable; NaN is refused, since JSON does not have it."""
    write_text(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n", path)


def read_json(path: Path) -> Any:  # noqa: ANN401 - any JSON value
    """Read JSON that a stage wrote.

    Raises:
        InputError: the file is missing or is not JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError(f"{path} is missing. `dvc repro` makes it.") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is damaged ({error}). {MAKE_AGAIN}") from error


def write_sealed_json(values: Mapping[str, Any], path: Path) -> None:
    """Write a mapping as JSON, with a digest of itself as a further entry, by which any change is noticed."""
    rest = {name: value for name, value in values.items() if name != _JSON_SEAL}
    write_json(rest | {_JSON_SEAL: _digest_of_values(rest)}, path)


def read_sealed_json(path: Path) -> dict[str, Any]:
    """Read what :func:`write_sealed_json` wrote, without the digest.

    Raises:
        InputError: the file is missing, is not JSON, or is not as it was written.
    """
    values = read_json(path)
    found = dict(values) if isinstance(values, Mapping) else {}
    if found.pop(_JSON_SEAL, None) == _digest_of_values(found):
        return found
    raise InputError(f"{path} is damaged, was edited, or is of another version of this software. {MAKE_AGAIN}")


def _digest_of_values(values: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
