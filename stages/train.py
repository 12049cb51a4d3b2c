"""bow, embeddings, words, clusters -> the model, theta.parquet, beta.parquet and the losses by epoch."""

from __future__ import annotations

import shutil

import polars as pl
import torch
import typer
from scipy.sparse import csr_array

from pipeline.bow.counts import language_bow
from pipeline.common.files import read_parquet, write_parquet, write_text
from pipeline.common.layout import LAYOUT
from pipeline.common.params import Params
from pipeline.common.runtime import stage
from pipeline.corpus import read_vectors
from pipeline.inference import beta_table, theta_table
from pipeline.models.base import LanguageCorpus, NeuralTopicModel
from pipeline.models.store import save_run, vocabulary_sizes
from pipeline.models.table import MODELS, build_model
from pipeline.training.corpus import lexicons, training_corpus
from pipeline.training.loop import TrainParams, loss_table, pick_device, train
from pipeline.training.resume import checkpoint_folder

INPUTS = [
    *(LAYOUT.documents, LAYOUT.vocabulary, LAYOUT.bow),
    *(LAYOUT.embeddings, LAYOUT.word_vectors, LAYOUT.links, LAYOUT.clusters),
]


def _corpus(
    documents: pl.DataFrame, vocabulary: pl.DataFrame, bows: dict[str, csr_array]
) -> tuple[dict[str, LanguageCorpus], int]:
    """The training documents and their embeddings' width; apart, so that the whole table is freed."""
    embeddings = read_vectors(LAYOUT.embeddings)
    clusters = read_parquet(LAYOUT.clusters, ["document", "cluster"])
    rows, found = clusters["document"].to_numpy(), clusters["cluster"].to_numpy()
    words = lexicons(vocabulary, read_vectors(LAYOUT.word_vectors), read_parquet(LAYOUT.links))
    return training_corpus(rows, found, documents, bows, embeddings, words), embeddings.shape[1]


@stage
def main() -> None:
    """Train the model of `model` and apply it to every document."""
    params = Params.checked()
    name = params.choice("model", MODELS)
    training, block = params.section("train", TrainParams), params.section(name, MODELS[name][0])
    documents = read_parquet(LAYOUT.documents, ["id", "lang", "split", "label", "pair"])
    vocabulary = read_parquet(LAYOUT.vocabulary, ["lang", "term", "word"])
    bows = language_bow(read_parquet(LAYOUT.bow), vocabulary, documents["lang"])
    corpus, width = _corpus(documents, vocabulary, bows)

    torch.manual_seed(training.seed)
    model = build_model(name, vocabulary_sizes(vocabulary), training.num_topics, width, block)
    model.start_from(corpus)
    device = pick_device(training.device).type  # another one's sums differ
    settings = [name, training.model_dump(mode="json"), block.model_dump(mode="json"), device]
    checkpoints = checkpoint_folder(LAYOUT.checkpoints, settings, INPUTS)
    losses = train(model, corpus, training, checkpoints) if isinstance(model, NeuralTopicModel) else []
    model.finish(corpus)
    del corpus

    embeddings = read_vectors(LAYOUT.embeddings) if model.reads == "embeddings" else None
    write_parquet(documents.with_columns(theta_table(model, bows, embeddings)), LAYOUT.theta)
    write_parquet(beta_table(model), LAYOUT.beta)
    write_text(loss_table(losses).write_csv(float_precision=4), LAYOUT.losses)
    save_run(LAYOUT.model, name, model, vocabulary, params.values["tokenise"])
    if model.reads == "embeddings":  # new documents are to be embedded in the same way
        shutil.copytree(LAYOUT.encoder, LAYOUT.model / LAYOUT.encoder.name, dirs_exist_ok=True)
    shutil.rmtree(checkpoints, ignore_errors=True)


if __name__ == "__main__":
    typer.run(main)
