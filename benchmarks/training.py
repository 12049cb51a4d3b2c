"""Training and inference at EC News's sizes; the yardsticks are a plain dense step, and one document at a time."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import numpy as np
import torch
from scipy.sparse import csr_array

from benchmarks.case import Case, Work, timed
from benchmarks.dense_step import dense_steps
from benchmarks.ec_news import DOCUMENTS, LANGUAGES, Sizes, corpus, step_flops
from pipeline.models.all_models import build_model, model_class
from pipeline.models.theta_and_beta import theta_scores
from pipeline.models.topic_model import LanguageCorpus, NeuralTopicModel
from pipeline.training.loop import train
from pipeline.training.train_params import TrainParams

SIZES = Sizes()
STEPS, PLAIN_STEPS = 20, 15  # steps in an epoch of train_step, and steps of the yardstick
ONE_BY_ONE = 500
SETTINGS = {"batch_size": SIZES.batch, "device": "cpu"}


def train_epoch() -> Case:
    """An epoch as a user runs it, with everything that training does around the steps."""
    steps = -(-DOCUMENTS // SIZES.batch)
    seconds = _trainer(corpus(SIZES, DOCUMENTS))
    return Case(
        "s",
        Work(lambda: seconds(1)),
        Work(_dense_seconds(PLAIN_STEPS), PLAIN_STEPS / steps),
        f"{DOCUMENTS:,} documents a language, the first epoch of a run; the plain dense step times {steps} "
        f"(timed on {PLAIN_STEPS} steps)",
        repeats=3,
        profiler="torch",
    )


def infer() -> Case:
    """The posterior of documents, by a trained model."""
    language = LANGUAGES[0]
    bow = corpus(SIZES, DOCUMENTS)[language].bow
    model = _model()
    return Case(
        "documents/s",
        Work(timed(lambda: theta_scores(model, language, bow)), DOCUMENTS),
        Work(timed(lambda: _one_by_one(model, language, bow)), ONE_BY_ONE),
        f"{DOCUMENTS:,} documents at once; one at a time, timed on {ONE_BY_ONE}",
        profiler="torch",
    )


def _step(name: str, *, flops: float | None = None, **block: object) -> Case:
    """One step without the work that a run does only once: the time of two more epochs, divided by their steps."""
    documents = corpus(SIZES, SIZES.batch * STEPS)
    seconds = _trainer(documents, name, **block)
    seconds(1)
    settings = "".join(f", {key}: {value}" for key, value in block.items())
    return Case(
        "ms",
        Work(lambda: seconds(3) - seconds(1), 2 * STEPS),
        Work(_dense_seconds(PLAIN_STEPS), PLAIN_STEPS),
        f"{name} at EC News sizes, batch {SIZES.batch}{settings}; XTRA's plain dense step (benchmarks/dense_step.py)",
        repeats=5,
        flops=flops,
        profiler="torch",
    )


train_step = partial(_step, "xtra", flops=step_flops(SIZES))
train_step_sparing = partial(_step, "xtra", beta_every=4)  # as in the preset `ecnews-fast`
train_step_gloctm = partial(_step, "gloctm")
train_step_infoctm = partial(_step, "infoctm")
train_step_nmtm = partial(_step, "nmtm")
train_step_zeroshot = partial(_step, "zeroshot")
train_step_zeroshot_kd = partial(_step, "zeroshot-kd")
train_step_m3l = partial(_step, "m3l")  # every document has a translation


def _model(name: str = "xtra", **block: object) -> NeuralTopicModel:
    torch.manual_seed(0)
    vocabulary, params = dict.fromkeys(LANGUAGES, SIZES.vocabulary), model_class(name).section.model_validate(block)
    model = build_model(name, vocabulary, SIZES.topics, SIZES.embedding, params)
    assert isinstance(model, NeuralTopicModel)
    return model


def _trainer(documents: Mapping[str, LanguageCorpus], name: str = "xtra", **block: object) -> Callable[[int], float]:
    """A function from a number of epochs to the seconds of training; it always trains the same model."""
    model = _model(name, **block)
    model.start_from(documents)

    def seconds(epochs: int) -> float:
        params = TrainParams.model_validate({"num_topics": SIZES.topics, "epochs": epochs} | SETTINGS)
        with tempfile.TemporaryDirectory() as folder:
            return timed(partial(train, model, documents, params, Path(folder)))()

    return seconds


def _dense_seconds(number: int) -> Callable[[], float]:
    """Seconds of a number of plain steps; the plain model is made and warmed up at the first call."""
    step_functions: list[Callable[[int], None]] = []

    def seconds() -> float:
        if not step_functions:
            step_functions.append(dense_steps(SIZES))
            step_functions[0](2)
        return timed(lambda: step_functions[0](number))()

    return seconds


def _one_by_one(model: NeuralTopicModel, language: str, bow: csr_array) -> np.ndarray:
    return np.concatenate([theta_scores(model, language, bow[row : row + 1]) for row in range(ONE_BY_ONE)])
