"""Where the optional material for checks lies; tests that need it skip without it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[3] / "shared"


def shared(*parts: str) -> Path:
    """A path below the optional folder, or a skip that names it."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"needs {path}, which is not here")
    return path


def parity_files(variable: str, *defaults: str) -> list[Path]:
    """The file that ``variable`` names, else the default ones (which may be absent)."""
    named = os.environ.get(variable)
    return [Path(named)] if named else [SHARED / "parity" / name for name in defaults]
