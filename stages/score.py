"""Score topics from any tool (``python -m stages.score --topics en=a.txt zh=b.txt --reference ref.jsonl``)."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from pipeline.common.errors import InputError
from pipeline.common.json_files import write_json
from pipeline.config.entry import stage
from pipeline.evaluation.coherence import Counting
from pipeline.evaluation.scoring import files_by_language, read_tokens, read_topics, score
from pipeline.report.screen import scores_table
from pipeline.run.destination import check_destination

TOPICS = "LANGUAGE=FILE, one for each language: one topic on each line, its words separated by blanks, the best first."
REFERENCE = (
    "Aligned documents (JSON Lines, CSV, TSV), or LANGUAGE=FILE for each language: tokens, aligned line by line."
)


@stage
def main(
    topics: Annotated[list[str], typer.Option(help=TOPICS)],
    reference: Annotated[list[str], typer.Option(help=REFERENCE)],
    words: Annotated[int, typer.Option(min=2, help="How many words of each topic count.")] = 15,
    counting: Annotated[
        Counting, typer.Option(help="Count single words in tokens, as published, or in documents.")
    ] = "toolkit",
    pretokenised: Annotated[
        bool, typer.Option("--pretokenised", help="The documents are tokens separated by blanks.")
    ] = False,
    output: Annotated[Path | None, typer.Option(help="A JSON file for the figures.", dir_okay=False)] = None,
) -> None:
    """Coherence (CNPMI, NPMI), uniqueness (TU) and quality (TQ) of topics made by any tool."""
    if output:
        if output.suffix != ".json":
            raise InputError(f"--output {output}: expected a file name that ends in .json.")
        check_destination("--output", output)
    files = files_by_language("--topics", topics)
    scores = score(read_topics(files, words), read_tokens(reference, list(files), pretokenised=pretokenised), counting)
    if output:
        write_json(scores, output)
    Console(width=None if Console().is_terminal else 120).print(scores_table(scores))


def repeat_options(arguments: Sequence[str], options: Collection[str]) -> Iterator[str]:
    """Repeat an option before each further value: ``--topics en=a zh=b`` becomes ``--topics en=a --topics zh=b``."""
    current, has_value = "", False
    for argument in arguments:
        if argument.startswith("--"):
            current, equals, _ = argument.partition("=")
            has_value = bool(equals)
        else:
            if current in options and has_value:
                yield current
            has_value = True
        yield argument


if __name__ == "__main__":
    app = typer.Typer(add_completion=False)
    app.command()(main)
    app(list(repeat_options(sys.argv[1:], ("--topics", "--reference"))))
