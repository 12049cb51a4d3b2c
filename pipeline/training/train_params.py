"""The parameters of training, and the learning rate of each step."""

from __future__ import annotations

import math
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Schedule = Literal["halve", "cycle"]
WARM_UP = 0.1  # share of the epochs in which the learning rate of `cycle` rises
BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8  # Adam's defaults, as the papers use it
Precision = Literal["float32", "tf32", "bf16"]


class TrainParams(BaseModel):
    """The ``train`` section of params.yaml.

    Attributes:
        num_topics: the number of topics, K (top level).
        seed: seed of the weights, the order of documents, the noise and dropout (top level).
        epochs: number of passes over the largest language.
        batch_size: number of documents of every language in a step.
        learning_rate: the highest learning rate of Adam.
        schedule: how the learning rate changes: ``halve`` halves it after every ``halve_every`` epochs, ``cycle``
            raises it once and then lowers it.
        halve_every: number of epochs after which ``halve`` halves the learning rate.
        clip: largest norm of a step's gradient; larger gradients are scaled down.
        checkpoint_every: number of epochs between checkpoints; a killed run resumes at the last checkpoint.
        device: where the model is trained; ``auto`` means a GPU if there is one.
        precision: precision of matrix products; less than float32 is meant for GPUs, and on a CPU it is slower or the
            same.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    num_topics: int = Field(10, ge=2)
    seed: int = Field(0, ge=0, lt=2**32)
    epochs: int = Field(60, ge=1)
    batch_size: int = Field(32, ge=3)  # with 2, a batch could have one document, and BatchNorm needs two
    learning_rate: float = Field(0.0005, gt=0)
    schedule: Schedule = "halve"
    halve_every: int = Field(20, ge=1)
    clip: float = Field(1.0, gt=0)
    checkpoint_every: int = Field(10, ge=1)
    device: Literal["auto", "cpu", "cuda"] = "auto"
    precision: Precision = "float32"


def learning_rate(schedule: Schedule, highest: float, epoch: float, epochs: int, halve_every: int) -> float:
    """The learning rate of a step that starts at ``epoch``: 0 at the start of training, a fraction within an epoch.

    - ``halve``: ``highest``, halved after every ``halve_every`` epochs, as in the papers;
    - ``cycle``: in the first tenth of the ``epochs`` the rate rises from a tenth of ``highest`` to ``highest``, then it
      falls to zero along half a cosine (one cycle, Smith 2018).
    """
    if schedule == "halve":
        return float(highest * 0.5 ** (int(epoch) // halve_every))
    done = epoch / epochs
    if done < WARM_UP:
        return highest * (0.1 + 0.9 * done / WARM_UP)
    return highest * (1 + math.cos(math.pi * (done - WARM_UP) / (1 - WARM_UP))) / 2
