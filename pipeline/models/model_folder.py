"""A trained model as a folder: weights.safetensors, config.json, vocabulary.parquet."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from safetensors import SafetensorError
from safetensors.torch import load_file, save

from pipeline.common.errors import InputError
from pipeline.common.files import file_digest
from pipeline.common.whole_files import MAKE_AGAIN, whole_file
from pipeline.models.all_models import build_model, model_class
from pipeline.models.model_config import check_model_files, read_model_config, write_model_config
from pipeline.models.topic_model import TopicModel
from pipeline.tables.by_language import vocabulary_sizes
from pipeline.tables.catalogue import VOCABULARY

WEIGHTS = "weights.safetensors"
FILES = (VOCABULARY.path(Path()).name, WEIGHTS)  # the configuration, a third file, has their digests


@dataclass(frozen=True)
class TrainedModel:
    """Everything that is needed to use a trained model on new documents.

    Attributes:
        model: the model in evaluation mode.
        vocabulary: table with the columns lang, term and word; the languages are in the model's order.
        tokenise: the parameters with which the training texts were tokenised, as plain values.
    """

    model: TopicModel
    vocabulary: pl.DataFrame
    tokenise: dict[str, Any]


def save_model(folder: Path, name: str, model: TopicModel, vocabulary: pl.DataFrame, tokenise: dict[str, Any]) -> None:
    """Write the folder; the same weights give the same bytes."""
    VOCABULARY.write(vocabulary, folder, ["lang", "term", "word"])
    weights = {key: tensor.cpu().contiguous() for key, tensor in model.state_dict().items()}
    with whole_file(folder / WEIGHTS) as unfinished:
        unfinished.write_bytes(save(weights))  # safetensors' own writing does not report a full disk
    config = {
        "model": name,
        "languages": list(model.languages),
        "topics": model.topics,
        "embedding": model.embedding,
        "params": model.params.model_dump(mode="json"),
        "tokenise": tokenise,
        "sha256": {file: file_digest(folder / file) for file in FILES},
    }
    write_model_config(config, folder)


def load_model(folder: Path) -> TrainedModel:
    """Rebuild the model that :func:`save_model` wrote, on the CPU.

    Raises:
        MissingResourceError: there is no model in the folder.
        InputError: a file is damaged, or the weights do not fit the configuration.
    """
    config = read_model_config(folder)
    try:
        check_model_files(folder, config)
        vocabulary = VOCABULARY.read(folder, ["lang", "term", "word"])
        params = model_class(config["model"]).section.model_validate(config["params"])
        sizes = vocabulary_sizes(vocabulary)
        model = build_model(config["model"], sizes, int(config["topics"]), int(config["embedding"]), params)
        model.load_state_dict(load_file(folder / WEIGHTS))
        return TrainedModel(model.eval(), vocabulary, config["tokenise"])
    except (KeyError, TypeError, ValueError, AttributeError, SafetensorError, RuntimeError, OSError) as error:
        raise InputError(
            f"{folder}: the files in it are damaged or do not fit together ({error}). {MAKE_AGAIN}"
        ) from error
