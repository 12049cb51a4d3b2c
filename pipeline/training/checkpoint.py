"""Checkpoints: the weights and Adam's state in one safetensors file, which can hold no code."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import nn

from pipeline.common.files import file_digest
from pipeline.common.reproducible import versions
from pipeline.common.whole_files import whole_file
from pipeline.training.optimiser import Optimiser, Tensors

log = logging.getLogger(__name__)
NAME = "checkpoint.safetensors"
Losses = list[dict[str, float]]
PACKAGE = Path(__file__).parents[1]


def save_checkpoint(folder: Path, model: nn.Module, optimiser: Optimiser, losses: Losses) -> None:
    """Write the state after ``len(losses)`` epochs, whole or not at all."""
    state = optimiser.tensors()  # first: it brings the weights up to date
    tensors = {f"model.{name}": tensor for name, tensor in model.state_dict().items()}
    tensors |= {f"optimiser.{name}": tensor for name, tensor in state.items()}
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    about = json.dumps({"losses": losses, "digest": _digest(tensors, losses)})
    with whole_file(folder / NAME) as unfinished:
        # Not written by safetensors itself, which does not report a full disk.
        unfinished.write_bytes(save(tensors, {"about": about}))


def load_checkpoint(folder: Path, model: nn.Module, optimiser: Optimiser) -> Losses:
    """Restore the last checkpoint of ``folder`` into ``model`` and ``optimiser``.

    Returns:
        The losses of the finished epochs. They are empty where there is no whole checkpoint; then nothing is restored.
    """
    path = folder / NAME
    if not path.exists():
        return []
    try:
        tensors, losses = _read(path)
    except (SafetensorError, RuntimeError, LookupError, ValueError, TypeError) as error:
        log.warning("%s is damaged (%s); training starts again from the first epoch", path, error)
        path.unlink()
        return []
    model.load_state_dict({name[6:]: t for name, t in tensors.items() if name.startswith("model.")})
    optimiser.load({name[10:]: t for name, t in tensors.items() if name.startswith("optimiser.")})
    return losses


def _read(path: Path) -> tuple[Tensors, Losses]:
    with safe_open(path, "pt") as file:
        about = json.loads(file.metadata()["about"])
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict
    if _digest(tensors, about["losses"]) != about["digest"]:
        raise ValueError("the digest of its content differs from the saved one")
    return tensors, about["losses"]


def _digest(tensors: Tensors, losses: Losses) -> str:
    digest = hashlib.blake2b(json.dumps(losses).encode(), digest_size=16)
    for name in sorted(tensors):
        digest.update(name.encode())
        digest.update(tensors[name].numpy().tobytes())
    return digest.hexdigest()


def checkpoint_folder(parent: Path, settings: Any, inputs: Sequence[Path]) -> Path:  # noqa: ANN401 - any JSON value
    """A folder below ``parent``, shared only by runs with the same settings, inputs, code, versions and threads."""
    identity = [settings, versions(), *(file_digest(path) for path in [*inputs, *sorted(PACKAGE.rglob("*.py"))])]
    return parent / hashlib.blake2b(json.dumps(identity, sort_keys=True).encode(), digest_size=12).hexdigest()
