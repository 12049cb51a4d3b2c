"""The tables of a small finished run, made up: what the report reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from scipy.sparse import csr_array

from pipeline.bow.counts import language_bow
from pipeline.common.files import write_json, write_parquet, write_text
from pipeline.common.layout import LAYOUT
from pipeline.report.tables import Records, Run

HOSTILE = (
    "</script><img src=x onerror=alert(1)> &lt;b&gt; \" ' \u2028 <!-- <script> {{ x }} $x$ <a href='javascript:1'>"
)
LANGUAGES = ("en", "zh", "ja")
TOPICS, WORDS, DIMENSION = 3, 20, 5
LISTED = 15
FIGURES = {"cnpmi": 0.125, "tu": 0.9, "tq": 0.1125, "npmi": 0.2}
METRICS = {
    **FIGURES,
    "start": {"cnpmi": None, "tu": 1.0, "tq": None, "npmi": None},
    "pairs": {"en-zh": {"cnpmi": 0.125}},
    "languages": {name: {"npmi": 0.2, "tu": 0.9} for name in LANGUAGES},
    "selections": {name: FIGURES | {"start": FIGURES, "languages": {}} for name in ("beta", "owned")},
    "counting": {"toolkit": {"cnpmi": 0.125}},
    "retrieval": {"en->zh": {"mrr": 0.5, "jsd": 0.01, "pairs": 7}},
    "documents_without_words": 1,
}
CLASSIFICATION = {
    "mean": {
        "en->en": {"accuracy": 0.9, "macro_f1": 0.9},
        "en->zh": {"accuracy": 0.5, "macro_f1": 0.4},
        "en->ja": {"accuracy": None, "macro_f1": None, "reason": "no labelled test documents in ja"},
    }
}
INTAKE = {
    "rows_in": 10,
    "documents": 9,
    "rejected": 1,
    "by_reason": {"empty text": 1},
    "languages": {"en": {"rows_in": 10, "rejected": 1, "documents": 9}},
    "rejected_in_other_languages": {},
    "normalised": {"documents_changed": 0},
}
VALUES: dict[str, Any] = {
    "dataset": "made-up",
    "model": "xtra",
    "encoder": "aligned",
    "dictionary": "data/words",
    "seed": 0,
    "top_words": "owned",
    "comparison": "data/none",
    "path": "/home/someone/corpus.csv",
    "languages": ["en", "zh", "ja"],
    "train": {"epochs": 2},
    "xtra": {"anchor": 0},
    "gloctm": {"neighbours": 3},
}
COMPARISON = {
    "title": "Comparison on made-up",
    "seeds": [0, 1],
    "rows": [
        {"name": name, "figures": {"owned/cnpmi": {"mean": mean, "std": 0.01, "mark": mark}, "owned/tu": None}}
        for name, mean, mark in (("xtra", 0.3, "best"), ("gloctm", 0.1, ""))
    ],
}


def word(lang: str, number: int) -> str:
    return f"{lang}word{number}"


def make_run(a_language: int = 12, hostile: str | None = None, seed: int = 0) -> Run:
    """A run whose first document of each language has no theta; ``hostile`` stands in every kind of text."""
    draw = np.random.default_rng(seed)
    count = a_language * len(LANGUAGES)
    theta = draw.dirichlet(np.full(TOPICS, 0.4), count).astype(np.float32)
    theta[::a_language] = 0
    documents = pl.DataFrame(
        [
            (
                f"{lang}-{i}",
                lang,
                "test" if i % 5 == 4 else "train",
                f"Text {i} of {word(lang, 0)}, {word(lang, 7)}.",
                "news",
                f"202{i % 3}-0{1 + i % 9}-01",
                "ab"[i % 2],
            )
            for lang in LANGUAGES
            for i in range(a_language)
        ],
        schema=["id", "lang", "split", "text", "label", "date", "group"],
        orient="row",
    )
    words = pl.DataFrame(
        [
            (lang, topic, [word(lang, (k + 3 * topic) % WORDS) for k in range(LISTED)])
            for lang in LANGUAGES
            for topic in range(TOPICS)
        ],
        schema={"lang": pl.String, "topic": pl.UInt32, "words": pl.List(pl.String)},
        orient="row",
    )
    vocabulary = pl.DataFrame(
        [(lang, k, word(lang, k)) for lang in LANGUAGES for k in range(WORDS)],
        schema={"lang": pl.String, "term": pl.UInt32, "word": pl.String},
        orient="row",
    )
    if hostile:
        documents = documents.with_columns(
            pl.lit(hostile).alias("label"), pl.lit(hostile).alias("group"), pl.col("id", "text") + hostile
        )
        first = {word(lang, 0): f"{lang}{hostile}" for lang in LANGUAGES}
        words = words.with_columns(pl.col("words").list.eval(pl.element().replace(first)))
        vocabulary = vocabulary.with_columns(pl.col("word").replace(first))
    bow = _bow(draw.poisson(0.7, (count, WORDS)))
    return Run(
        documents,
        theta,
        draw.standard_normal((count, DIMENSION)).astype(np.float32),
        words,
        vocabulary,
        language_bow(bow, vocabulary, documents["lang"]),
        pl.DataFrame({"topic": [0, 1], "pair": ["en-zh", "en-zh"], "cnpmi": [0.1, -0.2]}),
        pl.DataFrame({"epoch": [1, 2], "term": ["total", "total"], "loss": [3.0, 2.0]}),
        LANGUAGES,
    )


def make_records(**changes: Any) -> Records:  # noqa: ANN401 - any field of Records
    parts = {"values": VALUES, "intake": INTAKE, "metrics": METRICS, "classification": CLASSIFICATION}
    return Records(**(parts | changes))


def write_run(folder: Path, run: Run | None = None) -> None:
    """The files of a run, as its stages leave them; topics of every source and selection, told by a suffix."""
    run = run or make_run()
    selections = (("trained", "beta", "-b"), ("trained", "owned", ""), ("start", "owned", "-s"))
    parts = [
        run.words.with_columns(
            source=pl.lit(source), selection=pl.lit(selection), words=pl.col("words").list.eval(pl.element() + suffix)
        )
        for source, selection, suffix in selections
    ]
    theta = pl.Series("theta", run.theta, dtype=pl.Array(pl.Float32, TOPICS))
    vectors = pl.Series("vector", run.vectors, dtype=pl.Array(pl.Float32, DIMENSION))
    write_parquet(run.documents, folder / LAYOUT.documents)
    write_parquet(run.documents.select("id").with_columns(theta), folder / LAYOUT.theta)
    write_parquet(run.documents.select("id").with_columns(vectors), folder / LAYOUT.embeddings)
    write_parquet(pl.concat(parts), folder / LAYOUT.topics)
    write_parquet(run.vocabulary, folder / LAYOUT.vocabulary)
    write_parquet(_rows(run), folder / LAYOUT.bow)
    write_text(run.coherence.write_csv(), folder / LAYOUT.coherence)
    write_text(run.losses.write_csv(), folder / LAYOUT.losses)
    write_json(METRICS, folder / LAYOUT.metrics)
    write_json(CLASSIFICATION, folder / LAYOUT.classification)
    write_json(INTAKE, folder / LAYOUT.intake)
    write_json(VALUES, folder / LAYOUT.params)  # JSON is YAML


def _bow(counts: np.ndarray) -> pl.DataFrame:
    document, term = np.nonzero(counts)
    return pl.DataFrame({"document": document, "term": term, "count": counts[document, term]}).cast(pl.UInt32)


def _rows(run: Run) -> pl.DataFrame:
    blocks: list[csr_array] = [run.bows[name] for name in run.languages]
    return _bow(np.concatenate([block.toarray() for block in blocks]))
