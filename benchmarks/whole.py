"""What a user waits for around the work: a `dvc repro` with nothing to do, and the import of a stage."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.case import Case, Work, timed
from benchmarks.paths import ROOT
from pipeline.common.errors import MissingResourceError

REPRO_BUDGET, IMPORT_BUDGET = 3.0, 1.0  # seconds
OUTPUTS = ("data/run", "models", "reports")  # of a run, most of them ignored by Git


def noop_repro() -> Case:
    """`dvc repro` of the sample where nothing changed, in a copy of the project whose stages are all up to date."""
    folder = tempfile.TemporaryDirectory()
    _copy_project(Path(folder.name))
    _run(folder.name, "dvc", "commit", "--force")

    def repro() -> float:
        seconds = timed(lambda: said.append(_run(folder.name, "dvc", "repro")))()
        if "Running stage" in said[-1]:
            raise RuntimeError(f"`dvc repro` had something to do, so this is no figure of a no-op:\n{said[-1]}")
        return seconds

    said: list[str] = []
    repro()
    return Case("s", Work(repro), REPRO_BUDGET, "a copy of the sample's run, nothing changed; the budget", repeats=5)


def import_stage() -> Case:
    """The import of the slowest stage, torch's own share left out."""
    stages = sorted(path.stem for path in (ROOT / "stages").glob("*.py") if path.stem != "__init__")
    slowest: list[str] = []

    def seconds() -> float:
        found = {stage: _import_times(stage) for stage in stages}
        stage = max(found, key=lambda name: found[name][0])
        with_torch = [f"{name} ({times[1]:.1f} s)" for name, times in found.items() if times[1] > 0]
        slowest[:] = [f"slowest: {stage}; torch is imported at once by {', '.join(with_torch) or 'none'}"]
        return found[stage][0]

    seconds()
    return Case(
        "s",
        Work(seconds),
        IMPORT_BUDGET,
        lambda: f"slowest of {len(stages)} stages, less what torch takes to import; the budget; {slowest[0]}",
    )


def _import_times(stage: str) -> tuple[float, float]:
    """Seconds of importing a stage in a fresh interpreter without torch's, and torch's."""
    code = (ROOT / "benchmarks/import_time.py").read_text(encoding="utf-8")  # as -c, so that nothing is imported yet
    own, torch = _run(str(ROOT), sys.executable, "-c", code, f"stages.{stage}").split()
    return float(own), float(torch)


def _copy_project(folder: Path) -> None:
    missing = [name for name in OUTPUTS if not (ROOT / name).is_dir()]
    if missing:
        raise MissingResourceError(f"{', '.join(missing)}: not there. `make run` makes them; then run this again.")
    listed = _run(str(ROOT), "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    for name in filter(None, listed):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    for name in OUTPUTS:
        shutil.copytree(ROOT / name, folder / name, dirs_exist_ok=True)
    _run(str(folder), "git", "init", "--quiet")
    _run(str(folder), "dvc", "config", "--local", "core.site_cache_dir", str(folder / ".dvc/tmp/site"))


def _run(folder: str, *command: str) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "DVC_NO_ANALYTICS": "1"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command[:3])} failed in {folder}:\n{done.stderr or done.stdout}")
    return done.stdout
