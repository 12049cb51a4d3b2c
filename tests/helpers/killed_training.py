"""Trains on the planted corpus, slowly, for a test to kill: `python killed_training.py CHECKPOINTS`."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from pathlib import Path

import torch
from planted import fit, planted_corpus, planted_model

from pipeline.models.topic_model import Batch, LossParts
from pipeline.models.xtra import Xtra

SIZES = {"en": 40, "zh": 25}
SETTINGS = {"epochs": 30, "checkpoint_every": 1}


class SlowXtra(Xtra):
    """Waits before every step, so that the kill comes long before the end."""

    def loss(self, batches: Mapping[str, Batch], noise: Mapping[str, torch.Tensor] | None = None) -> LossParts:
        time.sleep(0.05)
        return super().loss(batches, noise)


if __name__ == "__main__":
    corpus = planted_corpus(SIZES)
    fit(planted_model(corpus, kind=SlowXtra), corpus, Path(sys.argv[1]), **SETTINGS)
