"""theta and wholes.parquet -> classification.json and accuracy by direction."""

from __future__ import annotations

import typer

from pipeline.common.json_files import write_json
from pipeline.common.whole_files import write_text
from pipeline.config.entry import stage
from pipeline.config.parameters import Params
from pipeline.evaluation.classify import ClassifyParams, accuracy_table, classify_each, labelled_parts
from pipeline.run.layout import LAYOUT
from pipeline.run.record import write_record
from pipeline.tables.catalogue import THETA, WHOLES
from pipeline.tables.vectors import Theta
from pipeline.tables.wholes import with_whole_texts


@stage
def main() -> None:
    """Train an SVM for each language on scores and on theta, and test it on every language."""
    params = Params()
    section = params.section("classify", ClassifyParams)
    passages = THETA.read(LAYOUT.tables, ["lang", "split", "label", "whole", "theta", "scores"])
    documents = with_whole_texts(passages, WHOLES.read(LAYOUT.tables))
    features = {name: labelled_parts(documents, Theta.of(documents[name])) for name in ("scores", "theta")}
    accuracies = classify_each(features, section)
    write_json(accuracies, LAYOUT.classification)
    write_text(accuracy_table(accuracies).write_csv(float_precision=4), LAYOUT.accuracy)
    write_record(LAYOUT.records, "classify", params.used, reports=[LAYOUT.classification, LAYOUT.accuracy])


if __name__ == "__main__":
    typer.run(main)
