"""The training loop that every neural model shares."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from pydantic import BaseModel, ConfigDict, Field

from pipeline.common.errors import InputError
from pipeline.common.progress import track
from pipeline.models.base import LanguageCorpus, LossParts, NeuralTopicModel, model_device
from pipeline.training.batches import epoch_batches, steps_an_epoch
from pipeline.training.checkpoint import load_checkpoint, save_checkpoint
from pipeline.training.step import make_optimiser, optimise

log = logging.getLogger(__name__)


class TrainParams(BaseModel):
    """The ``train`` section of params.yaml.

    Attributes:
        num_topics: K (top level).
        seed: of the weights, the order, noise and dropout (top level).
        epochs: passes over the largest language.
        batch_size: documents of every language in a step.
        learning_rate: Adam's at the start.
        halve_every: epochs after which the learning rate halves.
        clip: largest norm of a step's gradient.
        checkpoint_every: epochs between checkpoints; a killed run resumes at the last.
        device: ``auto`` takes a GPU when there is one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    num_topics: int = Field(50, ge=2)
    seed: int = Field(0, ge=0, lt=2**32)
    epochs: int = Field(100, ge=1)
    batch_size: int = Field(128, ge=3)  # equal parts of fewer could be of one, and BatchNorm needs two
    learning_rate: float = Field(0.002, gt=0)
    halve_every: int = Field(250, ge=1)
    clip: float = Field(1.0, gt=0)
    checkpoint_every: int = Field(10, ge=1)
    device: Literal["auto", "cpu", "cuda"] = "auto"


class NonFiniteLossError(InputError):
    """The loss is NaN or infinite; the last good checkpoint is kept."""


def pick_device(name: Literal["auto", "cpu", "cuda"]) -> torch.device:
    """The device to train on.

    Raises:
        InputError: ``cuda`` is asked for and there is none.
    """
    if name == "cuda" and not torch.cuda.is_available():
        raise InputError("train.device is `cuda`, but torch finds no GPU. Set it to `auto` or `cpu`.")
    return torch.device("cuda" if name != "cpu" and torch.cuda.is_available() else "cpu")


def train(
    model: NeuralTopicModel, corpus: Mapping[str, LanguageCorpus], params: TrainParams, checkpoints: Path
) -> list[dict[str, float]]:
    """Train ``model`` in place, resuming from ``checkpoints`` where an earlier run was killed.

    An epoch's order, noise and dropout depend on the seed and the epoch's number alone, so a resumed run
    ends with the same weights as an unbroken one.

    Returns:
        One row an epoch: its number, the mean of every loss term and their total.

    Raises:
        NonFiniteLossError: before the step that would have spoilt the weights.
    """
    device = pick_device(params.device)
    model.to(device).train()
    optimiser = make_optimiser(model, params.learning_rate)
    history = load_checkpoint(checkpoints, model, optimiser)
    steps = steps_an_epoch(corpus, params.batch_size)
    log.info("%d epochs of %d steps on %s%s", params.epochs, steps, device, _resumed(history))
    for epoch in track(range(len(history), params.epochs), "epochs", params.epochs - len(history)):
        for group in optimiser.param_groups:
            group["lr"] = params.learning_rate * 0.5 ** (epoch // params.halve_every)
        history.append({"epoch": epoch + 1, **_epoch(model, corpus, params, optimiser, epoch + 1)})
        _check_weights(model, epoch + 1)
        if (epoch + 1) % params.checkpoint_every == 0 and epoch + 1 < params.epochs:
            save_checkpoint(checkpoints, model, optimiser, history)
    return history


def _epoch(
    model: NeuralTopicModel,
    corpus: Mapping[str, LanguageCorpus],
    params: TrainParams,
    optimiser: torch.optim.Optimizer,
    epoch: int,
) -> dict[str, float]:
    """One pass over the corpus; returns the mean of every loss term and their total."""
    rng = np.random.default_rng((params.seed, epoch))
    torch.manual_seed(int(rng.integers(2**62)))
    steps = []
    for number, batches in enumerate(epoch_batches(corpus, params.batch_size, rng, model_device(model)), 1):
        parts = model.loss(batches)
        _check_finite(parts, f"epoch {epoch}, batch {number}")
        optimise(model, optimiser, parts.total, params.clip)
        steps.append(parts.values())
    means = {name: float(np.mean([step[name] for step in steps])) for name in steps[0]}
    return means | {"total": sum(means.values())}


def _check_finite(parts: LossParts, where: str) -> None:
    if not math.isfinite(float(parts.total.detach())):
        shown = ", ".join(f"{name} {value:.4g}" for name, value in parts.values().items())
        raise NonFiniteLossError(
            f"the loss is not finite in {where}: {shown}. The last good checkpoint is kept. "
            "Lower train.learning_rate, or the weight of the term that is not finite."
        )


def _check_weights(model: NeuralTopicModel, epoch: int) -> None:
    for name, parameter in model.named_parameters():
        if not parameter.detach().isfinite().all():
            raise NonFiniteLossError(
                f"weights of {name} are not finite after epoch {epoch}. The last good checkpoint is kept. "
                "Lower train.learning_rate."
            )


def _resumed(history: list[dict[str, float]]) -> str:
    return f", resumed after epoch {len(history)}" if history else ""
