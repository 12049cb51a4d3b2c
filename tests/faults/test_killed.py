"""Every command, killed at any moment: no file is half there, and the next run gives the bytes of an unbroken one."""

from __future__ import annotations

import random
from collections import Counter
from itertools import cycle
from pathlib import Path

import pytest
from faulty_project import OLD, Command, Unbroken, commands

COMMANDS = commands()
REPLACING = set(COMMANDS) - {"infer", "export"}  # these two refuse to replace what they did not write
FEW, MANY = 20, 200
ENDED = "ended before the kill"


def kill(run: Unbroken, command: Command, over_old: bool = False, **moment: float) -> str:
    """Kill a command, check what it left, run it again, and compare; where it was when it was killed.

    Args:
        run: the unbroken project.
        command: the command.
        over_old: whether other files were in the places of its outputs.
        moment: when it is killed, as for :meth:`forked_stages.Forks.run`.
    """
    whole = run.written[command.name]
    command.remove(run.folder)
    before = dict.fromkeys(whole, OLD) if over_old else {}
    for path, content in before.items():
        (run.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (run.folder / path).write_bytes(content)
    done = run.forks.run(run.folder, command.name, *command.arguments, **moment)
    found = {path: content for path, content in command.files(run.folder).items() if not path.endswith(".partial")}
    half = [path for path, content in found.items() if content not in (whole.get(path), before.get(path))]
    assert not half, f"{command.name}, {moment}: {half}"
    complete = sum(found.get(path) == content for path, content in whole.items())
    if command.name == "train" and done.code:
        _model_is_whole_or_refused(run)
    again = run.forks.run(run.folder, command.name, *command.arguments)
    assert again.code == 0, again.said
    run.seconds[command.name] = again.seconds
    assert command.files(run.folder) == whole, f"{command.name}, {moment}"
    if done.code == 0:
        return ENDED
    assert done.code == -9, done.said
    return "before the first output" if not complete else "between outputs" if complete < len(whole) else "after all"


def _model_is_whole_or_refused(run: Unbroken) -> None:
    """What uses a model after a killed training either refuses it or gives the result of the unbroken run."""
    infer = COMMANDS["infer"]
    used = run.forks.run(run.folder, "infer", *infer.arguments)
    if used.code == 0:
        assert infer.files(run.folder) == run.written["infer"]
    else:
        assert used.code in (2, 3), used.said
        assert "make run" in used.said or "dvc repro" in used.said


def kill_often(run: Unbroken, times: int, seed: int) -> dict[str, int]:
    """Kill the commands in turn until so many kills came before the end; how often at which place."""
    draw = random.Random(seed)
    places: Counter[str] = Counter()
    in_turn = cycle(COMMANDS.values())
    while places.total() - places[ENDED] < times:
        command = next(in_turn)
        # The late half is of more interest: there the outputs are written.
        share = draw.choice([draw.uniform(0.02, 0.98), draw.uniform(0.6, 1.0)])
        over_old = draw.random() < 0.5 and command.name in REPLACING
        places[kill(run, command, over_old, kill_after=share * run.seconds[command.name])] += 1
        assert places[ENDED] <= 2 * times, places
    return places


def test_no_kill_leaves_a_half_file_or_changes_a_byte(unbroken: Unbroken) -> None:
    assert kill_often(unbroken, FEW, seed=0)["before the first output"]


@pytest.mark.parametrize("files", [9, 11])
def test_a_model_is_whole_or_refused_between_any_two_files(unbroken: Unbroken, files: int) -> None:
    assert kill(unbroken, COMMANDS["train"], files=files) == "between outputs"


@pytest.mark.slow
@pytest.mark.parametrize("name", COMMANDS)
def test_between_any_two_files(unbroken: Unbroken, name: str) -> None:
    places = [kill(unbroken, COMMANDS[name], files=files) for files in range(1, len(unbroken.written[name]) + 3)]
    assert places.count("between outputs") >= len(unbroken.written[name]) - 1


@pytest.mark.slow
def test_many_kills_leave_no_half_file_and_change_no_byte(unbroken: Unbroken) -> None:
    places = kill_often(unbroken, MANY, seed=1)
    print(dict(places))  # noqa: T201 - shown by `pytest -rP`
    assert places["before the first output"] > places["between outputs"] > 0


def test_left_over_files_are_removed(unbroken: Unbroken) -> None:
    for name in ("bow", "train"):
        command = COMMANDS[name]
        left = [
            (unbroken.folder / path).with_name(f".{Path(path).name}.4194305.partial") for path in unbroken.written[name]
        ]
        for path in left:
            path.write_bytes(b"half")
        assert unbroken.forks.run(unbroken.folder, name).code == 0
        assert command.files(unbroken.folder) == unbroken.written[name]
        assert not [path for path in left if path.exists()]
