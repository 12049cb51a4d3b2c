"""The README of an exported model: what it is, what it was trained on, how good it is, how to use it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pipeline.common.dotted import leaves
from pipeline.languages.codes import language_name
from pipeline.report.markdown import escape
from pipeline.run.finished import FinishedRun
from pipeline.run.layout import MODEL_ENCODER
from pipeline.run.record import without_paths
from pipeline.topics.shares import largest_first, topic_shares

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


def model_card(run: FinishedRun, texts: bool) -> str:
    """Compose the card, in Markdown.

    Args:
        run: that is exported.
        texts: whether the documents' texts are shared.
    """
    named = ", ".join(language_name(language) for language in run.languages)
    lines = [
        f"# {run.topics} topics of {escape(str(run.parameters['dataset']))} in {named}",
        "",
        f"A topic model (`{run.config['model']}`) whose topics all languages share: each topic has words in every "
        "language, and theta, the share of each topic in a document, means the same whatever the document's language.",
        *("", "## Documents", "", *_documents(run, texts)),
        *("", "## Topics", "", *_topics(run)),
        *("", "## Figures", "", *_figures(run)),
        *("", "## Use", "", LOADING.format(pivot=run.languages[0], other=run.languages[-1], text="...")),
        *("", "## Limits", "", *_limits(run)),
        *("", "## Parameters", "", *_parameters(run)),
    ]
    return "\n".join(lines) + "\n"


def _documents(run: FinishedRun, texts: bool) -> Iterator[str]:
    yield from ("| language | code | documents | with a known word |", "|---|---|--:|--:|")
    for language, theta in run.theta_by_language.items():
        yield f"| {language_name(language)} | {language} | {len(theta):,} | {theta.known.sum():,} |"
    yield ""
    if texts:
        yield "`documents.parquet` holds ids, languages, splits, labels and texts."
    else:
        yield "`documents.parquet` holds ids, languages, splits and labels; the texts are not shared."


def _topics(run: FinishedRun) -> Iterator[str]:
    shares = {language: topic_shares(theta) for language, theta in run.theta_by_language.items()}
    order = largest_first(shares)[:LARGEST]
    if len(order) < run.topics:
        yield from (f"The {len(order)} largest of {run.topics}; all are in `topics.parquet`.", "")
    yield f"| topic | share | {' | '.join(run.languages)} |"
    yield "|--:|--:|" + "---|" * len(run.languages)
    for topic in order:
        cells = (", ".join(map(escape, run.words[language][topic][:WORDS])) for language in run.languages)
        share = np.mean([own.mean[topic] for own in shares.values()])
        yield f"| {topic} | {share:.1%} | {' | '.join(cells)} |"
    yield from ("", "The share is the mean of theta over documents, every language counting alike.")


def _figures(run: FinishedRun) -> Iterator[str]:
    yield from ("| figure | trained | clusters before training | |", "|---|--:|--:|---|")
    for key, meaning in MEANINGS.items():
        yield f"| {key} | {_number(run.metrics[key])} | {_number(run.metrics['start'][key])} | {meaning} |"
    for pair, figures in sorted(run.metrics.get("retrieval", {}).items()):
        meaning = f"mean reciprocal rank of a test document's translation by theta, {figures['pairs']} pairs"
        yield f"| retrieval {pair} | {_number(figures['mrr'])} | | {meaning} |"
    for direction, figures in sorted(run.classification.get("scores", {}).items()):
        if figures.get("accuracy") is not None:
            meaning = "accuracy of an SVM on the scores of theta, trained on the first language, tested on the second"
            yield f"| SVM {direction} | {_number(figures['accuracy'])} | | {meaning} |"


def _limits(run: FinishedRun) -> Iterator[str]:
    yield f"- It knows {', '.join(run.languages)} and the words in `vocabulary.parquet`, no others."
    dataset = escape(str(run.parameters["dataset"]))
    yield f"- Topics are what `{dataset}` speaks of; for other subjects theta says little."
    yield "- Figures were measured on the training run's own data, with its reference corpus."
    if run.layout.model_encoder.is_dir():
        encoder = run.parameters["encoder"]
        yield f"- Theta is inferred from embeddings by `{encoder}`, whose state is in `{MODEL_ENCODER}`. BGE-M3 itself"
        yield "  is loaded from where its configuration says; precomputed vectors must be there and hold the new ids."


def _parameters(run: FinishedRun) -> Iterator[str]:
    """The parameters that the run was made with, without the paths of one machine."""
    for name, value in leaves(without_paths(run.parameters)):
        yield f"- `{name}`: {value}"


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.3f}"
