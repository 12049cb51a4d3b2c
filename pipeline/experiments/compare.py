"""A comparison from request to table: plan the runs, run them, and collect their figures."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.common.errors import InputError, PipelineError
from pipeline.common.json_files import write_json
from pipeline.common.whole_files import write_text
from pipeline.common.wording import counted
from pipeline.comparison.collect import run_figures
from pipeline.comparison.plot import draw_comparison
from pipeline.comparison.published import read_published
from pipeline.comparison.results import Comparison, RunFigures, as_json, write_markdown
from pipeline.config.parameters import NONE, PARAMS, yaml_value
from pipeline.config.presets import PRESETS
from pipeline.experiments.keys import Stages, path_parameters
from pipeline.experiments.runs import Outcome, Plan, run_all
from pipeline.experiments.settings import check_models, choose_rows, run_settings
from pipeline.run.record import without_paths

FACTS = ("dataset", "num_topics", "encoder", "reference")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Request:
    """What to compare.

    Attributes:
        preset: preset of the data set; None uses params.yaml unchanged.
        models: names of rows; if empty, all rows of the list.
        seeds: seeds as the user typed them.
        listed: the list of rows, see :func:`pipeline.experiments.settings.choose_rows`.
        where: the file of the list.
        stages: the ``stages`` of dvc.yaml.
        common: dotted parameter -> value, for all rows.
    """

    preset: str | None
    models: Sequence[str]
    seeds: Sequence[str]
    listed: Mapping[str, Any]
    where: str
    stages: Stages
    common: Mapping[str, Any] = field(default_factory=dict)


def compare(request: Request, published: Mapping[str, Any], root: Path | None = None) -> Comparison:
    """Run everything that has not run before and collect all figures; see :func:`pipeline.experiments.runs.run_all`.

    Args:
        request: what to compare.
        published: see :func:`pipeline.comparison.published.read_published`.
        root: the repository; by default the working folder.

    Raises:
        InputError: rows, models, seeds, parameters or inputs that do not exist.
    """
    from pipeline.models.all_models import MODELS, model_class  # imported here because it loads torch

    root = (root or Path.cwd()).resolve()
    rows = choose_rows(request.listed, request.models, request.where)
    check_models(rows, list(MODELS), request.where)
    seeds, paths = read_seeds(request.seeds), path_parameters(request.stages)
    settings = {
        (row, seed): run_settings(root / PARAMS, request.preset, row, seed, paths, root / PRESETS, request.common)
        for row in rows
        for seed in seeds
    }
    outcomes = run_all([Plan(row, seed, run) for (row, seed), run in settings.items()], request.stages, root)
    values = settings[rows[0], seeds[0]].values
    with_added_theta = {name for name in MODELS if not model_class(name).theta_from_paper}
    starting = {name for name in MODELS if model_class(name).starts_from_clusters}
    return Comparison(
        f"Comparison on {request.preset or values['dataset']}",
        shared_facts([run.values for run in settings.values()]),
        {row: [_figures(run, row.model in starting) for run in outcomes if run.plan.row is row] for row in rows},
        read_published(published, str(values["dataset"]), [row.name for row in rows]),
        frozenset(row.name for row in rows if row.model in with_added_theta),
    )


def write_comparison(comparison: Comparison, output: Path) -> None:
    """Write the table, the figures and the plot.

    Args:
        comparison: comparison of finished runs.
        output: path of the files without the ending.

    Raises:
        PipelineError: every run failed. The table, which says why, is written.
    """
    write_text(write_markdown(comparison), output.with_suffix(".md"))
    write_json(as_json(comparison), output.with_suffix(".json"))
    if not comparison.keys:
        raise PipelineError(f"every run failed; {output.with_suffix('.md')} lists the reasons.")
    write_text(draw_comparison(comparison), output.with_suffix(".svg"))
    failed = len(comparison.failed())
    log.info(
        "%s (and .json, .svg)%s", output.with_suffix(".md"), f"; failed: {counted(failed, 'run')}" if failed else ""
    )


def read_seeds(texts: Sequence[str]) -> list[int]:
    """Seeds as numbers.

    Raises:
        InputError: there is no seed, a seed is not a whole number from 0, or a seed occurs twice.
    """
    if not texts or len(set(texts)) < len(texts) or not all(text.isascii() and text.isdigit() for text in texts):
        raise InputError(f"seeds {','.join(texts)!r}: expected different whole numbers, 0 or larger, as in 0,1,2.")
    return [int(text) for text in texts]


def read_overrides(texts: Sequence[str]) -> dict[str, Any]:
    """Dotted parameter -> value, from texts ``name=value`` whose values are YAML.

    Raises:
        InputError: a text has no ``=``, or a value is not YAML.
    """
    overrides = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign:
            raise InputError(f"{text!r}: expected name=value, as in classify.method=fast.")
        overrides[name] = yaml_value(value)
    return overrides


def shared_facts(settings: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The parameters that a reader needs to know and that are equal in all runs."""
    first = settings[0]
    shared = [name for name in FACTS if all(values.get(name) == first.get(name) for values in settings)]
    return without_paths({name: first.get(name) for name in shared if first.get(name) != NONE})


def _figures(outcome: Outcome, with_start: bool) -> RunFigures:
    plan = outcome.plan
    if outcome.metrics is None or outcome.classification is None:
        return RunFigures(plan.seed, outcome.key, None, outcome.error)
    figures = run_figures(outcome.metrics, outcome.classification, outcome.training, with_start)
    return RunFigures(plan.seed, outcome.key, figures)
