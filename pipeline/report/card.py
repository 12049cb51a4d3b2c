"""The README of an exported model: what it is, what it was trained on, how good it is, and how to use it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pipeline.common.dotted import leaves
from pipeline.common.wording import counted
from pipeline.evaluation.headline import HEADLINE
from pipeline.languages.codes import language_name
from pipeline.report.markdown import escape
from pipeline.run.finished import FinishedRun
from pipeline.run.layout import MODEL_ENCODER
from pipeline.run.record import without_paths
from pipeline.topics.shares import largest_first

LARGEST = 10  # topics whose words are shown
WORDS = 8  # words shown of each topic

LOADING = """```python
import pipeline  # from the package `xtra-topics`, which trained this model

topics = pipeline.load("this/folder")
topics.infer("{text}", lang="{pivot}")  # theta of the text, its largest topics and their words
topics.topics(words=10)  # topic, lang, words, share
topics.similar("{text}", lang="{pivot}", to="{other}")  # the nearest documents of the run
```

From the shell: `python -m stages.infer --model this/folder --input new.jsonl --output theta.parquet`."""


def model_card(run: FinishedRun, texts: bool) -> str:
    """Compose the card, in Markdown.

    Args:
        run: the run that is exported.
        texts: whether the documents' texts are exported as well.
    """
    language_names = ", ".join(language_name(language) for language in run.languages)
    lines = [
        f"# {counted(run.topics, 'topic')} of {escape(str(run.parameters['dataset']))} in {language_names}",
        "",
        f"A topic model (`{run.config['model']}`). All languages share its topics: each topic has words in every "
        "language. Theta, the share of each topic in a document, means the same in every language.",
        *("", "## Documents", "", *_documents(run, texts)),
        *("", "## Topics", "", *_topics(run)),
        *("", "## Figures", "", *_figures(run)),
        *("", "## Use", "", LOADING.format(pivot=run.languages[0], other=run.languages[-1], text="...")),
        *("", "## Limits", "", *_limits(run)),
        *("", "## Parameters", "", *_parameters(run)),
    ]
    return "\n".join(lines) + "\n"


def _documents(run: FinishedRun, texts: bool) -> Iterator[str]:
    yield from ("| language | code | documents | documents with a theta |", "|---|---|--:|--:|")
    for language, theta in run.theta_by_language.items():
        yield f"| {language_name(language)} | {language} | {len(theta):,} | {theta.known.sum():,} |"
    yield ""
    if texts:
        yield "`documents.parquet` has ids, languages, splits, labels and texts."
    else:
        yield "`documents.parquet` has ids, languages, splits and labels; the texts are not shared."


def _topics(run: FinishedRun) -> Iterator[str]:
    order = largest_first(run.shares)[:LARGEST]
    if len(order) < run.topics:
        yield from (
            f"The {len(order)} largest of {counted(run.topics, 'topic')}; all topics are in `topics.parquet`.",
            "",
        )
    yield f"| topic | share | {' | '.join(run.languages)} |"
    yield "|--:|--:|" + "---|" * len(run.languages)
    for topic in order:
        cells = (", ".join(map(escape, run.words[language][topic][:WORDS])) for language in run.languages)
        share = np.mean([language_shares.mean[topic] for language_shares in run.shares.values()])
        yield f"| {topic} | {share:.1%} | {' | '.join(cells)} |"
    yield from ("", "The share is the mean of theta over documents; every language has the same weight.")


def _figures(run: FinishedRun) -> Iterator[str]:
    yield from ("| figure | trained | clusters before training | |", "|---|--:|--:|---|")
    for key, meaning in HEADLINE.items():
        yield f"| {key} | {_number(run.metrics[key])} | {_number(run.metrics['start'][key])} | {meaning} |"
    for pair, figures in sorted(run.metrics.get("retrieval", {}).items()):
        meaning = (
            f"mean reciprocal rank of a test document's translation by theta, over {counted(figures['pairs'], 'pair')}"
        )
        yield f"| retrieval {pair} | {_number(figures['mrr'])} | | {meaning} |"
    for direction, figures in sorted(run.classification.get("scores", {}).items()):
        if figures.get("accuracy") is not None:
            meaning = (
                "accuracy of an SVM on the scores of theta, trained on the first language and tested on the second"
            )
            yield f"| SVM {direction} | {_number(figures['accuracy'])} | | {meaning} |"


def _limits(run: FinishedRun) -> Iterator[str]:
    yield f"- It knows only the languages {', '.join(run.languages)} and the words in `vocabulary.parquet`."
    dataset = escape(str(run.parameters["dataset"]))
    yield f"- The topics are the subjects of `{dataset}`; for documents about other subjects theta says little."
    yield "- The figures were measured on the data of the training run, with its reference corpus."
    if run.layout.model_encoder.is_dir():
        named = run.parameters["encoder"]
        encoder = "`, `".join([named] if isinstance(named, str) else named)
        yield f"- Theta is inferred from embeddings by `{encoder}`, whose state is in `{MODEL_ENCODER}`. A model"
        yield "  that others trained is loaded from its package or from the place that the configuration names;"
        yield "  precomputed vectors must exist for the new ids."


def _parameters(run: FinishedRun) -> Iterator[str]:
    """The parameters that the run was made with, without folders of one machine."""
    for name, value in leaves(without_paths(run.parameters)):
        yield f"- `{name}`: {value}"


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.3f}"
