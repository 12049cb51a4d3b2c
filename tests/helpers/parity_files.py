"""Reading the parity files into the project's own model and back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from scipy.sparse import csr_array

from pipeline.bow.sparse import sparse_rows
from pipeline.models.topic_model import Batch, LanguageCorpus
from pipeline.models.xtra import Xtra, XtraParams

LANGUAGES = ("en", "zh")  # the files' suffixes _1 and _2


def xtra_names() -> dict[str, str]:
    """Our parameter name -> the file's name."""
    names = {"theta_map": "prj_rep.0", "encoder.body.0": "encoder.fc11", "encoder.body.2": "encoder.fc12"}
    names |= {"encoder.mean": "encoder.fc21", "encoder.logvar": "encoder.fc22"}
    names |= {"encoder.mean_norm": "encoder.mean_bn", "encoder.logvar_norm": "encoder.logvar_bn"}
    flat = {f"beta.{i}": f"beta_{i + 1}" for i in range(2)}
    for i in range(2):
        names |= {f"input.{i}": f"mlp_{i + 1}.0", f"decoder_norm.{i}": f"decoder_bn_{i + 1}"}
        names |= {f"beta_map.{i}": f"prj_beta_{i + 1}.0"}
    parts = ("weight", "bias", "running_mean", "running_var")
    return flat | {f"{ours}.{part}": f"{theirs}.{part}" for ours, theirs in names.items() for part in parts}


def as_ours(name: str, value: np.ndarray) -> torch.Tensor:
    """A published weight or gradient in our layout (the sparse layer stores the transpose)."""
    tensor = torch.from_numpy(np.asarray(value, dtype=np.float32))
    return tensor.T.contiguous() if name.startswith("input.") and name.endswith("weight") else tensor


def xtra_model(file: dict[str, np.ndarray], **forms: str) -> Xtra:
    """The model with the file's weights and no dropout."""
    params = XtraParams(
        theta="words",
        anchor=0,
        lambda1=float(file["lambda1"]),
        lambda2=float(file["lambda2"]),
        lambda3=float(file["lambda3"]),
        temperature=float(file["temperature"]),
        shared=file["weight/mlp_1.0.weight"].shape[0],
        hidden=file["weight/encoder.fc11.weight"].shape[0],
        semantic=file["weight/prj_beta_1.0.weight"].shape[0],
        dropout=0.0,
        **forms,
    )
    topics = file["weight/beta_1"].shape[0]
    words = {language: file[f"weight/beta_{i + 1}"].shape[1] for i, language in enumerate(LANGUAGES)}
    model = Xtra(words, topics, file["batch_embedding_1"].shape[1], params)
    names = xtra_names()
    state = model.state_dict()
    for name in state:
        if name in names:
            state[name] = as_ours(name, file[f"weight/{names[name]}"])
    state["prior_mean"] = torch.from_numpy(file["prior_mean"])
    state["prior_variance"] = torch.from_numpy(file["prior_variance"])
    model.load_state_dict(state)
    return model


def batches(file: dict[str, np.ndarray]) -> dict[str, Batch]:
    """The file's batch, one a language."""
    return {
        language: Batch(
            bow=sparse_rows(csr_array(file[f"batch_bow_{i}"]), np.arange(len(file[f"batch_bow_{i}"]))),
            embeddings=torch.from_numpy(file[f"batch_embedding_{i}"]),
            clusters=torch.from_numpy(file[f"batch_cluster_{i}"]),
        )
        for i, language in enumerate(LANGUAGES, 1)
    }


def noises(file: dict[str, np.ndarray]) -> dict[str, torch.Tensor]:
    """The file's draws, one a language."""
    return {language: torch.from_numpy(file[f"noise_{i}"]) for i, language in enumerate(LANGUAGES, 1)}


def corpus(file: dict[str, np.ndarray]) -> dict[str, LanguageCorpus]:
    """The file's small corpus."""
    return {
        language: LanguageCorpus(
            bow=csr_array(file[f"corpus_bow_{i}"]),
            embeddings=np.zeros((len(file[f"corpus_bow_{i}"]), 1), np.float32),
            clusters=file[f"corpus_cluster_{i}"],
        )
        for i, language in enumerate(LANGUAGES, 1)
    }


def load(path: Path) -> dict[str, np.ndarray]:
    """All arrays of a file."""
    with np.load(path) as arrays:
        return dict(arrays)


def plain_batches(file: Mapping[str, np.ndarray], with_embeddings: bool) -> dict[str, Batch]:
    """The file's batch without clusters, one a language."""
    found = {}
    for i, language in enumerate(LANGUAGES, 1):
        bow = file[f"batch_bow_{i}"]
        vectors = torch.from_numpy(file[f"batch_embedding_{i}"]) if with_embeddings else torch.zeros(len(bow), 1)
        found[language] = Batch(
            sparse_rows(csr_array(bow), np.arange(len(bow))), vectors, torch.zeros(len(bow), dtype=torch.int64)
        )
    return found
