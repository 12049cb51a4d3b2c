"""A tiny model of sentence-transformers: random weights, a trained tokeniser, mean of the states, unit length."""

from __future__ import annotations

from pathlib import Path

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
from tiny_bge_m3 import build_tiny_bge_m3


def build_tiny_sentence_model(folder: Path, longest: int) -> Path:
    """Write the model's files into ``folder`` and return it; the model reads ``longest`` tokens."""
    build_tiny_bge_m3(folder / "base")
    transformer = Transformer(str(folder / "base"), max_seq_length=longest)
    with torch.random.fork_rng():
        torch.manual_seed(7)
        SentenceTransformer(modules=[transformer, Pooling(32, "mean"), Normalize()]).save(str(folder / "model"))
    return folder / "model"
