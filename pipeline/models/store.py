"""A trained model as a folder: weights.safetensors, config.json, vocabulary.parquet."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from safetensors import SafetensorError
from safetensors.torch import load_file, save

from pipeline.common.errors import InputError, MissingResourceError
from pipeline.common.files import read_json, read_parquet, whole_file, write_json, write_parquet
from pipeline.models.base import TopicModel
from pipeline.models.table import MODELS, build_model

WEIGHTS, VOCABULARY = "weights.safetensors", "vocabulary.parquet"
_AGAIN = "Delete the folder and run `dvc repro train`."


@dataclass(frozen=True)
class Run:
    """All that is needed to use a trained model on new documents.

    Attributes:
        model: in evaluation mode.
        vocabulary: lang, term, word; languages in the model's order.
        tokenise: the parameters that the training texts were tokenised with, as plain values.
    """

    model: TopicModel
    vocabulary: pl.DataFrame
    tokenise: dict[str, Any]


def save_run(folder: Path, name: str, model: TopicModel, vocabulary: pl.DataFrame, tokenise: dict[str, Any]) -> None:
    """Write the folder; the same weights give the same bytes."""
    write_parquet(vocabulary, folder / VOCABULARY)
    weights = {key: tensor.cpu().contiguous() for key, tensor in model.state_dict().items()}
    with whole_file(folder / WEIGHTS) as unfinished:
        unfinished.write_bytes(save(weights))  # safetensors' own writing does not tell a full disk
    config = {
        "model": name,
        "languages": list(model.languages),
        "topics": model.topics,
        "embedding": model.embedding,
        "params": model.params.model_dump(mode="json"),
        "tokenise": tokenise,
        "sha256": {name: _sha256(folder / name) for name in (VOCABULARY, WEIGHTS)},
    }
    write_json(config, folder / "config.json")


def load_run(folder: Path) -> Run:
    """Rebuild the model that :func:`save_run` wrote, on the CPU.

    Raises:
        MissingResourceError: there is no model in the folder.
        InputError: a file is damaged, or its weights do not fit its configuration.
    """
    if not (folder / "config.json").exists():
        raise MissingResourceError(f"{folder} holds no trained model. `dvc repro train` makes one.")
    config = read_json(folder / "config.json")
    try:
        for name, expected in config["sha256"].items():
            if _sha256(folder / name) != expected:
                raise InputError(f"{folder / name} is not the file that was saved with this model. {_AGAIN}")
        vocabulary = read_parquet(folder / VOCABULARY, ["lang", "term", "word"])
        params = MODELS[config["model"]][0].model_validate(config["params"])
        sizes = vocabulary_sizes(vocabulary)
        model = build_model(config["model"], sizes, int(config["topics"]), int(config["embedding"]), params)
        model.load_state_dict(load_file(folder / WEIGHTS))
        return Run(model.eval(), vocabulary, config["tokenise"])
    except (KeyError, TypeError, ValueError, SafetensorError, RuntimeError, OSError) as error:
        raise InputError(f"{folder}: its files are damaged or do not fit together ({error}). {_AGAIN}") from error


def vocabulary_sizes(vocabulary: pl.DataFrame) -> dict[str, int]:
    """Number of words of each language, in the table's order."""
    return dict(vocabulary.group_by("lang", maintain_order=True).len().iter_rows())


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
