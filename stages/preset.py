"""Write a preset into ``params.yaml`` (``python -m stages.preset ecnews``)."""

from __future__ import annotations

import logging
from typing import Annotated

import typer

from pipeline.common.wording import counted
from pipeline.config.entry import stage
from pipeline.config.parameters import PARAMS
from pipeline.config.presets import apply_preset
from pipeline.workspace.alone import alone
from pipeline.workspace.reproduce import RUN_LOCK

log = logging.getLogger(__name__)


@stage
def main(name: Annotated[str, typer.Argument(help="A file of presets/, without .yaml.")]) -> None:
    """Set all parameters of a preset, unless a run is at work, which would go on with them."""
    with alone(RUN_LOCK, "a run"):
        changed = apply_preset(name, PARAMS)
    for change in changed:
        log.info("%s", change)
    log.info("%s now has the preset %s; changed: %s", PARAMS, name, counted(len(changed), "value"))


if __name__ == "__main__":
    typer.run(main)
