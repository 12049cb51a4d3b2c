"""A trained model and its run as a folder to share."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.common.errors import InputError, MissingResourceError
from pipeline.common.files import read_json, read_parquet, whole_file, write_json, write_parquet, write_text
from pipeline.common.layout import LAYOUT
from pipeline.reuse.card import Facts, model_card
from pipeline.topics.selection import Selection

CONFIG, MODEL_FILES = "config.json", ("weights.safetensors", "vocabulary.parquet")
STOP_WORDS, CARD = Path("stopwords"), "README.md"


@dataclass(frozen=True)
class Exported:
    """What is shared.

    Attributes:
        model: folder of the trained model.
        topics: the run's topics.parquet.
        theta: its theta.parquet.
        documents: its documents.parquet.
        metrics: its metrics.json.
        classification: its classification.json.
        dataset: the name of the data.
        selection: of the top words.
        params: all parameters of the run, for the card.
    """

    model: Path
    topics: Path
    theta: Path
    documents: Path
    metrics: Path
    classification: Path
    dataset: str
    selection: Selection
    params: dict[str, Any]


def export(run: Exported, folder: Path, texts: bool) -> None:
    """Write the folder, file by file, each whole; :func:`pipeline.load` reads it wherever it lies.

    Args:
        run: what to share.
        folder: new, empty, or of an earlier export, whose files are replaced.
        texts: whether the documents' texts go along.

    Raises:
        MissingResourceError: there is no trained model.
        InputError: the folder holds something else, or the run has not come to its end.
    """
    if not (run.model / CONFIG).exists():
        raise MissingResourceError(f"{run.model} holds no trained model. `dvc repro train` makes one.")
    _refuse_others(folder)
    config = read_json(run.model / CONFIG)
    chosen = (pl.col("source") == "trained") & (pl.col("selection") == run.selection)
    topics, theta = read_parquet(run.topics).filter(chosen), read_parquet(run.theta, ["id", "lang", "theta"])
    documents = read_parquet(run.documents, ["id", "lang", "label", *(["text"] if texts else [])])
    metrics, classification = read_json(run.metrics), read_json(run.classification)
    encoder = run.model / LAYOUT.encoder.name
    reads = read_json(encoder / CONFIG)["encoder"] if encoder.is_dir() else None
    facts = Facts(run.dataset, config, run.params, topics, theta, documents, metrics, classification, reads)

    if topics["topic"].n_unique() != config["topics"]:
        raise InputError(f"{run.topics} has other topics than {run.model}: run `dvc repro` to its end.")
    for name in (STOP_WORDS, encoder.name):  # what an earlier export left
        shutil.rmtree(folder / name, ignore_errors=True)
    # The configuration comes first: a folder that was left half written is an export still, and can be written again.
    write_json(_configuration(config, run.model, folder) | {"export": {"dataset": run.dataset}}, folder / CONFIG)
    for name in MODEL_FILES:
        _copy(run.model / name, folder / name)
    _copy_encoder(encoder, folder / encoder.name)
    write_parquet(topics, folder / LAYOUT.topics.name)
    write_parquet(theta, folder / LAYOUT.theta.name)
    write_parquet(documents, folder / LAYOUT.documents.name)
    write_text(model_card(facts), folder / CARD)


def _refuse_others(folder: Path) -> None:
    if folder.is_file():
        raise InputError(f"--output {folder} is a file. Name a folder that is new, empty, or of an earlier export.")
    if not folder.exists() or not any(folder.iterdir()):
        return
    config = folder / CONFIG
    if not config.exists() or "export" not in read_json(config):
        raise InputError(f"--output {folder} holds other files and is no export. Name a new or an empty folder.")


def _configuration(config: dict[str, Any], model: Path, folder: Path) -> dict[str, Any]:
    """The model's, with the user's stop words brought along."""
    tokenise = config["tokenise"]
    lists = model.resolve().parents[len(LAYOUT.model.parts) - 1] / tokenise.get("stopwords", LAYOUT.none)
    if lists.is_dir():
        for lang in config["languages"]:
            if (lists / f"{lang}.txt").exists():
                _copy(lists / f"{lang}.txt", folder / STOP_WORDS / f"{lang}.txt")
        tokenise = tokenise | {"stopwords": str(STOP_WORDS)}
    elif tokenise.get("stopwords", str(LAYOUT.none)) != str(LAYOUT.none):
        raise InputError(f"{lists}: the stop words that the model was trained with are gone. Put them back.")
    return config | {"tokenise": tokenise}


def _copy_encoder(source: Path, target: Path) -> None:
    for path in sorted(source.rglob("*")) if source.is_dir() else ():
        if path.is_file():
            _copy(path, target / path.relative_to(source))


def _copy(source: Path, target: Path) -> None:
    with whole_file(target) as unfinished:
        shutil.copyfile(source, unfinished)
