"""The trained topics, and the clusters before training -> topics.parquet, metrics.json and coherence by topic."""

from __future__ import annotations

import typer

from pipeline.bow.counts import language_bow
from pipeline.bow.vocabulary import BowParams
from pipeline.common.json_files import write_json
from pipeline.common.whole_files import write_text
from pipeline.config.entry import stage
from pipeline.config.parameters import Params
from pipeline.evaluation.evaluate import EvaluateParams, all_scores, coherence_by_topic, paired_retrieval
from pipeline.evaluation.metrics_advice import metrics_advice
from pipeline.evaluation.reference_counts import reference_counts
from pipeline.run.layout import LAYOUT
from pipeline.run.record import read_record, write_record
from pipeline.tables.by_language import ByLanguage, vocabulary_sizes
from pipeline.tables.catalogue import (
    BETA,
    BOW,
    CLUSTERS,
    REFERENCE_TOKENS,
    THETA,
    TOPICS,
    VOCABULARY,
    WHOLES,
    WORD_VECTORS,
)
from pipeline.tables.vectors import Theta, read_vectors
from pipeline.tables.wholes import with_whole_texts
from pipeline.topics.top_words import WordChoice, start_words, trained_words, words_table


@stage
def main() -> None:
    """Score the topics under every selection of words, and also the clusters from which training started."""
    params = Params()
    section = params.section("evaluate", EvaluateParams)
    documents = THETA.read(LAYOUT.tables, ["lang", "split", "pair", "whole", "theta"])
    theta, by_language = Theta.of(documents["theta"]), ByLanguage.of(documents["lang"])
    vocabulary = VOCABULARY.read(LAYOUT.tables, ["lang", "term", "word"])
    bows = language_bow(BOW.read(LAYOUT.tables), vocabulary, by_language)
    reference = reference_counts(REFERENCE_TOKENS.read(LAYOUT.tables), vocabulary)

    beta, is_training = BETA.read(LAYOUT.tables), (documents["split"] == "train").to_numpy()
    word_vectors = ByLanguage.of(vocabulary["lang"]).split(read_vectors(WORD_VECTORS.path(LAYOUT.tables)))
    choice = WordChoice(section.words, word_vectors, section.agreement)
    trained = trained_words(beta, theta, is_training, by_language, bows, choice)
    start = start_words(CLUSTERS.read(LAYOUT.tables), theta.topics, by_language, bows, choice)
    metrics = all_scores(trained, start, reference, section)
    whole_texts = with_whole_texts(documents, WHOLES.read(LAYOUT.tables))
    metrics["retrieval"] = paired_retrieval(whole_texts, Theta.of(whole_texts["theta"]))
    metrics["documents_without_theta"] = whole_texts["theta"].null_count()
    write_json(metrics, LAYOUT.metrics)
    TOPICS.write(words_table(trained, start, vocabulary), LAYOUT.tables)
    by_topic = coherence_by_topic(trained[section.top_words], reference, section.counting)
    write_text(by_topic.write_csv(float_precision=4), LAYOUT.coherence)
    sizes = vocabulary_sizes(vocabulary)
    bounds = BowParams.model_validate(read_record(LAYOUT.records, "bow").parameters["bow"])
    advice = metrics_advice(metrics, sizes, theta.topics, section.words, section.top_words, bounds)
    write_record(LAYOUT.records, "evaluate", params.used, advice=advice, reports=[LAYOUT.metrics, LAYOUT.coherence])


if __name__ == "__main__":
    typer.run(main)
