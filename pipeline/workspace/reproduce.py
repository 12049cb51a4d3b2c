"""``dvc repro`` as `make run` uses it: what DVC and the stages print, and in the end a reason in plain words."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.common.terminal import inert
from pipeline.workspace.alone import alone
from pipeline.workspace.dvc_settings import settle
from pipeline.workspace.tool_failures import MEMORY, failure, stopped_stage, was_killed
from pipeline.workspace.tools import dvc

RUN_LOCK = Path(".dvc/tmp/run.lock")
# What DVC advises after each stage. The files are those of the project's authors, and nobody has to act on it.
_ADVICE = re.compile(
    "To track the changes with git, run:|git add |To enable auto staging, run:|dvc config core.autostage true|"
    "Use `dvc push` to send|Having any troubles"
)
_OF_DVC = re.compile(
    "Stage '|Running stage '|> |Updating lock file|Generating lock file|Data and pipelines are up to date"
)


def reproduce(root: Path, targets: Sequence[str], quiet: bool) -> None:
    """Run the stages that are not up to date.

    Args:
        root: the project.
        targets: the stages to come to; none means all.
        quiet: whether only stages speak, and DVC itself does not.

    Raises:
        PipelineError: a stage or DVC stopped; the exit code is that of the stage.
        TryAgainError: another run is at work in this folder.
        InputError: the folder cannot be written.
    """
    settle(root)
    with alone(root / RUN_LOCK, "another run"), TemporaryDirectory() as folder:
        log = Path(folder) / "dvc.log"
        # Not --quiet, with which DVC keeps the reason to itself.
        status = dvc(root, ["repro", *targets], log, _say_what_stages_say if quiet else _say)
        output = log.read_text(encoding="utf-8", errors="replace")
    if not status:
        return
    if stopped := stopped_stage(output):
        stage, kind = stopped
        why = MEMORY if was_killed(output) else "its last lines above say why"
        raise kind(f"the stage `{stage}` stopped; {why}. What is finished before it is kept.")
    raise failure(output)


def _say(line: str) -> None:
    is_told_in_the_end = line.startswith("ERROR: ")
    if line.strip() and not is_told_in_the_end and not _ADVICE.match(line.strip()):
        sys.stderr.write(f"{inert(line)}\n")
        sys.stderr.flush()


def _say_what_stages_say(line: str) -> None:
    if not _OF_DVC.match(line):
        _say(line)
