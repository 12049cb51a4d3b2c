"""The trained topics and their start -> topics.parquet, metrics.json and coherence by topic."""

from __future__ import annotations

import typer

from pipeline.bow.counts import language_bow
from pipeline.common.arrays import filled
from pipeline.common.files import read_parquet, write_json, write_parquet, write_text
from pipeline.common.layout import LAYOUT
from pipeline.common.params import Params
from pipeline.common.runtime import stage
from pipeline.metrics.evaluate import EvaluateParams, all_scores, coherence_by_topic, paired_retrieval
from pipeline.metrics.reference import reference_counts
from pipeline.topics.words import start_words, trained_words, words_table


@stage
def main() -> None:
    """Score the topics under both selections of words, beside the clusters that training started from."""
    params = Params.checked().section("evaluate", EvaluateParams)
    documents = read_parquet(LAYOUT.theta, ["lang", "split", "pair", "theta"])
    vocabulary = read_parquet(LAYOUT.vocabulary, ["lang", "term", "word"])
    bows = language_bow(read_parquet(LAYOUT.bow), vocabulary, documents["lang"])
    theta = filled(documents["theta"])
    clusters = read_parquet(LAYOUT.clusters)
    reference = reference_counts(read_parquet(LAYOUT.reference_tokens), vocabulary)

    trained = trained_words(read_parquet(LAYOUT.beta), theta, documents, bows, params.words)
    start = start_words(clusters, theta.shape[1], documents, bows, params.words)
    metrics = all_scores(trained, start, reference, params)
    metrics["retrieval"] = paired_retrieval(documents, theta)
    metrics["documents_without_words"] = int((theta.sum(axis=1) == 0).sum())
    write_json(metrics, LAYOUT.metrics)
    write_parquet(words_table(trained, start, vocabulary), LAYOUT.topics)
    by_topic = coherence_by_topic(trained[params.top_words], reference, params.counting)
    write_text(by_topic.write_csv(float_precision=4), LAYOUT.coherence)


if __name__ == "__main__":
    typer.run(main)
