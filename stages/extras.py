"""Print the optional packages that the run needs and that are not installed: `make run` installs them."""

from __future__ import annotations

import typer

from pipeline.config.entry import stage
from pipeline.config.parameters import Params
from pipeline.run.layout import LAYOUT
from pipeline.tables.catalogue import DOCUMENTS


@stage
def main() -> None:
    """Print the names of extras of pyproject.toml, one on each line; the stage `documents` must have run."""
    from pipeline.encoders.all_encoders import ENCODERS
    from pipeline.encoders.choice import AUTO, needs_e5

    names = Params().choices("encoder", (AUTO, *ENCODERS), tuple(ENCODERS))
    languages = DOCUMENTS.read(LAYOUT.tables, ["lang"])["lang"].unique().to_list()
    if needs_e5(names, languages):
        typer.echo("e5")


if __name__ == "__main__":
    typer.run(main)
