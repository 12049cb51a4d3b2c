"""The training loop that every neural model shares."""

from __future__ import annotations

import ctypes
import logging
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl
import torch

from pipeline.common.errors import InputError, MissingResourceError
from pipeline.common.progress import track
from pipeline.common.reproducible import prepare_torch
from pipeline.common.wording import counted
from pipeline.models.topic_model import Batch, LanguageCorpus, NeuralTopicModel
from pipeline.training.batches import Batches
from pipeline.training.checkpoint import load_checkpoint, save_checkpoint
from pipeline.training.optimiser import Optimiser
from pipeline.training.precision import products_in
from pipeline.training.train_params import TrainParams, learning_rate

log = logging.getLogger(__name__)
CHECK_EVERY = 64  # steps after which a loss that is not finite is noticed; no step is made after such a loss


class NonFiniteLossError(InputError):
    """The loss is NaN or infinite; the last good checkpoint is kept."""


def pick_device(name: Literal["auto", "cpu", "cuda"]) -> torch.device:
    """The device to train on.

    Raises:
        InputError: the name is ``cuda``, but there is no GPU.
    """
    if name == "cuda" and not torch.cuda.is_available():
        raise InputError("train.device is `cuda`, but torch finds no GPU. Set it to `auto` or `cpu`.")
    return torch.device("cuda" if name != "cpu" and torch.cuda.is_available() else "cpu")


def train(
    model: NeuralTopicModel, corpus: Mapping[str, LanguageCorpus], params: TrainParams, checkpoints: Path
) -> list[dict[str, float]]:
    """Train ``model`` in place, resuming from ``checkpoints`` where an earlier run was killed.

    An epoch's order, noise and dropout depend only on the seed and on the epoch's number, so a resumed run ends with
    the same weights as one that was not interrupted.

    Returns:
        One row for each epoch: its number, the mean of every loss term and their total.

    Raises:
        NonFiniteLossError: a loss or a weight is not finite; no step is made after such a loss.
        MissingResourceError: the GPU has too little memory.
    """
    keep_freed_memory()
    prepare_torch()
    with _enough_memory(params):
        return _train(model, corpus, params, checkpoints)


@contextmanager
def _enough_memory(params: TrainParams) -> Iterator[None]:
    """Explain an end of the GPU's memory. Smaller batches are left to the user, since they change the result."""
    try:
        yield
    except torch.OutOfMemoryError as error:
        raise MissingResourceError(
            f"the GPU has too little free memory for batches of {counted(params.batch_size, 'document')} ({error}). "
            "Free memory, lower `train.batch_size`, or set `train.device` to `cpu`. The last good checkpoint is kept."
        ) from error


def _train(
    model: NeuralTopicModel, corpus: Mapping[str, LanguageCorpus], params: TrainParams, checkpoints: Path
) -> list[dict[str, float]]:
    device = pick_device(params.device)
    model.to(device).train()
    batches = Batches(corpus, params.batch_size, device, model.paired)
    optimiser = Optimiser(model, params.learning_rate, params.clip)
    with closing(optimiser), products_in(params.precision, model):  # the weights are up to date at the end in any case
        history = load_checkpoint(checkpoints, model, optimiser)
        plan = counted(params.epochs, "epoch"), counted(batches.steps, "step")
        log.info("%s of %s on %s%s", *plan, device, _resumed(history))
        for epoch in track(range(len(history), params.epochs), "epochs", params.epochs - len(history)):
            rng = np.random.default_rng((params.seed, epoch + 1))
            torch.manual_seed(int(rng.integers(2**62)))
            steps = zip(batches.epoch(rng), _rates(params, epoch, batches.steps), strict=True)
            history.append({"epoch": epoch + 1, **_epoch(model, steps, optimiser, epoch + 1)})
            _check_weights(model, epoch + 1)
            if (epoch + 1) % params.checkpoint_every == 0 and epoch + 1 < params.epochs:
                save_checkpoint(checkpoints, model, optimiser, history)
    return history


def loss_table(losses: list[dict[str, float]]) -> pl.DataFrame:
    """What :func:`train` returns, as rows of epoch, term and loss; no rows for a model without training."""
    if not losses:
        return pl.DataFrame(schema={"epoch": pl.Int64, "term": pl.String, "loss": pl.Float64})
    return pl.DataFrame(losses).unpivot(index="epoch", variable_name="term", value_name="loss")


def _rates(params: TrainParams, epoch: int, steps: int) -> list[float]:
    """The learning rates of an epoch's steps; the first epoch has number 0."""
    starts = [epoch + step / steps for step in range(steps)]
    return [
        learning_rate(params.schedule, params.learning_rate, start, params.epochs, params.halve_every)
        for start in starts
    ]


def _epoch(
    model: NeuralTopicModel, steps: Iterator[tuple[dict[str, Batch], float]], optimiser: Optimiser, epoch: int
) -> dict[str, float]:
    """Make one pass over the corpus; return the mean of every loss term and their total.

    The losses stay on the device and are read only every :data:`CHECK_EVERY` steps, so that a GPU need not wait.
    """
    names: list[str] = []
    values: list[torch.Tensor] = []
    for number, (batch, rate) in enumerate(steps, 1):
        optimiser.learning_rate = rate
        parts = model.loss(batch)
        norm = optimiser.step(parts.total)
        names = list(parts.terms)
        values.append(torch.stack([*parts.terms.values(), norm]).detach())
        if number % CHECK_EVERY == 0:
            _check_steps(optimiser, names, values, epoch)
    optimiser.settle()
    _check_steps(optimiser, names, values, epoch)
    means = torch.stack(values).double().mean(dim=0)[:-1].tolist()
    return dict(zip(names, means, strict=True)) | {"total": sum(means)}


def _check_steps(optimiser: Optimiser, names: list[str], values: list[torch.Tensor], epoch: int) -> None:
    if not optimiser.failed:
        return
    losses = torch.stack(values)
    number = int((~losses.sum(dim=1).isfinite()).nonzero()[0])  # finite terms may have an infinite total
    terms = zip([*names, "gradient"], losses[number].tolist(), strict=True)
    raise NonFiniteLossError(
        f"the loss is not finite in epoch {epoch}, batch {number + 1}: "
        + ", ".join(f"{name} {value:.4g}" for name, value in terms)
        + ". The last good checkpoint is kept. "
        "Lower train.learning_rate, or the weight of the term that is not finite."
    )


def _check_weights(model: NeuralTopicModel, epoch: int) -> None:
    for name, parameter in model.named_parameters():
        if not parameter.detach().isfinite().all():
            raise NonFiniteLossError(
                f"the weights of {name} are not finite after epoch {epoch}. The last good checkpoint is kept. "
                "Lower train.learning_rate."
            )


def _resumed(history: list[dict[str, float]]) -> str:
    return f", resumed after epoch {len(history)}" if history else ""


def keep_freed_memory() -> None:
    """Let the C library keep freed memory: a training step needs arrays of the same sizes again and again.

    If their memory went back to the system, fetching it again would cost more than the computation. The function has
    an effect only with glibc.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError, TypeError):
        return
    trim_threshold, mmap_threshold = -1, -3  # malloc.h
    mallopt(trim_threshold, 2**31 - 1)
    mallopt(mmap_threshold, 2**30)
