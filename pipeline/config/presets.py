"""Presets: the parameters that differ between data sets, written into params.yaml together."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode

from pipeline.common.errors import InputError, nearest
from pipeline.common.files import write_text
from pipeline.config.parameters import yaml_text

PRESETS = Path("presets")


def apply_preset(name: str, params: Path, folder: Path = PRESETS) -> list[str]:
    """Write the values of ``folder/NAME.yaml`` into ``params``; every other byte of that file stays as it is.

    Values are replaced in the text, at the positions where the YAML parser found them. A round trip through Python
    objects would move comments, and switching to another preset and back would leave traces.

    Returns:
        The changes, each as ``key: old -> new``.

    Raises:
        InputError: there is no such preset, ``params`` lacks one of its keys, or a file is not YAML.
    """
    new_values = read_values(_find(name, folder))
    text = yaml_text(params)
    spans = _spans(text, params)
    changed = []
    for key, value in new_values.items():
        if key not in spans:
            raise InputError(f"preset {name}: `{key}` is not a parameter of {params}; {_hint(key, spans)}")
        start, end = spans[key]
        if "\n" in text[start:end] + value:
            raise InputError(
                f"`{key}` takes several lines in {params} or preset {name}; write it on one line, as [a, b]."
            )
        if text[start:end] != value:
            changed.append(f"{key}: {text[start:end]} -> {value}")
    if changed:
        write_text(_put(new_values, text, spans, params), params)
    return changed


def _put(new_values: dict[str, str], text: str, spans: dict[str, tuple[int, int]], params: Path) -> str:
    for key in sorted(new_values, key=spans.__getitem__, reverse=True):  # from the end, so that spans stay right
        start, end = spans[key]
        text = text[:start] + (new_values[key] if end > start else f" {new_values[key]}") + text[end:]
    if not new_values.items() <= _values(text, params).items():
        raise InputError(
            f"{params} is written in a way that presets cannot change. Set these values by hand: {new_values}."
        )
    return text


def read_values(path: Path) -> dict[str, str]:
    """The dotted keys of a YAML file with the text of their values, in order.

    Raises:
        InputError: the file is missing or is not a YAML mapping.
    """
    return _values(yaml_text(path), path)


def _find(name: str, folder: Path) -> Path:
    known = sorted(path.stem for path in folder.glob("*.yaml"))
    if name not in known:
        raise InputError(f"there is no preset {name!r}; {_hint(name, known)}")
    return folder / f"{name}.yaml"


def _hint(name: str, known: Collection[str]) -> str:
    meant = nearest(name, known)
    return f"{f'did you mean `{meant}`? ' if meant else ''}Known names are {', '.join(known)}."


def _values(text: str, path: Path) -> dict[str, str]:
    return {key: text[start:end] for key, (start, end) in _spans(text, path).items()}


def _spans(text: str, path: Path) -> dict[str, tuple[int, int]]:
    try:
        root = YAML(typ="safe", pure=True).compose(text)
    except YAMLError as error:
        raise InputError(f"{path} is not valid YAML: {error}") from error
    if not isinstance(root, MappingNode):
        raise InputError(f"{path}: expected a mapping of parameters, found no mapping.")
    return dict(_leaves(root, ""))


def _leaves(node: MappingNode, prefix: str) -> Iterator[tuple[str, tuple[int, int]]]:
    for key, value in node.value:
        if isinstance(value, MappingNode):
            yield from _leaves(value, f"{prefix}{key.value}.")
        else:
            after_colon, start, end = key.end_mark.index + 1, value.start_mark.index, value.end_mark.index
            # The parser places an empty value where it continues to read, which may be some lines below.
            yield prefix + key.value, (start, end) if end > start else (after_colon, after_colon)
