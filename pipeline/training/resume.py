"""Where a run's checkpoints live: a folder named by everything that decides its result."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from pipeline.common.runtime import THREADS

PACKAGE = Path(__file__).parents[1]


def checkpoint_folder(parent: Path, settings: Any, inputs: Sequence[Path]) -> Path:  # noqa: ANN401 - any JSON value
    """A folder below ``parent`` that only a run with the same settings, inputs, code, torch and threads shares."""
    decides = json.dumps([settings, torch.__version__, THREADS], sort_keys=True)
    digest = hashlib.blake2b(decides.encode(), digest_size=12)
    for path in [*inputs, *sorted(PACKAGE.rglob("*.py"))]:
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "blake2b").digest())
    return parent / digest.hexdigest()
