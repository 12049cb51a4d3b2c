"""A model that is made in a moment, in a folder with the tables of a made-up run."""

from __future__ import annotations

from pathlib import Path

import torch
from report_files import LANGUAGES, TOPICS, WORDS, write_run

from pipeline.models.model_folder import save_model
from pipeline.models.xtra import Xtra, XtraParams
from pipeline.run.layout import LAYOUT
from pipeline.run.record import read_record, write_record
from pipeline.tables.catalogue import VOCABULARY


def write_small_model(folder: Path) -> Path:
    """Write a project with an untrained model that reads words only; return the model's folder."""
    write_run(folder)
    layout = LAYOUT.below(folder)
    torch.manual_seed(0)
    params = XtraParams(theta="words", shared=8, hidden=8, semantic=4)
    model = Xtra(dict.fromkeys(LANGUAGES, WORDS), TOPICS, 6, params)
    save_model(layout.model, "xtra", model, VOCABULARY.read(layout.tables), {})
    parameters = dict(read_record(layout.records, "documents").parameters)
    write_record(layout.records, "documents", parameters | {"documents": {"max_characters": 500}})
    return layout.model
