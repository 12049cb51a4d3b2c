"""The parameters of training, and the learning rate that they give each step."""

from __future__ import annotations

import math
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Schedule = Literal["halve", "cycle"]


WARM_UP = 0.1  # of all epochs


BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8  # Adam's defaults, as the papers use it


Precision = Literal["float32", "tf32", "bf16"]


class TrainParams(BaseModel):
    """The ``train`` section of params.yaml.

    Attributes:
        num_topics: K (top level).
        seed: of the weights, the order, noise and dropout (top level).
        epochs: passes over the largest language.
        batch_size: documents of every language in a step.
        learning_rate: Adam's, at its highest.
        schedule: how it falls: halved now and then, or along one cycle.
        halve_every: epochs after which ``halve`` halves it.
        clip: largest norm of a step's gradient.
        checkpoint_every: epochs between checkpoints; a killed run resumes at the last.
        device: ``auto`` takes a GPU when there is one.
        precision: of matrix products; less than float32 is for GPUs, and on a CPU slower or the same.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    num_topics: int = Field(10, ge=2)
    seed: int = Field(0, ge=0, lt=2**32)
    epochs: int = Field(60, ge=1)
    batch_size: int = Field(32, ge=3)  # equal parts of fewer could be of one, and BatchNorm needs two
    learning_rate: float = Field(0.0005, gt=0)
    schedule: Schedule = "halve"
    halve_every: int = Field(20, ge=1)
    clip: float = Field(1.0, gt=0)
    checkpoint_every: int = Field(10, ge=1)
    device: Literal["auto", "cpu", "cuda"] = "auto"
    precision: Precision = "float32"


def learning_rate(schedule: Schedule, highest: float, epoch: float, epochs: int, halve_every: int) -> float:
    """The rate of a step that starts at ``epoch``, 0 at first, a fraction within an epoch.

    - ``halve``: ``highest``, halved after every ``halve_every`` epochs, as the papers do;
    - ``cycle``: up from a tenth of ``highest`` in the first tenth of the ``epochs``, then down to zero along half a
      cosine (one cycle, Smith 2018).
    """
    if schedule == "halve":
        return float(highest * 0.5 ** (int(epoch) // halve_every))
    done = epoch / epochs
    if done < WARM_UP:
        return highest * (0.1 + 0.9 * done / WARM_UP)
    return highest * (1 + math.cos(math.pi * (done - WARM_UP) / (1 - WARM_UP))) / 2
