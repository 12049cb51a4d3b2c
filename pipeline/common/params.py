"""params.yaml as typed values; only stages use this, the library takes what it gives."""

from __future__ import annotations

import copy
import hashlib
import re
from collections.abc import Collection
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from pipeline.common.errors import InputError
from pipeline.common.files import write_text
from pipeline.common.layout import LAYOUT

Section = TypeVar("Section", bound=BaseModel)


class Params:
    """The parameters of a run, read from one YAML file.

    Raises:
        InputError: the file is missing or is not a YAML mapping.
    """

    def __init__(self, path: Path = LAYOUT.params) -> None:
        self.path = path
        try:
            values = YAML(typ="safe").load(path.read_bytes().decode("utf-8"))
        except FileNotFoundError as error:
            raise InputError(f"{path} is missing; it holds the parameters of the run.") from error
        except (YAMLError, UnicodeDecodeError) as error:
            raise InputError(f"{path} is not valid YAML: {error}") from error
        if not isinstance(values, dict):
            raise InputError(f"{path}: expected a mapping of parameters, found {type(values).__name__}.")
        self.values: dict[str, Any] = values

    @classmethod
    def checked(cls) -> Params:
        """The parameters of the run, every one of them checked, not only those that the stage takes.

        So a wrong parameter of a late stage is told before the first stage runs. What has been found right is noted
        by its hash and not checked again, since the check loads what most stages do without.

        Raises:
            InputError: see :func:`pipeline.parameters.check_parameters`.
        """
        params = cls()
        found = hashlib.sha256(params.path.read_bytes()).hexdigest()
        if not LAYOUT.checked.exists() or LAYOUT.checked.read_text() != found:
            # By name: the check can only refuse, so what it imports is no dependency of the stage.
            import_module("pipeline.parameters").check_parameters(params)
            write_text(found, LAYOUT.checked)
        return params

    def having(self, **values: Any) -> Params:  # noqa: ANN401 - YAML values
        """These parameters with other values at the top level."""
        changed = copy.copy(self)
        changed.values = self.values | values
        return changed

    def section(self, name: str, kind: type[Section]) -> Section:
        """Section ``name``, with those of ``kind``'s fields that stand at the top level, checked.

        Raises:
            InputError: an unknown key, a wrong type or a value out of range, with the nearest name.
        """
        block = self.values.get(name) or {}
        if not isinstance(block, dict):
            raise InputError(f"{self.path}: `{name}` must be a section of parameters, found {block!r}.")
        return self._check(kind, self._top(kind) | block, f"{name}.")

    def top(self, kind: type[Section]) -> Section:
        """The top-level parameters that ``kind`` has fields for, checked.

        Raises:
            InputError: as for :meth:`section`.
        """
        return self._check(kind, self._top(kind), "")

    def choice(self, name: str, known: Collection[str]) -> str:
        """Top-level parameter ``name``, one of ``known``.

        Raises:
            InputError: it is none of them.
        """
        value = str(self.values.get(name))
        if value not in known:
            raise InputError(
                f"{self.path}: {name} = {value!r}: expected one of {', '.join(sorted(known))}.{_nearest(value, known)}"
            )
        return value

    def _top(self, kind: type[BaseModel]) -> dict[str, Any]:
        return {key: self.values[key] for key in kind.model_fields if not isinstance(self.values.get(key, {}), dict)}

    def _check(self, kind: type[Section], values: dict[str, Any], prefix: str) -> Section:
        try:
            return kind.model_validate(values)
        except ValidationError as error:
            lines = [self._explain(prefix, kind, dict(detail)) for detail in error.errors()]
            raise InputError("\n".join(lines)) from error

    def _explain(self, prefix: str, kind: type[BaseModel], detail: dict[str, Any]) -> str:
        key = ".".join(str(part) for part in detail["loc"])
        where = f"{self.path}: {key}" if key in self.values else f"{self.path}: {prefix}{key}"
        if detail["type"] == "extra_forbidden":
            near = get_close_matches(key, kind.model_fields, n=1)
            known = f"did you mean `{near[0]}`?" if near else f"known are {', '.join(kind.model_fields)}."
            return f"{where} is not a parameter; {known}"
        if detail["type"] == "missing":
            return f"{where} is missing."
        allowed = re.findall("'([^']*)'", detail["msg"]) if detail["type"] == "literal_error" else []
        return f"{where} = {detail['input']!r}: {detail['msg']}.{_nearest(str(detail['input']), allowed)}"


def _nearest(value: str, known: Collection[str]) -> str:
    near = get_close_matches(value, known, n=1)
    return f" Did you mean {near[0]}?" if near else ""
