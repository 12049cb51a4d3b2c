"""Compare models on one corpus (``make compare DATASET=sample MODELS=xtra,gloctm SEEDS=0,1``)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.common.errors import InputError
from pipeline.config.entry import stage
from pipeline.config.parameters import Params, read_yaml
from pipeline.experiments.compare import Request, compare, read_overrides, write_comparison
from pipeline.run.destination import check_destination

COMPARISONS = Path("comparisons")


def _values(path: Path) -> dict[str, object]:
    return read_yaml(path) if path.exists() else {}


@stage
def main(
    preset: Annotated[
        str | None, typer.Option(help="A file of presets/, without .yaml; by default params.yaml is used unchanged.")
    ] = None,
    models: Annotated[
        str, typer.Option(help="Rows: names of models, or names in the list of rows; by default all rows of the list.")
    ] = "",
    seeds: Annotated[str, typer.Option(help="Whole numbers, separated by commas.")] = "0",
    rows: Annotated[
        str | None, typer.Option(help="A file of comparisons/, without .yaml; by default that of the preset.")
    ] = None,
    overrides: Annotated[
        list[str] | None,
        typer.Option("--set", help="A parameter name=value of params.yaml, for all rows; may be repeated."),
    ] = None,
    output: Annotated[Path, typer.Option(help="Path without ending; .md, .json and .svg are written.")] = Path(
        "reports/comparison"
    ),
) -> None:
    """Do all runs that have no result yet, each as an experiment, and write the table and the plot."""
    for ending in (".md", ".json", ".svg"):
        check_destination("--output", output.with_suffix(ending))
    where = COMPARISONS / f"{rows or preset or Params().values.get('dataset')}.yaml"
    stages = read_yaml(Path("dvc.yaml"))["stages"]
    if rows and not where.exists():
        raise InputError(
            f"--rows {rows}: {where} does not exist. Existing lists of rows are {', '.join(_row_lists())}."
        )
    request = Request(
        preset, _list(models), _list(seeds), _values(where), str(where), stages, read_overrides(overrides or [])
    )
    write_comparison(compare(request, _values(COMPARISONS / "published.yaml")), output)


def _row_lists() -> list[str]:
    return sorted(path.stem for path in COMPARISONS.glob("*.yaml") if path.stem != "published")


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


if __name__ == "__main__":
    typer.run(main)
