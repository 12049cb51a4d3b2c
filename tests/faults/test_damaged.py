"""Every file that a command reads, cut or with a flipped bit: it is named, or the result is the same, byte for byte."""

from __future__ import annotations

import random
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from faulty_project import Unbroken, commands
from project import ROOT
from ruamel.yaml import YAML

COMMANDS = commands()
STAGES: dict[str, Any] = YAML(typ="safe").load(ROOT / "dvc.yaml")["stages"]
PARTS = ("data/run", "reports", "models")
EACH, MANY = 3, 400


def read_files(folder: Path) -> dict[str, list[str]]:
    """Path -> the commands that may read it, for every file that one command writes and another reads."""
    found = {}
    for path in (path for part in PARTS for path in sorted((folder / part).rglob("*")) if path.is_file()):
        name = path.relative_to(folder)
        places = {str(place) for place in (name, *name.parents)}
        readers = [stage for stage, entry in STAGES.items() if places & set(entry["deps"])]
        if name.parent == Path("data/run/records") or Path("models/run") in name.parents:
            readers += ["infer", "export"]
        if readers:
            found[str(name)] = readers
    return found


def damaged(content: bytes, draw: random.Random) -> tuple[str, bytes]:
    """The content cut, or with a flipped bit, often near its end, where Parquet has names, types and sizes."""
    if draw.random() < 0.3:
        size = draw.choice([0, draw.randrange(len(content))])
        return f"cut to {size} bytes", content[:size]
    place = draw.choice([draw.randrange(len(content)), draw.randrange(max(0, len(content) - 600), len(content))])
    flipped = bytearray(content)
    flipped[place] ^= 1 << draw.randrange(8)
    return f"with a flipped bit in byte {place}", bytes(flipped)


def outcome(run: Unbroken, name: str, reader: str, draw: random.Random) -> str:
    """Damage a file, run a command that reads it, check what it says or makes, and put everything back."""
    path, command = run.folder / name, COMMANDS[reader]
    whole = path.read_bytes()
    damage, content = damaged(whole, draw)
    path.write_bytes(content)
    done = run.forks.run(run.folder, reader, *command.arguments)
    what = f"{reader} with {name} {damage}: {done.said}"
    assert "Traceback" not in done.said, what
    path.write_bytes(whole)
    if done.code == 0:
        assert command.files(run.folder) == run.written[reader], what
        return "same result"
    assert done.code in (2, 3), what
    assert path.name in done.said or str(Path(name).parent) in done.said, what
    for output, bytes_written in run.written[reader].items():
        (run.folder / output).parent.mkdir(parents=True, exist_ok=True)
        (run.folder / output).write_bytes(bytes_written)
    return "named"


def test_every_file_that_is_read(unbroken: Unbroken) -> None:
    draw = random.Random(0)
    files = read_files(unbroken.folder)
    assert len(files) > 20
    outcomes = [outcome(unbroken, name, draw.choice(readers), draw) for name, readers in [*files.items()] * EACH]
    assert outcomes.count("named") > len(outcomes) / 2


@pytest.mark.slow
def test_many_files_that_are_read(unbroken: Unbroken) -> None:
    draw = random.Random(1)
    in_turn = cycle(read_files(unbroken.folder).items())
    pairs = [next(in_turn) for _ in range(MANY)]
    outcomes = [outcome(unbroken, name, draw.choice(readers), draw) for name, readers in pairs]
    print({kind: outcomes.count(kind) for kind in set(outcomes)})  # noqa: T201 - shown by `pytest -rP`
    assert outcomes.count("named") > MANY / 2
