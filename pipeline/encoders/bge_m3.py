"""BGE-M3's dense vectors (Chen et al., 2024), the encoder of the published experiments.

Loaded by FlagEmbedding, but not run by its ``encode``: that takes every RuntimeError for a lack of memory and
shrinks its batch without a floor. Batches are made here, each of documents with the same number of tokens: so
nothing is padded, and a vector depends on its neighbours only by how many they are, by 1.4e-7 at most (fp32 on a
CPU, random weights of BGE-M3's size); with ``batch_size: 1`` it does not at all.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl
from pydantic import BaseModel, ConfigDict, Field

from pipeline.common.errors import InputError, MissingResourceError
from pipeline.common.progress import track
from pipeline.encoders.bge_m3_model import load_bge_m3
from pipeline.encoders.cache import Settings, cached_vectors, missing_texts
from pipeline.encoders.hub import model_identity

if TYPE_CHECKING:
    from FlagEmbedding import BGEM3FlagModel

log = logging.getLogger(__name__)

SAMPLE = 8  # documents timed for the estimate
FEW = 80  # documents that need none
SHARDS = {"cpu": 256, "cuda": 2048}  # documents that a killed run may lose: minutes of work on either
Tokens = list[int]


class BgeM3Params(BaseModel):
    """The ``bge-m3`` section of params.yaml.

    Attributes:
        name: name on the hub, or a local folder with the same files.
        revision: commit of the hub's repository; a local folder has none.
        text: what is embedded: the tokens joined by spaces, as the paper did, or the document's text.
        max_length: tokens of a document that are read; the rest is cut.
        batch_size: documents a batch, at most.
        normalise: scale the vectors to length 1.
        precision: of the computation; auto is fp16 on a GPU and fp32 on a CPU.
        device: where to compute; auto is the GPU if there is one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = "BAAI/bge-m3"
    revision: str = Field("5617a9f61b028005a4858fdac845db406aefb181", pattern=r"^[0-9a-f]{40}$")
    text: Literal["tokens", "raw"] = "tokens"
    max_length: int = Field(512, ge=8)
    batch_size: int = Field(64, ge=1)
    normalise: bool = True
    precision: Literal["auto", "fp32", "fp16", "bf16"] = "auto"
    device: Literal["auto", "cpu", "cuda"] = "auto"


class BgeM3Encoder:
    """BGE-M3 with a cache of vectors; the model is loaded only if a document is not in it."""

    def __init__(self, params: BgeM3Params, cache_folder: Path) -> None:
        self.params = params
        self.cache_folder = cache_folder

    def encode(self, documents: pl.DataFrame) -> np.ndarray:
        """Embed documents; see :class:`pipeline.encoders.base.Encoder`.

        Raises:
            InputError: the model's files are damaged, or the parameters do not fit the model.
            MissingResourceError: no model, no GPU, or too little memory for one document.
        """
        column = pl.col("tokens").list.join(" ") if self.params.text == "tokens" else pl.col("text")
        texts = documents.select("id", text=column.fill_null("").str.strip_chars()).with_row_index("row")
        texts = texts.filter(pl.col("text") != "")
        if texts.is_empty():
            raise InputError(f"none of the {len(documents)} documents has a text to embed.")
        ids = dict(texts.reverse().select("text", "id").iter_rows())
        known = self._cached(texts["text"].to_list(), ids)
        vectors = np.zeros((len(documents), known.shape[1]), np.float32)
        vectors[texts["row"].to_numpy()] = known
        return vectors

    def _cached(self, texts: Sequence[str], ids: Mapping[str, str]) -> np.ndarray:
        settings = self._settings()
        if self.device == "cpu" and len(missing := missing_texts(texts, settings, self.cache_folder)) > FEW:
            self._forecast(missing)
        shard = SHARDS[self.device]
        return cached_vectors(texts, settings, self.cache_folder, lambda part: self._embed(part, ids), shard)

    def _settings(self) -> Settings:
        return {
            "model": model_identity(self.params.name, self.params.revision),
            "text": self.params.text,
            "max_length": self.params.max_length,
            "normalise": self.params.normalise,
            "precision": self.precision,
        }

    @cached_property
    def device(self) -> str:
        """``cpu`` or ``cuda``, as asked for and as there is."""
        import torch

        there = torch.cuda.is_available()
        if self.params.device == "cuda" and not there:
            raise MissingResourceError(
                "device: cuda, but PyTorch finds no GPU here. Check the driver (`nvidia-smi`) and that PyTorch is "
                "built for CUDA, or set `device: auto`."
            )
        return "cuda" if there and self.params.device != "cpu" else "cpu"

    @cached_property
    def precision(self) -> str:
        """``fp32``, ``fp16`` or ``bf16``."""
        if self.params.precision != "auto":
            return self.params.precision
        return "fp32" if self.device == "cpu" else "fp16"

    @cached_property
    def _flag(self) -> BGEM3FlagModel:
        # Kept whole: FlagEmbedding's object moves its model to the CPU when it is collected.
        return load_bge_m3(
            self.params.name, self.params.revision, self.device, self.precision, max_length=self.params.max_length
        )

    def _embed(self, texts: Sequence[str], ids: Mapping[str, str]) -> np.ndarray:
        """(D, E) vectors of texts; ``ids`` names the documents in errors."""
        tokens = self._tokenise(texts)
        batches = same_length_batches([len(row) for row in tokens], self.params.batch_size)
        cut = sum(len(row) == self.params.max_length for row in tokens)
        if cut:
            log.info("%d documents fill %d tokens; what lies beyond is not embedded", cut, self.params.max_length)
        parts = []
        for rows in track(batches, "embed", len(batches)):
            parts.append(self._halving([tokens[row] for row in rows], [ids[texts[row]] for row in rows]))
        vectors = np.empty((len(texts), parts[0].shape[1]), np.float32)
        vectors[np.concatenate(batches)] = np.concatenate(parts)
        bad = [ids[text] for text, vector in zip(texts, vectors, strict=True) if not np.isfinite(vector).all()]
        if bad:
            raise InputError(f"documents {bad[:10]}: NaN or infinity at {self.precision}; set `precision: fp32`.")
        return vectors

    def _tokenise(self, texts: Sequence[str]) -> list[Tokens]:
        encoded = self._flag.tokenizer(list(texts), truncation=True, max_length=self.params.max_length)
        tokens: list[Tokens] = encoded["input_ids"]
        return tokens

    def _halving(self, tokens: list[Tokens], ids: list[str]) -> np.ndarray:
        """Vectors of a batch; where memory runs out, of its halves."""
        import torch

        try:
            return self._run(tokens)
        except torch.OutOfMemoryError as error:
            if len(tokens) == 1:
                raise MissingResourceError(
                    f"document {ids[0]!r} ({len(tokens[0])} tokens) alone needs more memory than {self.device} has "
                    f"free ({error}). Free some, lower `max_length` ({self.params.max_length}), or set `device: cpu`. "
                    "What was embedded so far is kept."
                ) from error
        torch.cuda.empty_cache()
        half = len(tokens) // 2
        log.warning("%s: no memory for %d documents of %d tokens; halved", self.device, len(tokens), len(tokens[0]))
        return np.concatenate([self._halving(tokens[:half], ids[:half]), self._halving(tokens[half:], ids[half:])])

    def _run(self, tokens: list[Tokens]) -> np.ndarray:
        """(B, E) vectors of documents with the same number of tokens."""
        import torch
        from torch.nn import functional

        inputs = torch.tensor(tokens, device=self.device)
        with torch.inference_mode():
            batch = {"input_ids": inputs, "attention_mask": torch.ones_like(inputs)}
            dense = self._flag.model(batch, return_dense=True)["dense_vecs"].float()
        # In fp32 even at a lower precision, or lengths would differ from 1 by 0.001.
        vectors = functional.normalize(dense, dim=1) if self.params.normalise else dense
        result: np.ndarray = vectors.cpu().numpy()
        return result

    def _forecast(self, texts: Sequence[str]) -> None:
        """Log how long ``texts`` will take, from the time of a few spread over them."""
        tokens = self._tokenise(texts)
        sample = tokens[:: -(-len(tokens) // SAMPLE)]
        self._run([sample[-1]])  # reads the weights from the disk
        started = time.perf_counter()
        for row in sample:
            self._run([row])
        rate = (time.perf_counter() - started) / sum(map(len, sample))
        total = sum(map(len, tokens))
        log.info(
            "%d documents with %d tokens to embed on the CPU: about %.1f minutes", len(texts), total, rate * total / 60
        )


def same_length_batches(lengths: Sequence[int], size: int) -> list[np.ndarray]:
    """Rows grouped by length, the longest first, at most ``size`` a group."""
    order = np.argsort(-np.asarray(lengths), kind="stable")
    changes = np.flatnonzero(np.diff(np.asarray(lengths)[order])) + 1
    return [group[i : i + size] for group in np.split(order, changes) for i in range(0, len(group), size)]
