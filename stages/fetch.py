"""Fetch a public data set into ``data/NAME`` (``make data DATASET=NAME``)."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated

import typer

from pipeline.config.entry import stage
from pipeline.datasets import GITHUB, Source, fetch, find_dataset

log = logging.getLogger(__name__)


@stage
def main(
    dataset: Annotated[str, typer.Argument(help="ecnews, rakuten_amazon or amazon_review.")],
    folder: Annotated[Path | None, typer.Option("--from", help="Take the files from here; no download.")] = None,
    base_url: Annotated[str, typer.Option(help="A server that mirrors GitHub's raw files.")] = GITHUB,
) -> None:
    """Fetch a public data set and put it into the project's format."""
    found = find_dataset(dataset)
    home = Path("data") / found.name
    fetch(found, home, Source(folder, base_url.rstrip("/")))
    log.info("%s is ready: documents.jsonl, vocabulary/, dictionary/. Next: make run PRESET=%s", home, found.name)


if __name__ == "__main__":
    typer.run(main)
