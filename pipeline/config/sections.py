"""The check of all parameters of params.yaml together, before any stage runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from pipeline.bow.vocabulary import BowParams
from pipeline.clusters.pivot import ClusterParams
from pipeline.common.errors import InputError, nearest
from pipeline.config.parameters import NONE, TOP, Params
from pipeline.documents import IntakeParams, check_dataset_name
from pipeline.documents.select import listed_languages
from pipeline.encoders.all_encoders import ENCODERS
from pipeline.encoders.choice import AUTO
from pipeline.encoders.known_languages import check_encoder_languages
from pipeline.evaluation.classify import ClassifyParams
from pipeline.evaluation.evaluate import EvaluateParams
from pipeline.lexicon.links import LinkParams
from pipeline.models.all_models import MODELS, model_class
from pipeline.report.report_params import ReportParams
from pipeline.run.layout import LAYOUT
from pipeline.tokens.tokenise import TokeniseParams
from pipeline.training.train_params import TrainParams

SECTIONS: dict[str, type[BaseModel]] = {
    "documents": IntakeParams,
    "tokenise": TokeniseParams,
    "bow": BowParams,
    **{name: kind for name, (kind, _) in ENCODERS.items()},
    "cluster": ClusterParams,
    "train": TrainParams,
    **{name: model_class(name).section for name in MODELS},
    "evaluate": EvaluateParams,
    "classify": ClassifyParams,
}

CHOICES = {"model": tuple(MODELS), "encoder": (AUTO, *ENCODERS)}
TOP_ONLY: tuple[type[BaseModel], ...] = (LinkParams, ReportParams)
PATHS = ("path", "reference", "dictionary", "parallel", "vectors", "labels", "comparison")


def check_parameters(params: Params) -> None:
    """Check every parameter, also those of sections that the run does not use.

    Raises:
        InputError: keys are unknown, or types or values are wrong; each fault has one line.
    """
    if problems := list(dict.fromkeys(_problems(params))):  # a fault of a shared parameter is reported once
        raise InputError("\n".join(problems))


def check_paths(params: Params) -> None:
    """Check that the files and folders which the parameters name exist.

    This is not part of :func:`check_parameters`, which needs only the file of parameters.

    Raises:
        InputError: the documents are in a folder with outputs, or some paths are missing; each has one line.
    """
    paths = {name: params.values.get(name) for name in PATHS}
    for section, name in (("tokenise", "stopwords"), ("bow", "vocabulary")):
        paths[f"{section}.{name}"] = (params.values.get(section) or {}).get(name)
    _check_apart(params, paths["path"])
    missing_paths = {name: path for name, path in paths.items() if path is not None and not Path(path).exists()}
    if missing_paths:
        lines = [
            f"{params.path}: {name} = {str(path)!r}: this path does not exist." for name, path in missing_paths.items()
        ]
        if "path" in missing_paths:
            lines.append("`path` is for your documents; `make data DATASET=ecnews` fetches those of a preset.")
        if len(missing_paths) > ("path" in missing_paths):
            lines.append(f"Set the paths that your run does not need to `{NONE}`.")
        raise InputError("\n".join(lines))
    if paths["dictionary"] is not None and not Path(paths["dictionary"]).is_dir() and paths["dictionary"] != NONE:
        raise InputError(
            f"{params.path}: dictionary = {paths['dictionary']!r} is a file. Call it by the codes of its languages, "
            "such as en-zh.tsv, put it into a folder, and name the folder."
        )


def _check_apart(params: Params, path: Any) -> None:  # noqa: ANN401 - any YAML value
    outputs = (LAYOUT.tables, LAYOUT.model, LAYOUT.reports)
    folder = Path(str(path)).resolve()
    held = [output for output in outputs if folder in (output.resolve(), *output.resolve().parents)]
    if held:
        raise InputError(
            f"{params.path}: path = {str(path)!r}: this folder holds {held[0]}, which a run writes. "
            "Put the documents into a folder of their own, such as `mycorpus`."
        )


def _problems(params: Params) -> Iterator[str]:
    yield from _unknown_keys(params)
    yield from _fault_lines(partial(params.choice, "model", CHOICES["model"]))
    yield from _fault_lines(partial(params.choices, "encoder", CHOICES["encoder"], tuple(ENCODERS)))
    for section_class in TOP_ONLY:
        yield from _fault_lines(partial(params.top, section_class))
    yield from _misplaced(params)
    yield from _mappings(params)
    yield from _wrong_names(params)
    without_ablations = params.having(ablate=[])  # `ablate` names terms of the chosen model
    for name, section_class in SECTIONS.items():
        section_params = without_ablations if name in MODELS and name != params.values.get("model") else params
        yield from _fault_lines(partial(section_params.section, name, section_class))


def _unknown_keys(params: Params) -> Iterator[str]:
    known = sorted({*TOP, *SECTIONS})
    for key in sorted(params.values.keys() - set(known), key=str):
        meant = nearest(str(key), known)
        hint = f"did you mean `{meant}`?" if meant else f"the known names are {', '.join(known)}."
        yield f"{params.path}: {key} is not a parameter; {hint}"


def _misplaced(params: Params) -> Iterator[str]:
    for section in SECTIONS:
        block = params.values.get(section)
        for key in block if isinstance(block, dict) else ():
            if key in TOP:
                yield f"{params.path}: {section}.{key} belongs at the top level, as `{key}`."


def _mappings(params: Params) -> Iterator[str]:
    for name, meaning in TOP.items():
        if isinstance(value := params.values.get(name), dict):
            yield f"{params.path}: {name} = {value!r}: expected a value ({meaning}), found a section of parameters."


def _wrong_names(params: Params) -> list[str]:
    """What is wrong with the name of the data set, and with the languages, also for the encoder."""
    try:
        intake = params.section("documents", IntakeParams)
    except InputError:
        return []  # reported with its section
    checks = (
        partial(check_dataset_name, intake.dataset),
        partial(_check_listed_languages, intake.languages, params.values.get("encoder")),
    )
    return [f"{params.path}: {line}" for check in checks for line in _fault_lines(check)]


def _check_listed_languages(languages: str | list[str], encoder: Any) -> None:  # noqa: ANN401 - any YAML value
    check_encoder_languages(encoder, listed_languages(languages) or ())


def _fault_lines(read: Callable[[], object]) -> list[str]:
    try:
        read()
    except InputError as error:
        return str(error).splitlines()
    return []
