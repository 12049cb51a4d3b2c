"""The waiting time around the work: a `dvc repro` with nothing to do, and the import of a stage."""

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
OUTPUTS = ("data/run", "models", "reports")  # outputs of a run; Git ignores most of them


def noop_repro() -> Case:
    """`dvc repro` of the sample with nothing to do, in a copy of the project in which all stages are up to date."""
    folder = tempfile.TemporaryDirectory()
    _copy_project(Path(folder.name))
    _run(folder.name, "dvc", "commit", "--force")

    def repro() -> float:
        seconds = timed(lambda: outputs.append(_run(folder.name, "dvc", "repro")))()
        if "Running stage" in outputs[-1]:
            raise RuntimeError(
                f"`dvc repro` ran a stage, so this is not the time of a run with nothing to do:\n{outputs[-1]}"
            )
        return seconds

    outputs: list[str] = []
    repro()
    return Case("s", Work(repro), REPRO_BUDGET, "a copy of the sample's run, nothing changed; the budget", repeats=5)


def import_stage() -> Case:
    """The import of the slowest stage, without the time of torch."""
    stages = sorted(path.stem for path in (ROOT / "stages").glob("*.py") if path.stem != "__init__")
    slowest: list[str] = []

    def seconds() -> float:
        import_times = {stage: _import_times(stage) for stage in stages}
        stage = max(import_times, key=lambda name: import_times[name][0])
        with_torch = [f"{name} ({times[1]:.1f} s)" for name, times in import_times.items() if times[1] > 0]
        slowest[:] = [f"slowest: {stage}; torch is imported at once by {', '.join(with_torch) or 'none'}"]
        return import_times[stage][0]

    seconds()
    return Case(
        "s",
        Work(seconds),
        IMPORT_BUDGET,
        lambda: f"slowest of {len(stages)} stages, less what torch takes to import; the budget; {slowest[0]}",
    )


def _import_times(stage: str) -> tuple[float, float]:
    """Seconds of importing a stage in a new interpreter: those without torch, and those of torch."""
    code = (ROOT / "benchmarks/import_time.py").read_text(encoding="utf-8")  # for -c, so that nothing is imported yet
    without_torch, torch = _run(str(ROOT), sys.executable, "-c", code, f"stages.{stage}").split()
    return float(without_torch), float(torch)


def _copy_project(folder: Path) -> None:
    missing = [name for name in OUTPUTS if not (ROOT / name).is_dir()]
    if missing:
        raise MissingResourceError(
            f"{', '.join(missing)} do not exist. Run `make run` to make them, then run this again."
        )
    project_files = _run(str(ROOT), "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    for name in filter(None, project_files):
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
