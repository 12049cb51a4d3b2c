"""The parameters of the report."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from pipeline.common.layout import LAYOUT
from pipeline.topics.selection import Selection


class ReportParams(BaseModel):
    """What `report` takes from the top level of params.yaml.

    Attributes:
        seed: of the sample of documents and of the map.
        top_words: whose words are shown.
        comparison: a comparison.json of `make compare`, or LAYOUT.none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = Field(0, ge=0, lt=2**32)
    top_words: Selection = "owned"
    comparison: Path = LAYOUT.none
