"""params.yaml as typed values; only stages and experiments use this module, and pass the values to the library."""

from __future__ import annotations

import copy
import re
from collections.abc import Collection
from itertools import accumulate
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import AliasEvent

from pipeline.common.errors import InputError, did_you_mean, nearest
from pipeline.common.files import read_utf8

PARAMS = Path("params.yaml")
DEEPEST = 50  # lists within lists; no parameter has more than one in another
NONE = "data/none"  # in params.yaml: no file; DVC needs a path, and the path must exist

# The parameters at the top level: several sections share them, or they are set often. All others are in a section.
TOP = {
    "dataset": "a name for the documents",
    "path": "a file of documents, or a folder of them",
    "languages": "`auto`, or a list of codes with the pivot first: `[ja, en]`",
    "reference": "aligned documents for CNPMI; by default `reference.jsonl` in the folder `path`, or else the `pair`s",
    "comparison": "a `comparison.json` from `make compare`, which the report shows",
    "model": "the topic model",
    "ablate": "terms of the model that are left out",
    "num_topics": "the number of topics and of clusters, K",
    "lambda1": "XTRA: weight of L_InfoNCE",
    "lambda2": "XTRA: weight of L_Cluster",
    "lambda3": "XTRA: weight of L_beta",
    "seed": "seed of the split, the encoder, the clusters and the training",
    "top_words": "how top words are selected: `agreed` and `owned`, with each word under one topic, `agreed` with the "
    "help of the encoder; or `beta`, as published",
    "encoder": "the encoder, which embeds the documents; a list joins the vectors of several",
    "dictionary": "a folder with files `<pivot>-<language>.tsv`; where one is missing, a dictionary is made",
    "parallel": "aligned documents of which a dictionary is made where none is given, besides those with a `pair`",
    "vectors": "for `precomputed`: a Parquet file with id and vector, or a `.npy` file",
    "labels": "your own clusters, as a table with id and cluster",
}

Section = TypeVar("Section", bound=BaseModel)


def yaml_text(path: Path) -> str:
    """The text of a YAML file.

    Raises:
        InputError: the file is missing or is not UTF-8.
    """
    if not path.exists():
        raise InputError(f"{path} is missing. Run this command in the folder of the repository.")
    return read_utf8(path)


def read_yaml(path: Path) -> dict[str, Any]:
    """A YAML file that holds a mapping.

    Raises:
        InputError: the file is missing or is not a YAML mapping.
    """
    try:
        values = _loaded(yaml_text(path))
    except YAMLError as error:
        raise InputError(f"{path} is not valid YAML: {error}") from error
    if not isinstance(values, dict):
        raise InputError(f"{path}: expected a mapping of parameters, found {type(values).__name__}.")
    return values


def yaml_value(text: str) -> Any:  # noqa: ANN401 - YAML values
    """The value that ``text`` would have in a YAML file: ``3`` is a number, ``[a, b]`` a list.

    Raises:
        InputError: ``text`` is not YAML.
    """
    try:
        return _loaded(text)
    except YAMLError as error:
        raise InputError(f"{text!r} is not a value in YAML: {error}") from error


def refuse_bombs(text: str) -> None:
    """Refuse a YAML text of a few lines that would stand for billions of values, or take hours to read.

    Raises:
        YAMLError: there is an alias (`*name`), lists are nested very deeply, or the text is not YAML.
    """
    depths = accumulate(1 if bracket in "[{" else -1 for bracket in re.findall(r"[\[\]{}]", text))
    if max(depths, default=0) > DEEPEST:
        raise YAMLError(f"lists are nested more than {DEEPEST} deep")
    aliases = (event for event in YAML(typ="safe", pure=True).parse(text) if isinstance(event, AliasEvent))
    if alias := next(aliases, None):
        line = alias.start_mark.line + 1
        raise YAMLError(f"line {line}: the alias *{alias.anchor} is not allowed; write the value in its place")


def _loaded(text: str) -> Any:  # noqa: ANN401 - YAML values
    refuse_bombs(text)
    return YAML(typ="safe").load(text)


class Params:
    """The parameters of a run, read from one YAML file.

    Attributes:
        path: the file.
        values: the values in the file, with ``data/none`` as it is.
        used: the values read so far, with defaults, in the shape of params.yaml; a stage's record keeps them.

    Raises:
        InputError: the file is missing or is not a YAML mapping.
    """

    def __init__(self, path: Path = PARAMS) -> None:
        self.path = path
        self.values = read_yaml(path)
        self.used: dict[str, Any] = {}

    def having(self, **values: Any) -> Params:  # noqa: ANN401 - YAML values
        """These parameters with other values at the top level."""
        changed = copy.copy(self)
        changed.values = self.values | values
        return changed

    def section(self, name: str, kind: type[Section]) -> Section:
        """Section ``name``, together with the fields of ``kind`` that are at the top level, checked.

        Raises:
            InputError: a key is unknown (the message has the nearest name), or a type or a value is wrong.
        """
        block = self.values.get(name) or {}
        if not isinstance(block, dict):
            raise InputError(f"{self.path}: `{name}` must be a section of parameters, found {block!r}.")
        top = self._top(kind)
        section = self._check(kind, top | block, f"{name}.")
        resolved = section.model_dump(mode="json")
        shared = top.keys() | TOP.keys()
        self.used |= {key: value for key, value in resolved.items() if key in shared}
        self.used[name] = {key: value for key, value in resolved.items() if key not in shared}
        return section

    def top(self, kind: type[Section]) -> Section:
        """The top-level parameters that ``kind`` has fields for, checked.

        Raises:
            InputError: as for :meth:`section`.
        """
        section = self._check(kind, self._top(kind), "")
        self.used |= section.model_dump(mode="json")
        return section

    def choice(self, name: str, known: Collection[str]) -> str:
        """Top-level parameter ``name``, one of ``known``.

        Raises:
            InputError: the value is none of them.
        """
        value = str(self.values.get(name))
        if value not in known:
            expected = ", ".join(sorted(known))
            raise InputError(
                f"{self.path}: {name} = {value!r}: expected one of {expected}.{did_you_mean(value, known)}"
            )
        self.used[name] = value
        return value

    def choices(self, name: str, known: Collection[str], listed: Collection[str]) -> list[str]:
        """Top-level parameter ``name``, one of ``known`` or a list of several that may stand together, ``listed``.

        Raises:
            InputError: the list is empty or repeats a value, or a value is none of those that may stand there.
        """
        value = self.values.get(name)
        if not isinstance(value, list):
            return [self.choice(name, known)]
        if not value or len({str(one) for one in value}) < len(value):
            raise InputError(f"{self.path}: {name} = {value!r}: expected different values, at least one.")
        chosen = [self.having(**{name: one}).choice(name, listed) for one in value]
        self.used[name] = chosen
        return chosen

    def _top(self, kind: type[BaseModel]) -> dict[str, Any]:
        return {key: self.values[key] for key in kind.model_fields if not isinstance(self.values.get(key, {}), dict)}

    def _check(self, kind: type[Section], values: dict[str, Any], prefix: str) -> Section:
        try:
            return kind.model_validate({key: None if value == NONE else value for key, value in values.items()})
        except ValidationError as error:
            lines = [self._explain(prefix, kind, dict(detail)) for detail in error.errors()]
            raise InputError("\n".join(lines)) from error

    def _explain(self, prefix: str, kind: type[BaseModel], detail: dict[str, Any]) -> str:
        key = ".".join(str(part) for part in detail["loc"])
        where = f"{self.path}: {key}" if key in self.values else f"{self.path}: {prefix}{key}"
        if detail["type"] == "extra_forbidden":
            meant = nearest(key, kind.model_fields)
            hint = f"did you mean `{meant}`?" if meant else f"the known names are {', '.join(kind.model_fields)}."
            return f"{where} is not a parameter; {hint}"
        if detail["type"] == "missing":
            return f"{where} is missing."
        allowed = re.findall("'([^']*)'", detail["msg"]) if detail["type"] == "literal_error" else []
        return f"{where} = {detail['input']!r}: {detail['msg']}.{did_you_mean(str(detail['input']), allowed)}"
