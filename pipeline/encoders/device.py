"""Where a model runs, on the CPU or on a GPU if there is one, and how precisely it computes there."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Literal

from pipeline.common.errors import MissingResourceError

Device = Literal["auto", "cpu", "cuda"]
ModelPrecision = Literal["auto", "fp32", "fp16", "bf16"]


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


def chosen_precision(wanted: ModelPrecision, device: str) -> str:
    """``fp32``, ``fp16`` or ``bf16``; ``auto`` is fp16 on a GPU and fp32 on a CPU."""
    if wanted != "auto":
        return wanted
    return "fp32" if device == "cpu" else "fp16"


class OnDevice:
    """For encoders whose parameters name a ``device`` and, where the model can compute in several, a ``precision``."""

    params: Any

    @cached_property
    def device(self) -> str:
        """``cpu`` or ``cuda``: what the parameters say, where ``auto`` is the GPU if there is one."""
        return chosen_device(self.params.device)

    @cached_property
    def precision(self) -> str:
        """``fp32``, ``fp16`` or ``bf16``."""
        return chosen_precision(self.params.precision, self.device)
