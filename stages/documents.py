"""Files of documents -> documents.parquet, rejects.parquet, reference.parquet, documents.json."""

from __future__ import annotations

import typer

from pipeline.common.files import write_json, write_parquet
from pipeline.common.layout import LAYOUT
from pipeline.common.params import Params
from pipeline.common.runtime import stage
from pipeline.documents import IntakeParams, check_dataset_name, find_reference, read_documents, read_reference


@stage
def main() -> None:
    """Read, check and normalise the documents."""
    params = Params.checked().section("documents", IntakeParams)
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
