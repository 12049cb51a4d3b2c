"""bow, embeddings, words, clusters -> the model, theta, wholes, beta.parquet and the losses by epoch."""

from __future__ import annotations

import shutil

import numpy as np
import polars as pl
import torch
import typer
from scipy.sparse import csr_array

from pipeline.bow.counts import language_bow
from pipeline.common.whole_files import write_text
from pipeline.config.entry import stage
from pipeline.config.parameters import Params
from pipeline.encoders.encoder_folder import copy_encoder
from pipeline.lexicon.matrices import link_matrices
from pipeline.models.all_models import MODELS, build_model, model_class
from pipeline.models.model_folder import save_model
from pipeline.models.theta_and_beta import beta_table, theta_table
from pipeline.models.topic_model import LanguageCorpus, NeuralTopicModel
from pipeline.run.layout import LAYOUT
from pipeline.run.record import read_record, write_record
from pipeline.tables.by_language import ByLanguage, vocabulary_sizes
from pipeline.tables.catalogue import (
    BETA,
    BOW,
    CLUSTERS,
    DOCUMENTS,
    EMBEDDINGS,
    LINKS,
    THETA,
    VOCABULARY,
    WHOLES,
    WORD_VECTORS,
)
from pipeline.tables.vectors import read_vectors
from pipeline.tables.wholes import whole_texts
from pipeline.training.checkpoint import checkpoint_folder
from pipeline.training.corpus import training_corpus, word_lexicons
from pipeline.training.loop import loss_table, pick_device, train
from pipeline.training.train_params import TrainParams

READ = (DOCUMENTS, VOCABULARY, BOW, EMBEDDINGS, WORD_VECTORS, LINKS, CLUSTERS)


def _corpus(
    documents: pl.DataFrame, vocabulary: pl.DataFrame, bows: dict[str, csr_array]
) -> tuple[dict[str, LanguageCorpus], int]:
    """The training documents and the width of their embeddings; a separate function so that the table is freed."""
    embeddings = read_vectors(EMBEDDINGS.path(LAYOUT.tables))
    clusters = CLUSTERS.read(LAYOUT.tables, ["document", "cluster"])
    rows, numbers = clusters["document"].to_numpy(), clusters["cluster"].to_numpy()
    links = link_matrices(vocabulary, LINKS.read(LAYOUT.tables))
    lexicons = word_lexicons(vocabulary, read_vectors(WORD_VECTORS.path(LAYOUT.tables)), links)
    by_language = ByLanguage.of(documents["lang"])
    corpus = training_corpus(rows, numbers, documents["pair"], by_language, bows, embeddings, lexicons)
    return corpus, embeddings.shape[1]


@stage
def main() -> None:
    """Train the model that `model` names and apply it to every document."""
    params = Params()
    name = params.choice("model", MODELS)
    training, section = params.section("train", TrainParams), params.section(name, model_class(name).section)
    rules = read_record(LAYOUT.records, "tokenise").parameters["tokenise"]  # saved for new documents
    documents = DOCUMENTS.read(LAYOUT.tables, ["id", "lang", "split", "label", "pair", "whole"])
    vocabulary = VOCABULARY.read(LAYOUT.tables, ["lang", "term", "word"])
    bows = language_bow(BOW.read(LAYOUT.tables), vocabulary, ByLanguage.of(documents["lang"]))
    corpus, width = _corpus(documents, vocabulary, bows)

    torch.manual_seed(training.seed)
    model = build_model(name, vocabulary_sizes(vocabulary), training.num_topics, width, section)
    model.start_from(corpus)
    device = pick_device(training.device).type  # sums differ between devices
    settings = [name, training.model_dump(mode="json"), section.model_dump(mode="json"), device]
    checkpoints = checkpoint_folder(LAYOUT.checkpoints, settings, [table.path(LAYOUT.tables) for table in READ])
    losses = train(model, corpus, training, checkpoints) if isinstance(model, NeuralTopicModel) else []
    model.finish(corpus)
    del corpus

    embeddings = read_vectors(EMBEDDINGS.path(LAYOUT.tables)) if model.reads_embeddings else None
    words = np.concatenate([bow.sum(axis=1) for bow in bows.values()])
    documents = documents.with_columns(theta_table(model, bows, embeddings), words=pl.Series(words, dtype=pl.UInt32))
    THETA.write(documents, LAYOUT.tables)
    WHOLES.write(whole_texts(documents), LAYOUT.tables)
    BETA.write(beta_table(model), LAYOUT.tables)
    write_text(loss_table(losses).write_csv(float_precision=4), LAYOUT.losses)
    # Emptied first, and the configuration comes last: after a kill the folder is whole, or it is no model.
    shutil.rmtree(LAYOUT.model, ignore_errors=True)
    if model.reads_embeddings:  # new documents must be embedded in the same way
        copy_encoder(LAYOUT.encoder, LAYOUT.model_encoder)
    save_model(LAYOUT.model, name, model, vocabulary, rules)
    write_record(LAYOUT.records, "train", params.used, reports=[LAYOUT.losses])
    shutil.rmtree(checkpoints, ignore_errors=True)


if __name__ == "__main__":
    typer.run(main)
