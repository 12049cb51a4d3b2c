"""Topics under encoders of falling quality, for docs/low_resource.md.

An encoder is a table of vectors made elsewhere, with noise in steps, or the aligned encoder with a dictionary that is
made of aligned texts:

    python -m benchmarks.low_resource --documents FILE.jsonl ... --vectors e5=e5.parquet use=use.parquet --noise 0.5 1 2
        --reference ntrex.jsonl --parallel SIB.jsonl --seeds 0 1 --set model=xtra --output table.json
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np
import polars as pl
from ruamel.yaml import YAML

from benchmarks.paths import ROOT
from pipeline.common.dotted import merged
from pipeline.encoders.precomputed import read_given_vectors
from pipeline.experiments.compare import read_overrides
from pipeline.run.layout import LAYOUT
from pipeline.tables.vectors import unit_rows, vector_column

PARAMETERS: dict[str, Any] = {
    "dataset": "low-resource",
    "path": "documents.jsonl",
    "dictionary": "data/none",
    "num_topics": 10,
    "bow": {"max_document_share": 0.1},  # in place of stop words, which some of the languages lack
    "classify": {"method": "fast"},
}

SHARED_STAGES = ("check", "documents", "tokenise", "bow")  # the same for all rows
STAGES = ("embed", "link", "cluster", "train", "evaluate", "classify")
HEAD = """| encoder | vectors: MRR | CNPMI (start) | TU | accuracy within | across | theta: MRR |
|---|--:|--:|--:|--:|--:|--:|
"""

Figures = dict[str, Any]
log = logging.getLogger(__name__)


def main() -> None:
    """Make all runs in a temporary project, print the table, and write the figures of every run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=Path, nargs="+", required=True, help="JSON Lines, in the project's layout")
    parser.add_argument("--vectors", nargs="*", default=[], help="NAME=FILE.parquet with id and vector")
    parser.add_argument("--noise", type=float, nargs="*", default=[], help="for the first of the vectors")
    parser.add_argument("--aligned", action="store_true", help="add the aligned encoder, without a dictionary")
    parser.add_argument("--reference", type=Path, required=True)
    parser.add_argument("--parallel", type=Path, help="aligned texts for the dictionary")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--set", nargs="*", default=[], help="NAME=VALUE, parameters of all runs")
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        project = make_project(Path(folder), options)
        figures = {name: [run(changes, seed) for seed in options.seeds] for name, changes in rows(project, options)}
    options.output.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(HEAD + "".join(table_row(name, runs) for name, runs in figures.items()))


def make_project(folder: Path, options: argparse.Namespace) -> Path:
    """Make the project, go there, and run the stages that all rows share."""
    (folder / "data").mkdir()
    (folder / "data/none").touch()
    with (folder / "documents.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(path.read_text(encoding="utf-8") for path in options.documents)
    given = {name: str(path.resolve()) for name in ("reference", "parallel") if (path := getattr(options, name))}
    options.vectors = [(name, Path(path).resolve()) for name, path in (pair.split("=") for pair in options.vectors)]
    options.output = options.output.resolve()
    nested: dict[str, Any] = {}
    for name, value in read_overrides(options.set).items():
        section, _, key = name.rpartition(".")
        nested = merged(nested, {section: {key: value}} if section else {key: value})
    os.chdir(folder)
    write_params(ROOT / "params.yaml", merged(merged(PARAMETERS, given), nested))
    for stage in SHARED_STAGES:
        import_module(f"stages.{stage}").main()
    return folder


def rows(project: Path, options: argparse.Namespace) -> Iterator[tuple[str, dict[str, Any]]]:
    """The name and the parameters of each row."""
    for name, path in options.vectors:
        yield name, {"encoder": "precomputed", "vectors": str(path)}
    for deviation in options.noise:
        name, path = options.vectors[0]
        noisy = project / f"noise-{deviation}.parquet"
        write_noisy(path, deviation, noisy)
        label = f"noise {deviation:g}" if deviation else "centred"
        yield f"{name}, {label}", {"encoder": "precomputed", "vectors": str(noisy)}
    if options.aligned:
        yield "aligned, dictionary made of aligned texts", {"encoder": "aligned"}


def write_noisy(path: Path, deviation: float, output: Path) -> None:
    """Write the vectors with noise: each, less its language's mean and of length 1, plus a random vector.

    The random vector is normal and has a length of about ``deviation``.
    """
    ids, vectors = read_given_vectors(path)
    languages = pl.read_ndjson("documents.jsonl").select("id", "lang")
    of_id = dict(languages.iter_rows())
    lang = np.array([of_id.get(id_, "") for id_ in ids])
    for name in np.unique(lang):
        vectors[lang == name] -= vectors[lang == name].mean(axis=0)
    noise = np.random.default_rng(0).normal(size=vectors.shape) / np.sqrt(vectors.shape[1])
    noisy = unit_rows(unit_rows(vectors) + deviation * noise.astype(np.float32))
    pl.DataFrame({"id": ids}).with_columns(vector_column(noisy)).write_parquet(output)


def run(changes: dict[str, Any], seed: int) -> Figures:
    """Run the stages from `embed` on, and return what they measured."""
    write_params(Path("params.yaml"), changes | {"seed": seed})
    for stage in STAGES:
        import_module(f"stages.{stage}").main()
    metrics, classification = (json.loads(path.read_text()) for path in (LAYOUT.metrics, LAYOUT.classification))
    return {"metrics": metrics, "classification": classification["scores"], "vectors": vector_retrieval()}


def vector_retrieval() -> dict[str, float]:
    """MRR of the pivot's test documents' translations by the cosine of the vectors, less their language's mean."""
    table = pl.read_parquet(LAYOUT.tables / "embeddings.parquet")
    table = table.with_columns(pl.read_parquet(LAYOUT.tables / "documents.parquet")["pair"])
    pivot, *others = table["lang"].unique(maintain_order=True)
    centred = np.concatenate(
        [(vectors := part["vector"].to_numpy()) - vectors.mean(axis=0) for part in table.partition_by("lang")]
    )
    units = unit_rows(centred)
    keys = table.select("lang", "split", "pair").with_row_index("row")
    test = keys.filter(pl.col("split") == "test", pl.col("pair").is_not_null())
    found = {}
    for other in others:
        both = test.filter(pl.col("lang") == pivot).join(test.filter(pl.col("lang") == other), on="pair")
        cosine = units[both["row"].to_numpy()] @ units[both["row_right"].to_numpy()].T
        if len(both):
            found[other] = float(np.mean(1 / (1 + (cosine > np.diag(cosine)[:, None]).sum(axis=1))))
    return found


def table_row(name: str, runs: Sequence[Figures]) -> str:
    """A line of the table: means over seeds, and over languages or directions."""

    def means(values: Sequence[float | None]) -> str:
        known = [value for value in values if value is not None]
        return f"{mean(known):.3f}" if known else ""

    metrics = [run["metrics"] for run in runs]
    accuracy = [(pair.split("->"), row["accuracy"]) for run in runs for pair, row in run["classification"].items()]
    retrieval = [(pair.split("->"), row["mrr"]) for figures in metrics for pair, row in figures["retrieval"].items()]
    pivot = accuracy[0][0][0]
    cells = (
        means([value for run in runs for value in run["vectors"].values()]),
        f"{means([row['cnpmi'] for row in metrics])} ({means([row['start']['cnpmi'] for row in metrics])})",
        means([row["tu"] for row in metrics]),
        means([value for (source, target), value in accuracy if source == target]),
        means([value for (source, target), value in accuracy if source != target]),
        means([value for (source, _), value in retrieval if source == pivot]),
    )
    return f"| {name} | {' | '.join(cells)} |\n"


def write_params(source: Path, changes: dict[str, Any]) -> None:
    """Write the project's params.yaml: that of ``source``, with changes."""
    yaml = YAML(typ="safe")
    yaml.dump(merged(yaml.load(source), changes), Path("params.yaml"))


if __name__ == "__main__":
    main()
