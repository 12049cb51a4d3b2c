"""theta.parquet -> classification.json and accuracy by direction."""

from __future__ import annotations

import typer

from pipeline.classify import ClassifyParams, accuracy_table, classify_each, labelled_parts
from pipeline.common.arrays import filled
from pipeline.common.files import read_parquet, write_json, write_text
from pipeline.common.layout import LAYOUT
from pipeline.common.params import Params
from pipeline.common.runtime import stage


@stage
def main() -> None:
    """Train an SVM a language on the mean vectors and on theta, test it on every language."""
    params = Params.checked().section("classify", ClassifyParams)
    documents = read_parquet(LAYOUT.theta, ["lang", "split", "label", "theta", "mean"])
    known = documents.with_columns(known=documents["theta"].is_not_null())
    features = {name: labelled_parts(known, filled(documents[name])) for name in ("mean", "theta")}
    scores = classify_each(features, params)
    write_json(scores, LAYOUT.classification)
    write_text(accuracy_table(scores).write_csv(float_precision=4), LAYOUT.accuracy)


if __name__ == "__main__":
    typer.run(main)
