"""A tiny project for faults, what each command writes in it, and what was there before."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from forked_stages import Forks, forks
from project import ROOT, STAGES, make_project, sample_rows, write_rows

TABLES, RECORDS = "data/run", "data/run/records"
# Command -> its arguments and the files and folders that it writes.
COMMANDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "infer": (("--input", "new.jsonl", "--output", "theta.parquet"), ("theta.parquet", "theta.rejects.csv")),
    "export": (("--output", "shared"), ("shared",)),
}
OLD = b"written by an earlier run"


@dataclass(frozen=True)
class Command:
    """A stage or another command, with its arguments and outputs."""

    name: str
    arguments: tuple[str, ...]
    outputs: tuple[str, ...]

    def files(self, folder: Path) -> dict[str, bytes]:
        """Path -> content of every file that it wrote, hidden ones too."""
        paths = [path for output in self.outputs for path in ((folder / output), *(folder / output).rglob("*"))]
        return {str(path.relative_to(folder)): path.read_bytes() for path in paths if path.is_file()}

    def remove(self, folder: Path) -> None:
        """Remove the outputs, as DVC does before it runs a stage."""
        for output in self.outputs:
            shutil.rmtree(folder / output, ignore_errors=True)
            (folder / output).unlink(missing_ok=True)


def commands() -> dict[str, Command]:
    """All stages in their order, then the other commands."""
    from ruamel.yaml import YAML

    stages = YAML(typ="safe").load(ROOT / "dvc.yaml")["stages"]
    found = {}
    for name in STAGES:
        entries = [entry for kind in ("outs", "metrics", "plots") for entry in stages[name].get(kind, [])]
        outputs = tuple(next(iter(entry)) if isinstance(entry, dict) else entry for entry in entries)
        found[name] = Command(name, (), outputs)
    return found | {name: Command(name, *rest) for name, rest in COMMANDS.items()}


def tiny_project(folder: Path) -> Path:
    """A project that every stage finishes in a fraction of a second, with new documents for `infer`."""
    make_project(folder, sample_rows(24), tokenise={"zh": {"engine": "rjieba"}})
    reference = folder / "data/mine/reference.jsonl"
    lines = reference.read_text(encoding="utf-8").splitlines(keepends=True)[:30]
    reference.unlink()
    reference.write_text("".join(lines), encoding="utf-8")
    write_rows(folder / "new.jsonl", [{k: row[k] for k in ("id", "lang", "text")} for row in sample_rows(8)])
    with (folder / "new.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"id": "none", "lang": "en", "text": ""}\n')
    return folder


@dataclass
class Unbroken:
    """A project in which every command has run: its folder, and what each wrote and how long it took."""

    folder: Path
    forks: Forks
    written: dict[str, dict[str, bytes]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)


@pytest.fixture(scope="session")
def unbroken(tmp_path_factory: pytest.TempPathFactory) -> Unbroken:
    """A project in which everything has run; every test leaves it so."""
    run = Unbroken(tiny_project(tmp_path_factory.mktemp("faults") / "project"), forks())
    for command in commands().values():
        done = run.forks.run(run.folder, command.name, *command.arguments)
        assert done.code == 0, done.said
        run.written[command.name], run.seconds[command.name] = command.files(run.folder), done.seconds
        assert run.written[command.name]
    return run
