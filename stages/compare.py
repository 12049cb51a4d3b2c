"""Compare models on one corpus (``make compare DATASET=sample MODELS=xtra,gloctm SEEDS=0,1``)."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Annotated

import typer

from pipeline.common.errors import InputError
from pipeline.config.entry import stage
from pipeline.config.parameters import Params, read_yaml
from pipeline.experiments.compare import Request, compare, read_overrides, write_comparison

COMPARISONS = Path("comparisons")


def _values(path: Path) -> dict[str, object]:
    return read_yaml(path) if path.exists() else {}


@stage
def main(
    preset: Annotated[str | None, typer.Option(help="A file of presets/; by default params.yaml as it is.")] = None,
    models: Annotated[str, typer.Option(help="Rows: models, or names that the list of rows has; by default all.")] = "",
    seeds: Annotated[str, typer.Option(help="Numbers, separated by commas.")] = "0",
    rows: Annotated[str | None, typer.Option(help="A file of comparisons/; by default the preset's.")] = None,
    overrides: Annotated[
        list[str] | None, typer.Option("--set", help="name=value of params.yaml, for all rows; may be repeated.")
    ] = None,
    output: Annotated[Path, typer.Option(help="Without ending; .md, .json and .svg are written.")] = Path(
        "reports/comparison"
    ),
) -> None:
    """Run what has not been run yet, each run an experiment, and write the table and the plot."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that what was started is stopped, too
    where = COMPARISONS / f"{rows or preset or Params().values.get('dataset')}.yaml"
    stages = read_yaml(Path("dvc.yaml"))["stages"]
    if rows and not where.exists():
        raise InputError(f"--rows {rows}: there is no {where}; known are {', '.join(_known())}.")
    request = Request(
        preset, _list(models), _list(seeds), _values(where), str(where), stages, read_overrides(overrides or [])
    )
    write_comparison(compare(request, _values(COMPARISONS / "published.yaml")), output)


def _known() -> list[str]:
    return sorted(path.stem for path in COMPARISONS.glob("*.yaml") if path.stem != "published")


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


if __name__ == "__main__":
    typer.run(main)
