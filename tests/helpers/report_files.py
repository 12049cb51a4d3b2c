"""The tables of a small finished run, made up: what the report reads."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import polars as pl

from pipeline.common.json_files import write_json
from pipeline.common.whole_files import write_text
from pipeline.models.model_config import write_model_config
from pipeline.run.finished import FinishedRun
from pipeline.run.layout import LAYOUT
from pipeline.run.record import STAGES, write_record
from pipeline.tables import catalogue
from pipeline.tables.catalogue import BOW, DOCUMENTS, EMBEDDINGS, THETA, VOCABULARY
from pipeline.tables.vectors import Theta, vector_column

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
    "documents_without_theta": 1,
}
CLASSIFICATION = {
    "scores": {
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
    "reference": {"name": "reference.jsonl", "texts": 6},
}
VALUES: dict[str, Any] = {
    "dataset": "made-up",
    "model": "xtra",
    "encoder": "aligned",
    "dictionary": "data/words",
    "seed": 0,
    "top_words": "owned",
    "path": "/home/someone/corpus.csv",
    "languages": ["en", "zh", "ja"],
    "train": {"epochs": 2},
    "xtra": {"anchor": 0},
    "gloctm": {"neighbours": 3},
}
RECORDED = {  # stage -> what it read of these; none reads the section of a model that was not chosen
    "documents": ("dataset", "path", "languages", "seed"),
    "embed": ("encoder", "dictionary", "seed"),
    "link": ("dictionary",),
    "train": ("model", "seed", "train", "xtra"),
    "evaluate": ("top_words",),
    "classify": ("seed",),
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


FOLDERS: dict[int, TemporaryDirectory[str]] = {}  # a temporary folder lasts as long as something holds it


def make_run(a_language: int = 12, hostile: str | None = None, seed: int = 0, **parts: Any) -> FinishedRun:  # noqa: ANN401
    """A run whose first document of each language has no theta; ``hostile`` stands in every kind of text.

    Args:
        a_language: documents of each language.
        hostile: what to add to texts, ids, labels, groups and words.
        seed: of all that is drawn.
        parts: of the run, in place of what the files have.
    """
    folder = TemporaryDirectory()
    FOLDERS[len(FOLDERS)] = folder
    write_run(Path(folder.name), a_language, hostile, seed)
    run = FinishedRun.open(Path(folder.name))
    run.__dict__.update(parts)  # where its lazily read parts are kept
    return run


def write_run(folder: Path, a_language: int = 12, hostile: str | None = None, seed: int = 0) -> None:
    """The files of a run, as its stages leave them; topics of every source and selection, told by a suffix."""
    draw = np.random.default_rng(seed)
    layout, count = LAYOUT.below(folder), a_language * len(LANGUAGES)
    theta = draw.dirichlet(np.full(TOPICS, 0.4), count).astype(np.float32)
    known = np.arange(count) % a_language > 0
    theta[~known] = 0
    documents, words, vocabulary = _documents(a_language), _words(), _vocabulary()
    if hostile:
        documents = documents.with_columns(
            pl.lit(hostile).alias("label"), pl.lit(hostile).alias("group"), pl.col("id", "text") + hostile
        )
        first = {word(lang, 0): f"{lang}{hostile}" for lang in LANGUAGES}
        words = words.with_columns(pl.col("words").list.eval(pl.element().replace(first)))
        vocabulary = vocabulary.with_columns(pl.col("word").replace(first))
    column = Theta(theta, known).column()
    selections = (("trained", "beta", "-b"), ("trained", "owned", ""), ("start", "owned", "-s"))
    topics = [
        words.with_columns(
            source=pl.lit(source), selection=pl.lit(selection), words=pl.col("words").list.eval(pl.element() + suffix)
        )
        for source, selection, suffix in selections
    ]
    document, term = np.nonzero(counts := draw.poisson(0.7, (count, WORDS)))
    bow = pl.DataFrame({"document": document, "term": term, "count": counts[document, term]}).cast(pl.UInt32)
    vectors = draw.standard_normal((count, DIMENSION)).astype(np.float32)

    DOCUMENTS.write(documents, layout.tables)
    THETA.write(documents.with_columns(theta=column, scores=column), layout.tables)
    EMBEDDINGS.write(documents.with_columns(vector_column(vectors)), layout.tables)
    catalogue.TOPICS.write(pl.concat(topics), layout.tables)
    VOCABULARY.write(vocabulary, layout.tables)
    VOCABULARY.write(vocabulary, layout.model)
    BOW.write(bow, layout.tables)
    config = {"model": "xtra", "languages": LANGUAGES, "topics": TOPICS, "params": {}, "tokenise": {}}
    write_model_config(config, layout.model)
    coherence = pl.DataFrame({"topic": [0, 1], "pair": ["en-zh", "en-zh"], "cnpmi": [0.1, -0.2]})
    losses = pl.DataFrame({"epoch": [1, 2], "term": ["total", "total"], "loss": [3.0, 2.0]})
    write_text(coherence.write_csv(), layout.coherence)
    write_text(losses.write_csv(), layout.losses)
    write_json(METRICS, layout.metrics)
    write_json(CLASSIFICATION, layout.classification)
    write_json(INTAKE, layout.intake)
    write_json(VALUES | {"comparison": "data/none"}, folder / "params.yaml")  # JSON is YAML
    for stage in STAGES:
        write_record(layout.records, stage, {name: VALUES[name] for name in RECORDED.get(stage, ())})


def _documents(a_language: int) -> pl.DataFrame:
    return pl.DataFrame(
        [
            (
                f"{lang}-{i}",
                lang,
                "test" if i % 5 == 4 else "train",
                f"Text {i} of {word(lang, 0)}, {word(lang, 7)}.",
                "news",
                None,
                f"202{i % 3}-0{1 + i % 9}-01",
                "ab"[i % 2],
                *[None] * 3,
            )
            for lang in LANGUAGES
            for i in range(a_language)
        ],
        schema=DOCUMENTS.empty().schema,
        orient="row",
    )


def _words() -> pl.DataFrame:
    return pl.DataFrame(
        [
            (lang, topic, [word(lang, (k + 3 * topic) % WORDS) for k in range(LISTED)])
            for lang in LANGUAGES
            for topic in range(TOPICS)
        ],
        schema={"lang": pl.String, "topic": pl.UInt32, "words": pl.List(pl.String)},
        orient="row",
    )


def _vocabulary() -> pl.DataFrame:
    return pl.DataFrame(
        [(lang, k, word(lang, k), 1) for lang in LANGUAGES for k in range(WORDS)],
        schema=VOCABULARY.empty().schema,
        orient="row",
    )
