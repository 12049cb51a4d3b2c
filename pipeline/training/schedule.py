"""The learning rate of each step."""

from __future__ import annotations

import math
from typing import Literal

Schedule = Literal["halve", "cycle"]
WARM_UP = 0.1  # of all epochs


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
