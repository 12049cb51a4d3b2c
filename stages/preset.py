"""Write a preset into ``params.yaml`` (``python -m stages.preset ecnews``)."""

from __future__ import annotations

import logging
from typing import Annotated

import typer

from pipeline.common.layout import LAYOUT
from pipeline.common.runtime import stage
from pipeline.presets import apply_preset

log = logging.getLogger(__name__)


@stage
def main(name: Annotated[str, typer.Argument(help="A file of presets/, without .yaml.")]) -> None:
    """Set the parameters of a data set together."""
    changed = apply_preset(name, LAYOUT.params)
    for change in changed:
        log.info("%s", change)
    log.info("%s holds preset %s, %d values changed", LAYOUT.params, name, len(changed))


if __name__ == "__main__":
    typer.run(main)
