"""Checkpoints without pickles: weights and Adam's state in one safetensors file."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from pipeline.common.files import whole_file

log = logging.getLogger(__name__)

NAME = "checkpoint.safetensors"


def save_checkpoint(
    folder: Path, model: nn.Module, optimiser: torch.optim.Optimizer, losses: list[dict[str, float]]
) -> None:
    """Write the state after ``len(losses)`` epochs, whole or not at all."""
    tensors = {f"model.{name}": tensor for name, tensor in model.state_dict().items()}
    for index, state in optimiser.state_dict()["state"].items():
        tensors |= {f"optimiser.{index}.{key}": torch.as_tensor(value) for key, value in state.items()}
    with whole_file(folder / NAME) as unfinished:
        save_file({name: t.contiguous() for name, t in tensors.items()}, unfinished, {"losses": json.dumps(losses)})


def load_checkpoint(folder: Path, model: nn.Module, optimiser: torch.optim.Optimizer) -> list[dict[str, float]]:
    """Restore the last checkpoint of ``folder`` into ``model`` and ``optimiser``.

    Returns:
        The losses of the finished epochs; empty where there is no (whole) checkpoint.
    """
    path = folder / NAME
    if not path.exists():
        return []
    try:
        with safe_open(path, "pt") as file:
            losses: list[dict[str, float]] = json.loads(file.metadata()["losses"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict
    except SafetensorError as error:
        log.warning("%s is damaged (%s); training starts anew", path, error)
        path.unlink()
        return []
    model.load_state_dict({name[6:]: t for name, t in tensors.items() if name.startswith("model.")})
    state: dict[int, dict[str, torch.Tensor]] = {}
    for name, tensor in tensors.items():
        kind, _, rest = name.partition(".")
        if kind == "optimiser":
            index, _, key = rest.partition(".")
            state.setdefault(int(index), {})[key] = tensor
    optimiser.load_state_dict({"state": state, "param_groups": optimiser.state_dict()["param_groups"]})
    return losses
