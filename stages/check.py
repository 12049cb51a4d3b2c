"""Check every parameter of params.yaml, and that the files named there exist (``python -m stages.check``)."""

from __future__ import annotations

import typer

from pipeline.common.params import Params
from pipeline.common.runtime import stage


@stage
def main() -> None:
    """Tell all wrong parameters at once, with the nearest names and the allowed values; then missing files."""
    from pipeline.parameters import check_parameters, check_paths

    params = Params()
    check_parameters(params)
    check_paths(params)


if __name__ == "__main__":
    typer.run(main)
