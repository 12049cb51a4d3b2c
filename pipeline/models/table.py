"""The table of models: a model is one file, one row here and one block of params.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from pipeline.models.base import NeuralTopicModel
from pipeline.models.xtra import Xtra, XtraParams

MODELS: dict[str, tuple[type[BaseModel], Any]] = {
    "xtra": (XtraParams, Xtra),
}


def build_model(
    name: str, vocabulary: Mapping[str, int], topics: int, embedding: int, params: BaseModel
) -> NeuralTopicModel:
    """A fresh model of the table.

    Args:
        name: its row.
        vocabulary: number of words of each language, in order, pivot first.
        topics: K.
        embedding: width of the document embeddings.
        params: the model's block of params.yaml.
    """
    model: NeuralTopicModel = MODELS[name][1](vocabulary, topics, embedding, params)
    return model
