"""A key of everything that decides a run's result: parameters, inputs and code from dvc.yaml, and package versions."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pipeline.common.dotted import look_up
from pipeline.common.errors import InputError
from pipeline.common.files import digest
from pipeline.common.reproducible import versions

Stages = Mapping[str, Mapping[str, Any]]  # the `stages` of dvc.yaml
CHECK = "check"  # this stage reads every parameter, but its output is always the same, so it decides nothing


class Keys:
    """Computes keys of runs; a file is read only once, even if many runs depend on it.

    Args:
        stages: the ``stages`` of dvc.yaml.
        root: the folder from which the paths in dvc.yaml start.
    """

    def __init__(self, stages: Stages, root: Path) -> None:
        self.stages, self.root = stages, root
        self._digests: dict[str, str] = {}

    def key(self, values: Mapping[str, Any], until: str | None = None) -> str:
        """A key that is equal for runs with the same parameters, inputs, code, versions and number of threads.

        Args:
            values: values of params.yaml; parameters that no stage names do not count.
            until: count only this stage and the stages that lead to it; by default all stages.
        """
        counted = leading_to(self.stages, until) if until else list(self.stages)
        decides = [
            {
                "cmd": self.stages[name]["cmd"],
                "params": {key: parameter(values, key) for key in _names(self.stages[name].get("params", []), values)},
                "deps": {path: self._digest(path) for path in inputs({name: self.stages[name]}, values, self.stages)},
            }
            for name in counted
            if name != CHECK
        ]
        hashed = json.dumps([decides, versions()], sort_keys=True, default=str)
        return hashlib.sha256(hashed.encode()).hexdigest()[:32]

    def _digest(self, path: str) -> str:
        if path not in self._digests:
            self._digests[path] = digest(self.root / path)
        return self._digests[path]


def inputs(stages: Stages, values: Mapping[str, Any], all_stages: Stages | None = None) -> list[str]:
    """The paths that ``stages`` read and that no stage makes, in order."""
    outputs = {path for stage in (all_stages or stages).values() for path in _outputs(stage)}
    paths = [fill(dep, values) for name, stage in stages.items() if name != CHECK for dep in stage.get("deps", [])]
    return [path for path in dict.fromkeys(paths) if path not in outputs]


def path_parameters(stages: Stages) -> list[str]:
    """The dotted parameters that occur in the names of dependencies."""
    deps = [dep for stage in stages.values() for dep in stage.get("deps", [])]
    return list(dict.fromkeys(name for dep in deps for name in re.findall(r"\$\{([^}]+)\}", dep)))


def leading_to(stages: Stages, last: str) -> list[str]:
    """``last`` and every stage that it depends on, in the order of dvc.yaml."""
    maker = {path: name for name, stage in stages.items() for path in _outputs(stage)}
    needed, waiting = set(), [last]
    while waiting:
        name = waiting.pop()
        needed.add(name)
        waiting += {maker[dep] for dep in stages[name].get("deps", []) if dep in maker} - needed
    return [name for name in stages if name in needed]


def fill(text: str, values: Mapping[str, Any]) -> str:
    """``text`` with every ``${dotted.parameter}`` replaced by its value."""
    return re.sub(r"\$\{([^}]+)\}", lambda match: str(parameter(values, match[1])), text)


def parameter(values: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 - YAML values
    """The value of a dotted parameter.

    Raises:
        InputError: there is no parameter with this name.
    """
    try:
        return look_up(values, name)
    except KeyError as error:
        raise InputError(f"params.yaml has no parameter `{name}`, but dvc.yaml needs it.") from error


def _names(params: list[str], values: Mapping[str, Any]) -> list[str]:
    return sorted({fill(name, values) for name in params})


def _outputs(stage: Mapping[str, Any]) -> Iterator[str]:
    for key in ("outs", "metrics", "plots"):
        for entry in stage.get(key, []):
            yield next(iter(entry)) if isinstance(entry, dict) else entry
