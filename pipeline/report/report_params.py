"""The parameters of the report."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class ReportParams(BaseModel):
    """The parameters that `report` reads from the top level of params.yaml.

    Attributes:
        seed: seed of the sample of documents and of the map.
        comparison: a comparison.json that `make compare` wrote; None without one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = Field(0, ge=0, lt=2**32)
    comparison: Path | None = None
