"""Presets: the parameters that differ between data sets, written into params.yaml together."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from pipeline.common.errors import InputError, nearest
from pipeline.common.whole_files import write_text
from pipeline.config.parameters import refuse_bombs, yaml_text

PRESETS = Path("presets")


class YamlValue(NamedTuple):
    """A value in the text of a YAML file.

    Attributes:
        start: where it begins in the text.
        end: where it ends.
        text: the value on one line; a list that takes several lines, as DVC writes it, in brackets.
    """

    start: int
    end: int
    text: str


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
    old_values = _values(text, params)
    if unknown := next((key for key in new_values if key not in old_values), None):
        raise InputError(f"preset {name}: `{unknown}` is not a parameter of {params}; {_hint(unknown, old_values)}")
    changed = {key: value for key, value in new_values.items() if value != old_values[key].text}
    if changed:
        write_text(_put(changed, text, old_values, params), params)
    return [f"{key}: {old_values[key].text} -> {value}" for key, value in changed.items()]


def _put(new_values: dict[str, str], text: str, old_values: dict[str, YamlValue], params: Path) -> str:
    expected = {key: value.text for key, value in old_values.items()} | new_values
    for key in sorted(new_values, key=old_values.__getitem__, reverse=True):  # from the end, so that places stay right
        start, end, _ = old_values[key]
        blank = "" if text[start - 1 : start].isspace() else " "
        text = f"{text[:start]}{blank}{new_values[key]}{text[end:]}"
    if {key: value.text for key, value in _values(text, params).items()} != expected:
        raise InputError(
            f"{params} is written in a way that presets cannot change. Set these values by hand: {new_values}."
        )
    return text


def read_values(path: Path) -> dict[str, str]:
    """The dotted keys of a YAML file with the text of their values, in order.

    Raises:
        InputError: the file is missing or is not a YAML mapping.
    """
    return {key: value.text for key, value in _values(yaml_text(path), path).items()}


def _find(name: str, folder: Path) -> Path:
    known = sorted(path.stem for path in folder.glob("*.yaml"))
    if name not in known:
        raise InputError(f"there is no preset {name!r}; {_hint(name, known)}")
    return folder / f"{name}.yaml"


def _hint(name: str, known: Collection[str]) -> str:
    meant = nearest(name, known)
    return f"{f'did you mean `{meant}`? ' if meant else ''}Known names are {', '.join(known)}."


def _values(text: str, path: Path) -> dict[str, YamlValue]:
    try:
        refuse_bombs(text)
        root = YAML(typ="safe", pure=True).compose(text)
    except YAMLError as error:
        raise InputError(f"{path} is not valid YAML: {error}") from error
    if not isinstance(root, MappingNode):
        raise InputError(f"{path}: expected a mapping of parameters, found no mapping.")
    return dict(_leaves(root, "", text))


def _leaves(node: MappingNode, prefix: str, text: str) -> Iterator[tuple[str, YamlValue]]:
    for key, value in node.value:
        if isinstance(value, MappingNode):
            yield from _leaves(value, f"{prefix}{key.value}.", text)
        else:
            yield prefix + key.value, _value(value, key.end_mark.index + 1, text)


def _value(node: Node, after_colon: int, text: str) -> YamlValue:
    start, end = node.start_mark.index, node.end_mark.index
    if start == end:  # the parser places an empty value where it continues to read, which may be some lines below
        return YamlValue(after_colon, after_colon, "")
    if isinstance(node, SequenceNode) and not node.flow_style:
        return YamlValue(after_colon, node.value[-1].end_mark.index, _on_one_line(node, text))
    return YamlValue(start, end, _on_one_line(node, text))


def _on_one_line(node: Node, text: str) -> str:
    if isinstance(node, SequenceNode):
        return f"[{', '.join(_on_one_line(item, text) for item in node.value)}]"
    return " ".join(text[node.start_mark.index : node.end_mark.index].split())
