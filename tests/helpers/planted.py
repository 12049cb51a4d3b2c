"""A small planted corpus: every topic has words of its own in every language, and a direction of its own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from scipy.sparse import csr_array, eye_array

from pipeline.models.topic_model import Batch, LanguageCorpus, Lexicon, NeuralTopicModel
from pipeline.models.xtra import Xtra, XtraParams
from pipeline.training.batches import Batches
from pipeline.training.loop import train
from pipeline.training.train_params import TrainParams

torch.set_num_threads(1)  # the same in every process, since sums depend on it; and faster for so little work

TOPICS, WORDS, EMBEDDING = 3, 6, 5
CPU = torch.device("cpu")
SMALL = XtraParams(theta="words", anchor=0, shared=16, hidden=12, semantic=8)
TRAINING = TrainParams(
    num_topics=TOPICS, epochs=6, batch_size=16, learning_rate=0.002, halve_every=250, checkpoint_every=2, device="cpu"
)


def planted_corpus(sizes: Mapping[str, int], seed: int = 0) -> dict[str, LanguageCorpus]:
    """Documents a language, whose topics go round; the vocabularies differ in size.

    The i-th documents of the languages are aligned, and so are their i-th words.
    """
    rng = np.random.default_rng(seed)
    directions = 3 * np.eye(TOPICS, EMBEDDING)
    corpus = {}
    for index, (language, documents) in enumerate(sizes.items()):
        topics = np.arange(documents) % TOPICS
        rates = np.full((documents, TOPICS * WORDS + index), 0.1)
        for word in range(WORDS):
            rates[np.arange(documents), topics * WORDS + word] = 2.0
        embeddings = directions[topics] + rng.normal(scale=0.3, size=(documents, EMBEDDING))
        bow = csr_array(rng.poisson(rates).astype(np.int32))
        vectors = directions[np.minimum(np.arange(bow.shape[1]) // WORDS, TOPICS - 1)]
        vectors = vectors + rng.normal(scale=0.3, size=vectors.shape)
        links = csr_array(eye_array(TOPICS * WORDS, bow.shape[1]))
        lexicon = Lexicon(vectors.astype(np.float32), links)
        pairs = np.arange(documents)
        corpus[language] = LanguageCorpus(bow, embeddings.astype(np.float32), topics.astype(np.int64), pairs, lexicon)
    return corpus


def planted_model(
    corpus: Mapping[str, LanguageCorpus], seed: int = 0, params: XtraParams = SMALL, kind: type[Xtra] = Xtra
) -> Xtra:
    """A fresh model that has started from the corpus."""
    torch.manual_seed(seed)
    model = kind({name: part.bow.shape[1] for name, part in corpus.items()}, TOPICS, EMBEDDING, params)
    model.start_from(corpus)
    return model


def first_batch(corpus: Mapping[str, LanguageCorpus], documents: int) -> dict[str, Batch]:
    """The first documents of every language."""
    batches = Batches(corpus, documents, CPU)
    return {name: batches.cut(name, np.arange(documents), [documents])[0] for name in corpus}


def fit(
    model: NeuralTopicModel, corpus: Mapping[str, LanguageCorpus], checkpoints: Path, **settings: object
) -> list[dict[str, float]]:
    """Train with the settings of `TRAINING`, some of them changed."""
    return train(model, corpus, TRAINING.model_copy(update=settings), checkpoints)


def same_weights(first: torch.nn.Module, second: torch.nn.Module) -> bool:
    """Whether all weights and buffers are equal to the last bit."""
    ours, theirs = first.state_dict(), second.state_dict()
    return ours.keys() == theirs.keys() and all(torch.equal(ours[name], theirs[name]) for name in ours)
