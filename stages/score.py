"""Score topics from any tool (``python -m stages.score --topics en=a.txt zh=b.txt --reference ref.jsonl``)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from pipeline.common.files import write_json
from pipeline.common.runtime import stage
from pipeline.metrics.coherence import Counting
from pipeline.scoring import files_by_language, read_tokens, read_topics, repeat_options, score, scores_table

TOPICS = "LANGUAGE=FILE, one for each language: a topic a line, its words separated by blanks, best first."
REFERENCE = "Aligned documents (JSON Lines, CSV, TSV), or LANGUAGE=FILE for each language: tokens, aligned by line."


@stage
def main(
    topics: Annotated[list[str], typer.Option(help=TOPICS)],
    reference: Annotated[list[str], typer.Option(help=REFERENCE)],
    words: Annotated[int, typer.Option(min=2, help="How many words of each topic count.")] = 15,
    counting: Annotated[
        Counting, typer.Option(help="Single words: by token as published, or by document.")
    ] = "toolkit",
    pretokenised: Annotated[bool, typer.Option("--pretokenised", help="Documents are tokens between blanks.")] = False,
    output: Annotated[Path | None, typer.Option(help="A JSON file for the figures.", dir_okay=False)] = None,
) -> None:
    """Coherence (CNPMI, NPMI), uniqueness (TU) and quality (TQ) of topics made by any tool."""
    files = files_by_language("--topics", topics)
    listed = read_topics(files, words)
    scores = score(listed, read_tokens(reference, list(files), pretokenised=pretokenised), counting)
    if output:
        write_json(scores, output)
    Console(width=None if Console().is_terminal else 120).print(scores_table(scores))


if __name__ == "__main__":
    app = typer.Typer(add_completion=False)
    app.command()(main)
    app(list(repeat_options(sys.argv[1:], ("--topics", "--reference"))))
