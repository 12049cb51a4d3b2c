"""What DVC prints when it fails, as it printed it, and what a user is told."""

from __future__ import annotations

import pytest

from pipeline.common.errors import InputError, MissingResourceError, PipelineError, TryAgainError
from pipeline.workspace.tool_failures import failure, stopped_stage

SUPPORT = "\nHaving any troubles? Hit us up at https://dvc.org/support, we are always happy to help!\n"
STAGE = (
    "Running stage 'train':\n> python -m stages.train\nbow: fine\ntrain: 3 epochs\ntrain: params.yaml: wrong.\n"
    "second line\nERROR: failed to reproduce 'train': failed to run: python -m stages.train, exited with 2\n"
)


@pytest.mark.parametrize(
    ("output", "kind", "message"),
    [
        (
            "ERROR: unexpected error - Git user name and email must be configured\n" + SUPPORT,
            MissingResourceError,
            "git config --global user.name",
        ),
        (
            "ERROR: failed to reproduce 'a': '/p/a.txt' is busy, it is being blocked by:\n  (PID 10190): dvc repro\n\n"
            "If there are no processes with such PIDs, you can manually remove '/p/.dvc/tmp/rwlock' and try again.\n",
            TryAgainError,
            r"another DVC command \(process 10190\) is working in this folder, on /p/a\.txt",
        ),
        ("ERROR: Unable to acquire lock. Most likely another DVC process is running.\n", TryAgainError, "Wait until"),
        (
            "'./dvc.lock' is invalid (possible merge conflicts).\n\nwhile\n",
            InputError,
            r"git checkout HEAD \./dvc\.lock",
        ),
        (
            "ERROR: unexpected error - [Errno 28] No space left on device: 'x'\n" + SUPPORT,
            TryAgainError,
            "disk is full",
        ),
        (
            "ERROR: unexpected error - [Errno 30] Read-only file system: '/p/x'\n" + SUPPORT,
            InputError,
            "/p/x cannot be",
        ),
        ("ERROR: /p is not a git repository\n", InputError, "git init"),
        (
            "ERROR: Same item(s) are defined as both a dependency and an output in stage: a.\n",
            InputError,
            "a folder of their own",
        ),
        (
            "ERROR: failed to reproduce 'a': [Errno 2] No such file or directory: '/p/in.txt'\n",
            InputError,
            r"/p/in\.txt is missing",
        ),
        (STAGE, InputError, "^train: params.yaml: wrong. second line$"),
        (STAGE.replace("with 2", "with 75"), TryAgainError, "^train: params"),
        (STAGE.replace("with 2", "with -9"), TryAgainError, "^train: it was ended by .* memory ran out"),
        (STAGE.replace("with 2", "with 137"), TryAgainError, "^train: it was ended by .* memory ran out"),
        (STAGE.replace("second line\n", "Traceback (most\n  File x\nValueError: no\n"), InputError, "ValueError: no$"),
        ("ERROR: unexpected\n\n" + SUPPORT, PipelineError, "^ERROR: unexpected$"),
        ("", PipelineError, "dvc wrote no message"),
    ],
)
def test_the_reason_is_told_in_plain_words(output: str, kind: type[PipelineError], message: str) -> None:
    with pytest.raises(PipelineError, match=message) as raised:
        raise failure(output)
    assert type(raised.value) is kind


def test_a_stage_that_stopped_is_known_by_its_name_and_exit_code() -> None:
    assert stopped_stage(STAGE) == ("train", InputError)
    assert stopped_stage("Data and pipelines are up to date.\n") is None
