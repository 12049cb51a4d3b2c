"""Every model finds the planted topics, the same in every language, in the words and in theta of unseen documents."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from planted import EMBEDDING, TOPICS, WORDS, fit, planted_corpus

from pipeline.models.all_models import MODELS, build_model, model_class
from pipeline.models.theta_and_beta import theta_scores
from pipeline.models.topic_model import NeuralTopicModel, TopicModel

TRAIN = planted_corpus({"en": 90, "zh": 84, "ja": 75})
UNSEEN = planted_corpus({"en": 60, "zh": 60, "ja": 60}, seed=1)
SETTINGS = {  # sizes for so small a corpus
    "xtra": {"shared": 32, "hidden": 24, "semantic": 8},
    "gloctm": {"hidden": 24, "hidden_global": 32, "weight_cka": 20},
    "nmtm": {"smoothing": 1},
    "usvd": {"dimension": 4},
    "svdlr": {"dimension": 4},
}


def learnt(name: str, checkpoints: Path) -> TopicModel:
    torch.manual_seed(0)
    sizes = {language: part.bow.shape[1] for language, part in TRAIN.items()}
    params = model_class(name).section.model_validate(SETTINGS.get(name, {}))
    model = build_model(name, sizes, TOPICS, EMBEDDING, params)
    model.start_from(TRAIN)
    if isinstance(model, NeuralTopicModel):
        fit(model, TRAIN, checkpoints, epochs=80, learning_rate=0.01)
    model.finish(TRAIN)
    return model


@pytest.mark.parametrize("name", MODELS)
def test_planted_topics_are_found(name: str, tmp_path: Path) -> None:
    model = learnt(name, tmp_path)
    found = {
        language: theta_scores(model, language, part.bow, part.embeddings).argmax(axis=1)
        for language, part in UNSEEN.items()
    }
    planted = UNSEEN["en"].clusters
    of_planted = np.array([np.bincount(found["en"][planted == k]).argmax() for k in range(TOPICS)])
    assert sorted(of_planted) == list(range(TOPICS))
    for language, part in UNSEEN.items():
        assert (found[language] == of_planted[part.clusters]).mean() > 0.9, language
        top = model.word_scores(language)[of_planted].argsort(dim=1, descending=True)[:, :WORDS].numpy()
        assert (top // WORDS == np.arange(TOPICS)[:, None]).mean() > 0.8, language
