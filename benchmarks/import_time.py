"""Run in a new interpreter: prints the seconds of a module's import without torch, and the seconds of torch."""

import builtins
import sys
import time
from typing import Any

plain_import, torch_seconds, within_torch = builtins.__import__, 0.0, False


def watching_import(name: str, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - whatever an import takes
    """Import as usual, and add up the time of the outermost imports of torch."""
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
import numpy  # noqa: E402, F401 - torch imports it too, but it counts for the stage

builtins.__import__ = watching_import
__import__(sys.argv[1])
sys.stdout.write(f"{time.perf_counter() - started - torch_seconds} {torch_seconds}\n")
