"""The runs of a comparison. Each run is a DVC experiment and is done only once."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.common.errors import InputError
from pipeline.common.json_files import read_json, read_sealed_json, write_sealed_json
from pipeline.common.whole_files import write_text
from pipeline.common.wording import counted
from pipeline.comparison.results import ComparedRow
from pipeline.config.parameters import PARAMS
from pipeline.experiments.keys import Keys, Stages, inputs, leading_to
from pipeline.experiments.scratch import SHARED, scratch_copy
from pipeline.experiments.settings import RunSettings
from pipeline.run.layout import LAYOUT
from pipeline.run.times import read_times
from pipeline.workspace.tool_failures import failure
from pipeline.workspace.tools import dvc, git

RESULTS = SHARED / "comparison"
TIMES = RESULTS / "times.jsonl"
MEASURES = ("evaluate", "classify")  # the stages whose figures are compared
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Plan:
    """A run to be done."""

    row: ComparedRow
    seed: int
    settings: RunSettings

    @property
    def name(self) -> str:
        """The name of the run in messages."""
        return f"{self.row.name}, seed {self.seed}"


@dataclass(frozen=True)
class Outcome:
    """The result of a run.

    Attributes:
        plan: the run.
        key: key of everything that decides the run.
        metrics: reports/metrics.json; None if the run failed.
        classification: reports/classification.json; None if the run failed.
        training: ``seconds`` and ``peak_mb`` of the training; None if they were not recorded.
        error: why the run failed.
    """

    plan: Plan
    key: str
    metrics: dict[str, Any] | None = None
    classification: dict[str, Any] | None = None
    training: dict[str, float | None] | None = None
    error: str | None = None


def run_all(plans: Sequence[Plan], stages: Stages, root: Path) -> list[Outcome]:
    """Do the runs whose parameters, inputs and code have not run before; a failed run does not stop the others.

    Raises:
        InputError: an input is missing.
    """
    stages = measuring(stages)
    input_paths = list(dict.fromkeys(path for plan in plans for path in inputs(stages, plan.settings.values)))
    _check_inputs(input_paths, plans[0], root)
    with scratch_copy(root, input_paths) as folder:
        keys = Keys(stages, folder)
        keyed = [(plan, keys.key(plan.settings.values), keys.key(plan.settings.values, "train")) for plan in plans]
        runner = Runner(root, folder)
        missing = {key for _, key, _ in keyed if not runner.answered(key)}
        with_result = sum(key not in missing for _, key, _ in keyed)
        log.info("%s: %d with a result already, %d to do", counted(len(keyed), "run"), with_result, len(missing))
        return list(_outcomes(runner, keyed, len(missing)))


def measuring(stages: Stages) -> Stages:
    """The stages that a comparison needs: those that lead to figures, without those that only show them."""
    needed = {name for last in MEASURES for name in leading_to(stages, last)}
    return {name: stage for name, stage in stages.items() if name in needed}


def _outcomes(runner: Runner, keyed: Sequence[tuple[Plan, str, str]], to_do: int) -> Iterator[Outcome]:
    seconds: list[float] = []
    for plan, key, training in keyed:
        if runner.answered(key):
            yield runner.outcome(plan, key, training)
            continue
        started = time.perf_counter()
        outcome = runner.run(plan, key, training)
        seconds.append(time.perf_counter() - started)
        seconds_left = sum(seconds) / len(seconds) * max(0, to_do - len(seconds))
        result = f"failed: {outcome.error}" if outcome.error else "done"
        log.info(
            "%s: %s; %.0f s, about %.0f s left (%d of %d)",
            plan.name,
            result,
            seconds[-1],
            seconds_left,
            len(seconds),
            to_do,
        )
        yield outcome


class Runner:
    """Does runs in the copy of the project; results are kept in the workspace's data/cache.

    Args:
        root: the workspace.
        folder: the copy of the project.
    """

    def __init__(self, root: Path, folder: Path) -> None:
        self.root, self.folder = root, folder
        self.results = root / RESULTS

    def answered(self, key: str) -> bool:
        """Whether a run with this key has succeeded; a damaged result is deleted, so that its run is done again."""
        path = self._result(key)
        try:
            return path.exists() and read_sealed_json(path).keys() >= {"metrics", "classification"}
        except InputError:
            log.warning("%s is damaged; it is deleted and its run is done again", path)
            path.unlink()
            return False

    def outcome(self, plan: Plan, key: str, training: str) -> Outcome:
        """The result of a run that has succeeded, with the recorded cost of its training."""
        kept = read_sealed_json(self._result(key))
        return Outcome(plan, key, kept["metrics"], kept["classification"], read_training(self.root / TIMES, training))

    def run(self, plan: Plan, key: str, training: str) -> Outcome:
        """Do one run as an experiment; its commit is then in the workspace's repository as well."""
        write_text(plan.settings.text, self.folder / PARAMS)
        name, output = _experiment(plan, key), self.results / f"{key}.log"
        variables = {"PIPELINE_RUN": training, "PIPELINE_TIMES": str(self.root / TIMES)}
        if dvc(self.folder, ["exp", "run", "--name", name, *MEASURES], output, variables=variables):
            message = failure(output.read_text(encoding="utf-8", errors="replace"))
            return Outcome(plan, key, error=f"{message} (the full output is in {output.relative_to(self.root)})")
        reports = {name: read_json(self.folder / getattr(LAYOUT, name)) for name in ("metrics", "classification")}
        result = {"row": plan.row.name, "seed": plan.seed, "experiment": name, **reports}
        write_sealed_json(result, self._result(key))
        self._keep_experiment()
        return self.outcome(plan, key, training)

    def _keep_experiment(self) -> None:
        refs = git(self.folder, "for-each-ref", "--format=%(refname)", "refs/exps").split()
        refs = [ref for ref in refs if not ref.startswith("refs/exps/exec/")]
        try:
            git(self.root, "fetch", "--quiet", "--no-tags", str(self.folder), *(f"+{ref}:{ref}" for ref in refs))
        except InputError as error:  # the result exists, but `dvc exp show` will not list it
            log.warning(
                "the experiment was not copied into the repository, so `dvc exp show` does not list it: %s", error
            )
        for ref in refs:
            git(self.folder, "update-ref", "-d", ref)

    def _result(self, key: str) -> Path:
        return self.results / f"{key}.json"


def read_training(times: Path, training: str) -> dict[str, float | None] | None:
    """Seconds and peak memory of the last training with this key, as the stage recorded them.

    Args:
        times: JSON Lines with stage, run, seconds and peak_mb.
        training: key of everything that decides the training.
    """
    rows = [row for row in read_times(times) if row.run == training and row.stage == "train"]
    return {"seconds": rows[-1].seconds, "peak_mb": rows[-1].peak_mb} if rows else None


def _experiment(plan: Plan, key: str) -> str:
    words = re.sub(r"[^a-z0-9]+", "-", plan.row.name.lower()).strip("-") or "run"
    return f"{words}-s{plan.seed}-{key[:7]}"


def _check_inputs(needed: Sequence[str], plan: Plan, root: Path) -> None:
    for path in needed:
        if not (root / path).exists():
            dataset = plan.settings.values.get("dataset")
            raise InputError(
                f"{path} is missing, but the runs read it. If {dataset!r} is one of the public data sets, "
                f"`make data DATASET={dataset}` fetches it. Otherwise create it, or name another path in params.yaml."
            )
