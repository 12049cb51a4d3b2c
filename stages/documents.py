"""Files of documents -> documents, rejects, reference and parallel.parquet, documents.json."""

from __future__ import annotations

import typer

from pipeline.common.json_files import write_json
from pipeline.config.entry import stage
from pipeline.config.parameters import Params
from pipeline.documents import (
    IntakeParams,
    check_dataset_name,
    find_reference,
    intake_advice,
    read_documents,
    read_parallel,
    read_reference,
)
from pipeline.run.layout import LAYOUT
from pipeline.run.record import write_record
from pipeline.tables.catalogue import DOCUMENTS, PARALLEL, REFERENCE, REJECTS


@stage
def main() -> None:
    """Read, check and normalise the documents."""
    params = Params()
    intake = params.section("documents", IntakeParams)
    check_dataset_name(intake.dataset)
    reference = find_reference(intake.path, intake.reference)
    read = read_documents(intake.path, intake.languages, intake, intake.seed)
    languages = list(read.report["languages"])
    aligned = read_reference(reference, read.uncut, languages, intake)
    parallel = read_parallel(intake.parallel, languages, intake)
    DOCUMENTS.write(read.documents, LAYOUT.tables)
    REJECTS.write(read.rejects, LAYOUT.tables)
    REFERENCE.write(aligned, LAYOUT.tables)
    PARALLEL.write(parallel, LAYOUT.tables)
    advice = intake_advice(read.report)
    counted_in = {"name": reference and reference.name, "texts": aligned.height}
    write_json(read.report | {"reference": counted_in, "to_mend": [str(one) for one in advice]}, LAYOUT.intake)
    inputs = [intake.path, intake.reference, intake.parallel]
    write_record(LAYOUT.records, "documents", params.used, inputs, advice, reports=[LAYOUT.intake])


if __name__ == "__main__":
    typer.run(main)
