"""From a folder to a model that is ready for new documents."""

from __future__ import annotations

from pathlib import Path

from pipeline.common.layout import LAYOUT
from pipeline.encoders.base import Encoder
from pipeline.models.store import load_run
from pipeline.reuse.inference import Inference
from pipeline.reuse.tables import find_tables, topic_words


def load_inference(folder: Path) -> Inference:
    """Read a model folder of a project or an exported one, with its encoder where the model reads embeddings.

    Raises:
        MissingResourceError: there is no model in the folder, or no encoder.
        InputError: a file is damaged, or the run's parameters cannot be used.
    """
    run, tables = load_run(folder), find_tables(folder)
    encoder = _encoder(folder) if run.model.reads == "embeddings" else None
    return Inference(run, topic_words(run, tables), encoder, tables.home if tables else Path())


def _encoder(folder: Path) -> Encoder:
    from pipeline.encoders.table import load_encoder

    return load_encoder(folder / LAYOUT.encoder.name, LAYOUT.embedding_cache)
