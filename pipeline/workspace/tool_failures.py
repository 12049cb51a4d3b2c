"""Why DVC stopped, in plain words and with what to do, from what it printed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from pipeline.common.errors import InputError, MissingResourceError, PipelineError, TryAgainError

MESSAGE_CHARACTERS = 500
IDENTITY = (
    "Git does not know who you are, and each experiment is a commit. Type these two commands with your own name and "
    'address, then run again: git config --global user.name "Your Name" and '
    "git config --global user.email you@example.org"
)
MEMORY = (
    "it was ended by the system, most often because the memory ran out: close other programs, or take fewer documents "
    "or a smaller `train.batch_size`"
)
_STAGE = re.compile(
    r"ERROR: failed to reproduce '([^']+)': failed to run: .*?(?:, exited with (-?\d+))?$", re.MULTILINE
)
_BY_CODE = {error.exit_code: error for error in (InputError, MissingResourceError, TryAgainError)}


@dataclass(frozen=True)
class Fault:
    """A fault that DVC or Git reports in words of their own.

    Attributes:
        pattern: what they print.
        error: the kind of error that it is.
        message: what it means and what to do; ``{}`` stands for the groups of the pattern.
    """

    pattern: str
    error: type[PipelineError]
    message: str


FAULTS: Final = (
    Fault(
        r"Git user name and email must be configured|Please tell me who you are|unable to auto-detect email address",
        MissingResourceError,
        IDENTITY,
    ),
    Fault(
        r"'([^']+)' is busy, it is being blocked by:\s*\(PID (\d+)\)",
        TryAgainError,
        "another DVC command (process {1}) is working in this folder, on {0}. Wait until it ends, then run again.",
    ),
    Fault(
        r"Unable to acquire lock",
        TryAgainError,
        "another DVC command is working in this folder. Wait until it ends, then run again.",
    ),
    Fault(
        r"'(.+)' is invalid \(possible merge conflicts\)",
        InputError,
        "{0} cannot be read, perhaps since two versions of it were merged. Take one of them, as with "
        "`git checkout HEAD {0}`, then run again; what is in the cache is not computed again.",
    ),
    Fault(
        r"No space left on device|Disk quota exceeded",
        TryAgainError,
        "the disk is full. Free some space and run again; what is finished is kept. "
        "`dvc gc --workspace` removes results of earlier runs from DVC's cache.",
    ),
    Fault(
        r"(?:Permission denied|Read-only file system): '(.+)'",
        InputError,
        "{0} cannot be written or read: it is not yours, or it is read-only. Copy the project to a folder of your own.",
    ),
    Fault(
        r"not a git repository|not inside of a git repository",
        InputError,
        "this folder is no Git repository, and experiments need one. Clone the project with `git clone`, or make one "
        "here: git init && git add --all && git commit --message Start",
    ),
    Fault(
        r"defined as both a dependency and an output",
        InputError,
        "a path in params.yaml names a file or folder that the pipeline itself writes. Put your own files into a "
        "folder of their own, such as `mycorpus`.",
    ),
    Fault(
        r"failed to reproduce '[^']+': (?:\[Errno 2\] No such file or directory|missing data 'source'): '?([^'\n]+)",
        InputError,
        "{0} is missing, but the pipeline reads it. Put it back, as with `git checkout HEAD {0}`, or name another path "
        "in params.yaml.",
    ),
)


def stopped_stage(output: str) -> tuple[str, type[PipelineError]] | None:
    """The stage that ended with an error, and its kind by the exit code; None if DVC itself failed.

    Args:
        output: all that DVC and its stages printed.
    """
    found = _STAGE.search(output)
    if found is None:
        return None
    return found[1], TryAgainError if was_killed(output) else _BY_CODE.get(int(found[2] or 1), PipelineError)


def was_killed(output: str) -> bool:
    """Whether the stage that stopped was killed by the system; a shell says 137 in place of -9.

    Args:
        output: all that DVC and its stages printed.
    """
    found = _STAGE.search(output)
    return found is not None and found[2] in ("-9", "137")


def failure(output: str) -> PipelineError:
    """Why DVC failed: the last message of the stage that stopped, or what its own words mean.

    Args:
        output: all that DVC and its stages printed.
    """
    if stopped := stopped_stage(output):
        stage, kind = stopped
        return kind(f"{stage}: {MEMORY if was_killed(output) else _last_message(stage, output)}")
    return _explained(output)


def _last_message(stage: str, output: str) -> str:
    before = output[: _STAGE.search(output).start()]  # type: ignore[union-attr] # a stage has stopped
    _, separator, message = before.rpartition(f"\n{stage}: ")
    lines = message.split("\n") if separator and "Traceback" not in message else before.split("\n")[-4:]
    return " ".join(filter(None, map(str.strip, lines)))[-MESSAGE_CHARACTERS:] or "no message"


def _explained(output: str) -> PipelineError:
    for fault in FAULTS:
        if found := re.search(fault.pattern, output):
            return fault.error(fault.message.format(*found.groups()))
    lines = [line.strip() for line in output.split("\n") if line.strip() and "Having any troubles?" not in line]
    return PipelineError((lines or ["dvc wrote no message"])[-1][-MESSAGE_CHARACTERS:])
