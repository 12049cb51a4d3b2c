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
    folder: Annotated[
        Path | None, typer.Option("--from", help="A folder to take the files from, instead of a download.")
    ] = None,
    base_url: Annotated[str, typer.Option(help="Address of a server that mirrors GitHub's raw files.")] = GITHUB,
) -> None:
    """Fetch a public data set and put it into the project's format."""
    public_set = find_dataset(dataset)
    data_folder = Path("data") / public_set.name
    fetch(public_set, data_folder, Source(folder, base_url.rstrip("/")))
    log.info(
        "%s is ready: documents.jsonl, vocabulary/, dictionary/. Next: make run PRESET=%s", data_folder, public_set.name
    )


if __name__ == "__main__":
    typer.run(main)
