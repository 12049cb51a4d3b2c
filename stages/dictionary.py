"""Write the dictionary of the present run as files (``python -m stages.dictionary --output folder``).

This is not a stage of the pipeline.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated

import typer

from pipeline.common.wording import counted
from pipeline.config.entry import stage
from pipeline.lexicon.write_dictionary import write_dictionaries
from pipeline.run.destination import check_destination
from pipeline.run.layout import LAYOUT
from pipeline.tables.catalogue import LINKS, VOCABULARY

log = logging.getLogger(__name__)


@stage
def main(
    output: Annotated[Path, typer.Option(help="A folder without such files.")],
) -> None:
    """Write <pivot>-<language>.tsv, to read and correct; the parameter `dictionary` takes the folder."""
    check_destination("--output", output)
    vocabulary = VOCABULARY.read(LAYOUT.tables, ["lang", "term", "word"])
    for path, pairs in write_dictionaries(vocabulary, LINKS.read(LAYOUT.tables), output).items():
        log.info("%s: %s", path, counted(pairs, "pair"))


if __name__ == "__main__":
    typer.run(main)
