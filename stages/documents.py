"""Files of documents -> documents.parquet, rejects.parquet, reference.parquet, documents.json."""

from __future__ import annotations

from pathlib import Path

import typer
from pydantic import Field

from pipeline.common.files import write_json, write_parquet
from pipeline.common.layout import LAYOUT
from pipeline.common.params import Params
from pipeline.common.runtime import stage
from pipeline.documents import DocumentsParams, check_dataset_name, find_reference, read_documents, read_reference


class StageParams(DocumentsParams):
    """How to read, what, and from where."""

    dataset: str
    path: Path
    reference: Path = LAYOUT.none
    languages: str | list[str] = "auto"
    seed: int = Field(ge=0, lt=2**32)


@stage
def main() -> None:
    """Read, check and normalise the documents."""
    params = Params().section("documents", StageParams)
    check_dataset_name(params.dataset)
    reference = find_reference(params.path, params.reference)
    intake = read_documents(params.path, params.languages, params, params.seed)
    aligned = read_reference(reference, intake.documents, list(intake.report["languages"]), params)
    write_parquet(intake.documents, LAYOUT.documents)
    write_parquet(intake.rejects, LAYOUT.rejects)
    write_parquet(aligned, LAYOUT.reference)
    write_json(intake.report, LAYOUT.intake)


if __name__ == "__main__":
    typer.run(main)
