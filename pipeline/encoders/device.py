"""Where a model runs: on the CPU, or on a GPU if there is one."""

from __future__ import annotations

from typing import Literal

from pipeline.common.errors import MissingResourceError

Device = Literal["auto", "cpu", "cuda"]


def chosen_device(wanted: Device) -> str:
    """``cpu`` or ``cuda``; ``auto`` is the GPU if there is one.

    Raises:
        MissingResourceError: a GPU is wanted, and there is none.
    """
    import torch

    has_gpu = torch.cuda.is_available()
    if wanted == "cuda" and not has_gpu:
        raise MissingResourceError(
            "device: cuda, but PyTorch finds no GPU here. Check the driver (`nvidia-smi`) and that PyTorch is "
            "built for CUDA, or set `device: auto`."
        )
    return "cuda" if has_gpu and wanted != "cpu" else "cpu"
