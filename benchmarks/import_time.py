"""Run by a fresh interpreter: the seconds that a module's import takes, without torch's share, and that share."""

import builtins
import sys
import time
from typing import Any

plain_import, torch_seconds, within_torch = builtins.__import__, 0.0, False


def watching_import(name: str, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - whatever an import takes
    """Import as ever, noting the time of the outermost imports of torch."""
    global torch_seconds, within_torch
    if within_torch or name.partition(".")[0] != "torch":
        return plain_import(name, *arguments, **named)
    within_torch, began = True, time.perf_counter()
    try:
        return plain_import(name, *arguments, **named)
    finally:
        torch_seconds += time.perf_counter() - began
        within_torch = False


started = time.perf_counter()
import numpy  # noqa: E402, F401 - torch would import it too; it counts as the stage's own

builtins.__import__ = watching_import
__import__(sys.argv[1])
sys.stdout.write(f"{time.perf_counter() - started - torch_seconds} {torch_seconds}\n")
