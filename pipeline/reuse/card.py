"""The README of an exported model: what it is, what it was trained on, how good it is, how to use it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from pipeline.common.arrays import filled
from pipeline.documents.languages import language_name
from pipeline.report.markdown import escape

LARGEST = 10  # topics whose words are shown
WORDS = 8  # of each
MEANINGS = {
    "cnpmi": "how often the top words of a topic in two languages meet in aligned documents, -1 to 1",
    "npmi": "the same within one language",
    "tu": "topic uniqueness: 1 when no two topics share a top word",
    "tq": "max(0, cnpmi) x tu",
}
LOADING = """```python
import pipeline  # the package `xtra-topics`, with which it was trained

topics = pipeline.load("this/folder")
topics.infer("{text}", lang="{pivot}")  # theta of a text, its largest topics and their words
topics.topics(words=10)  # topic, lang, words, share
topics.similar("{text}", lang="{pivot}", to="{other}")  # documents of the run
```

From the shell: `python -m stages.infer --model this/folder --input new.jsonl --output theta.parquet`."""


@dataclass(frozen=True)
class Facts:
    """What the card tells.

    Attributes:
        dataset: its name.
        config: the model's config.json.
        params: of the run.
        topics: lang, topic and words.
        theta: lang and theta of every document.
        documents: lang and label, and text where texts are shared.
        metrics: metrics.json.
        classification: classification.json.
        encoder: the name of the encoder, for a model that reads embeddings.
    """

    dataset: str
    config: Mapping[str, Any]
    params: Mapping[str, Any]
    topics: pl.DataFrame
    theta: pl.DataFrame
    documents: pl.DataFrame
    metrics: Mapping[str, Any]
    classification: Mapping[str, Any]
    encoder: str | None


def model_card(facts: Facts) -> str:
    """Compose the card, in Markdown."""
    config = facts.config
    languages, name = config["languages"], config["model"]
    named = ", ".join(language_name(lang) for lang in languages)
    lines = [
        f"# {config['topics']} topics of {escape(facts.dataset)} in {named}",
        "",
        f"A topic model (`{name}`) whose topics all languages share: each topic has words in every language, and "
        "theta, the share of each topic in a document, means the same whatever the document's language.",
        *("", "## Documents", "", *_documents(facts)),
        *("", "## Topics", "", *_topics(facts)),
        *("", "## Figures", "", *_figures(facts)),
        *("", "## Use", "", LOADING.format(pivot=languages[0], other=languages[-1], text="...")),
        *("", "## Limits", "", *_limits(facts)),
        *("", "## Parameters", "", *_parameters(facts)),
    ]
    return "\n".join(lines) + "\n"


def _documents(facts: Facts) -> Iterator[str]:
    yield from ("| language | code | documents | with a known word |", "|---|---|--:|--:|")
    for lang in facts.config["languages"]:
        mine = facts.theta.filter(pl.col("lang") == lang)["theta"]
        yield f"| {language_name(lang)} | {lang} | {len(mine):,} | {len(mine) - mine.null_count():,} |"
    with_texts = "text" in facts.documents.columns
    yield ""
    yield (
        "`documents.parquet` holds ids, languages, labels and texts."
        if with_texts
        else ("`documents.parquet` holds ids, languages and labels; the texts are not shared.")
    )


def _topics(facts: Facts) -> Iterator[str]:
    languages = facts.config["languages"]
    means = [_mean_theta(facts.theta, lang) for lang in languages]
    order = np.argsort(-np.mean(means, axis=0), kind="stable")[:LARGEST]
    words = {(lang, topic): listed for lang, topic, listed in facts.topics.select("lang", "topic", "words").iter_rows()}
    if len(order) < facts.config["topics"]:
        yield from (f"The {len(order)} largest of {facts.config['topics']}; all are in `topics.parquet`.", "")
    yield f"| topic | share | {' | '.join(languages)} |"
    yield "|--:|--:|" + "---|" * len(languages)
    for topic in order.tolist():
        cells = (", ".join(map(escape, words[lang, topic][:WORDS])) for lang in languages)
        yield f"| {topic} | {np.mean([mean[topic] for mean in means]):.1%} | {' | '.join(cells)} |"
    yield from ("", "The share is the mean of theta, each language counted alike.")


def _mean_theta(theta: pl.DataFrame, lang: str) -> np.ndarray:
    """(K,) over the documents with a theta; zeros where there is none."""
    known = filled(theta.filter(pl.col("lang") == lang)["theta"].drop_nulls())
    return known.sum(axis=0, dtype=np.float64) / max(len(known), 1)


def _figures(facts: Facts) -> Iterator[str]:
    yield from ("| figure | trained | clusters before training | |", "|---|--:|--:|---|")
    for key, meaning in MEANINGS.items():
        yield f"| {key} | {_number(facts.metrics[key])} | {_number(facts.metrics['start'][key])} | {meaning} |"
    for pair, found in sorted(facts.metrics.get("retrieval", {}).items()):
        meaning = f"mean reciprocal rank of a test document's translation by theta, {found['pairs']} pairs"
        yield f"| retrieval {pair} | {_number(found['mrr'])} | | {meaning} |"
    for direction, found in sorted(facts.classification.get("mean", {}).items()):
        if found.get("accuracy") is not None:
            meaning = "accuracy of an SVM on the mean vector, trained on the first language, tested on the second"
            yield f"| SVM {direction} | {_number(found['accuracy'])} | | {meaning} |"


def _limits(facts: Facts) -> Iterator[str]:
    yield f"- It knows {', '.join(facts.config['languages'])} and the words in `vocabulary.parquet`, no others."
    yield f"- Topics are what `{escape(facts.dataset)}` speaks of; for other subjects theta says little."
    yield "- Figures were measured on the training run's own data, with its reference corpus."
    if facts.encoder:
        yield f"- Theta is inferred from embeddings by `{facts.encoder}`, whose state is in `encoder`. BGE-M3 itself is"
        yield "  loaded from where its configuration says; precomputed vectors must be there and hold the new ids."


def _parameters(facts: Facts) -> Iterator[str]:
    for name in ("num_topics", "seed", "encoder", "top_words"):
        yield f"- `{name}`: {facts.params[name]}"
    yield from (f"- `train.{name}`: {value}" for name, value in facts.params["train"].items())
    for name, value in facts.config["params"].items():
        yield f"- `{name if name in facts.params else facts.config['model'] + '.' + name}`: {value}"


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.3f}"
