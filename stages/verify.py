"""Find what is damaged on the disk, and with ``--mend`` remove it (``make verify``, ``make verify MEND=1``).

This is not a stage of the pipeline.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated

import typer

from pipeline.common.errors import InputError
from pipeline.common.wording import counted
from pipeline.config.entry import stage
from pipeline.config.parameters import read_yaml
from pipeline.run.layout import LAYOUT
from pipeline.workspace.alone import alone
from pipeline.workspace.reproduce import RUN_LOCK
from pipeline.workspace.tools import dvc_cache
from pipeline.workspace.verify import all_damage

DVC_LOCK = Path("dvc.lock")
MEND = "Remove what is damaged, so that `dvc repro` makes it again."
log = logging.getLogger(__name__)


@stage
def main(mend: Annotated[bool, typer.Option("--mend", help=MEND)] = False) -> None:
    """Check the outputs of the run, DVC's cache and our own caches, each file against its digest."""
    if not DVC_LOCK.exists():
        raise InputError(f"{DVC_LOCK} is missing: nothing has run here yet. `make run` runs everything.")
    with alone(RUN_LOCK, "a run"):
        _verify(mend)


def _verify(mend: bool) -> None:
    damaged = all_damage(read_yaml(DVC_LOCK), LAYOUT, dvc_cache(Path()))
    for damage in damaged:
        log.warning("%s", damage)
    if not damaged:
        log.info("everything is as it was written")
    elif mend:
        for damage in damaged:
            damage.remove()
        log.info("removed: %s. Now `dvc repro` makes again what the run needs.", counted(len(damaged), "file"))
    else:
        raise InputError(
            f"damaged: {counted(len(damaged), 'file')}. `make verify MEND=1` removes what is damaged; then `dvc repro` "
            "makes it again. To do it by hand, delete what is named above and run `dvc repro`."
        )


if __name__ == "__main__":
    typer.run(main)
