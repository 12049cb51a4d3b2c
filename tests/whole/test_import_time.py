"""Stages start fast: none imports what it does not need at once."""

from __future__ import annotations

import subprocess
import sys

from imports import ROOT

TORCH_AT_ONCE = {"train", "infer"}
HEAVY = ("torch", "transformers", "sklearn", "scipy.stats", "pandas")


def test_a_stage_that_trains_imports_nothing_else_that_is_heavy() -> None:
    others = (*HEAVY[1:], "numba")
    code = f"import sys, stages.train, stages.infer\nprint(*(name for name in {others!r} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not done.stdout.split(), done.stdout


def test_no_stage_imports_heavy_libraries_before_it_needs_them() -> None:
    stages = {path.stem for path in (ROOT / "stages").glob("*.py")} - {"__init__"} - TORCH_AT_ONCE
    code = (
        f"import importlib, sys\nfor stage in {sorted(stages)!r}:\n    importlib.import_module(f'stages.{{stage}}')\n"
        f"    print(*(f'{{stage}}: {{name}}' for name in {HEAVY!r} if name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert len(done.stdout.splitlines()) == len(stages) > 8
    assert not done.stdout.split(), done.stdout
