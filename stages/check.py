"""params.yaml -> checked.txt: every parameter is right, and the files that it names exist."""

from __future__ import annotations

import typer

from pipeline.common.whole_files import write_text
from pipeline.config.entry import stage
from pipeline.config.parameters import Params
from pipeline.run.layout import LAYOUT


@stage
def main() -> None:
    """Report all wrong parameters at once, with the nearest names and the allowed values; then missing files."""
    from pipeline.config.sections import check_parameters, check_paths  # imported here because it loads torch

    params = Params()
    check_parameters(params)
    check_paths(params)
    write_text(f"Every parameter of {params.path} is right.\n", LAYOUT.checked)


if __name__ == "__main__":
    typer.run(main)
