"""BGE-M3's dense vectors (Chen et al., 2024), the encoder of the published experiments.

FlagEmbedding loads the model, but its ``encode`` does not run it. That function takes every RuntimeError for a lack of
memory and shrinks its batch without a limit; it also tokenises everything before it computes, and it pads. Here a
thread tokenises ahead, a batch holds as many documents as have ``batch_tokens`` tokens together, nothing is padded, and
the vectors of a shard come from a GPU without a wait between batches. The neighbours of a document in its batch change
its vector only by rounding, through their numbers of tokens. With ``batch_tokens: 1`` (one document in each batch)
they do not change it at all.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl
from pydantic import BaseModel, ConfigDict, Field

from pipeline.common.errors import InputError, MissingResourceError
from pipeline.common.progress import track
from pipeline.encoders.bge_m3_batches import BatchMaker, TokenBatch
from pipeline.encoders.bge_m3_forward import FirstTokenStates
from pipeline.encoders.bge_m3_model import load_bge_m3
from pipeline.encoders.cache import CacheSettings, cached_vectors, missing_texts
from pipeline.encoders.encoder_folder import write_config
from pipeline.encoders.hub import model_identity

if TYPE_CHECKING:
    import torch
    from FlagEmbedding import BGEM3FlagModel

log = logging.getLogger(__name__)

CPU_TOKENS = 2048  # tokens in a batch at most, so that what a layer computes stays in the processor's caches
SAMPLE = 8  # documents that are timed for the estimate
FEW = 80  # up to so many documents need no estimate
# Limits of a shard: documents on each device, and bytes of text. A killed run may lose one, seconds to minutes of work.
SHARDS = {"cpu": 256, "cuda": 65536}
SHARD_BYTES = 1 << 25


class BgeM3Params(BaseModel):
    """The ``bge-m3`` section of params.yaml.

    Attributes:
        name: name on the hub, or a local folder with the same files.
        revision: commit of the hub's repository; a local folder has none.
        text: what is embedded: the tokens joined by spaces, as in the paper, or the document's text.
        max_length: how many tokens of a document are read; the rest is cut off.
        batch_tokens: largest number of tokens in a batch; more fill a GPU better and need more of its memory. On a CPU
            it is never more than 2048, since more are slower there.
        normalise: whether the vectors are scaled to length 1.
        precision: precision of the computation; auto means fp16 on a GPU and fp32 on a CPU.
        device: where the model runs; auto means the GPU if there is one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = "BAAI/bge-m3"
    revision: str = Field("5617a9f61b028005a4858fdac845db406aefb181", pattern=r"^[0-9a-f]{40}$")
    text: Literal["tokens", "raw"] = "tokens"
    max_length: int = Field(512, ge=8)
    batch_tokens: int = Field(16384, ge=1)
    normalise: bool = True
    precision: Literal["auto", "fp32", "fp16", "bf16"] = "auto"
    device: Literal["auto", "cpu", "cuda"] = "auto"


class BgeM3Encoder:
    """BGE-M3 with a cache of vectors; the model is loaded only if a document is not in the cache."""

    def __init__(self, params: BgeM3Params, cache_folder: Path) -> None:
        self.params = params
        self.cache_folder = cache_folder

    def learn(self, documents: pl.DataFrame) -> None:
        """Do nothing: the model has been trained elsewhere."""

    def encode(self, documents: pl.DataFrame) -> np.ndarray:
        """Embed documents; see :class:`pipeline.encoders.encoder.Encoder`.

        Raises:
            InputError: the model's files are damaged, or the parameters do not fit the model.
            MissingResourceError: the model or the GPU is missing, or there is too little memory for one document.
        """
        column = pl.col("tokens").list.join(" ") if self.params.text == "tokens" else pl.col("text")
        texts = documents.select("id", text=column.fill_null("").str.strip_chars()).with_row_index("row")
        texts = texts.filter(pl.col("text") != "")
        if texts.is_empty():
            raise InputError(f"none of the {len(documents)} documents has text to embed.")
        ids = dict(texts.reverse().select("text", "id").iter_rows())
        text_vectors = self._cached(texts["text"].to_list(), ids)
        vectors = np.zeros((len(documents), text_vectors.shape[1]), np.float32)
        vectors[texts["row"].to_numpy()] = text_vectors
        return vectors

    def words(self, language: str, words: Sequence[str]) -> np.ndarray:
        """(V, E) words embedded as documents, whatever their language; see :class:`pipeline.encoders.encoder.Encoder`.

        Raises:
            InputError: as for :meth:`encode`.
            MissingResourceError: as for :meth:`encode`.
        """
        documents = pl.DataFrame({"id": words}, schema={"id": pl.String})
        return self.encode(documents.select("id", text="id", tokens=pl.concat_list("id")))

    def save(self, folder: Path) -> None:
        """Write the parameters; see :class:`pipeline.encoders.encoder.Encoder`."""
        write_config(folder, "bge-m3", self.params)

    def load(self, folder: Path) -> None:
        """Do nothing: the parameters are the whole state."""

    def _cached(self, texts: Sequence[str], ids: Mapping[str, str]) -> np.ndarray:
        if self.device == "cpu" and len(missing := missing_texts(texts, self._settings, self.cache_folder)) > FEW:
            self._forecast(missing)
        return cached_vectors(
            texts,
            self._settings,
            self.cache_folder,
            lambda shard: self._embed(shard, ids),
            SHARDS[self.device],
            SHARD_BYTES,
        )

    @cached_property
    def _settings(self) -> CacheSettings:
        return {
            "model": model_identity(self.params.name, self.params.revision),
            "text": self.params.text,
            "max_length": self.params.max_length,
            "normalise": self.params.normalise,
            "precision": self.precision,
        }

    @cached_property
    def device(self) -> str:
        """``cpu`` or ``cuda``: what the parameters say, where ``auto`` is the GPU if there is one."""
        import torch

        has_gpu = torch.cuda.is_available()
        if self.params.device == "cuda" and not has_gpu:
            raise MissingResourceError(
                "device: cuda, but PyTorch finds no GPU here. Check the driver (`nvidia-smi`) and that PyTorch is "
                "built for CUDA, or set `device: auto`."
            )
        return "cuda" if has_gpu and self.params.device != "cpu" else "cpu"

    @cached_property
    def precision(self) -> str:
        """``fp32``, ``fp16`` or ``bf16``."""
        if self.params.precision != "auto":
            return self.params.precision
        return "fp32" if self.device == "cpu" else "fp16"

    @cached_property
    def _flag(self) -> BGEM3FlagModel:
        # The whole object is kept: FlagEmbedding moves its model to the CPU when the object is garbage-collected.
        return load_bge_m3(
            self.params.name, self.params.revision, self.device, self.precision, max_length=self.params.max_length
        )

    @cached_property
    def _states(self) -> FirstTokenStates:
        return FirstTokenStates(self._flag.model.model)

    @cached_property
    def _maker(self) -> BatchMaker:
        budget = self.params.batch_tokens if self.device == "cuda" else min(self.params.batch_tokens, CPU_TOKENS)
        backend, padding = self._flag.tokenizer.backend_tokenizer, self._flag.model.model.config.pad_token_id
        return BatchMaker(backend, self.params.max_length, budget, padding, pinned=self.device == "cuda")

    def _embed(self, texts: Sequence[str], ids: Mapping[str, str]) -> np.ndarray:
        """(D, E) vectors of texts; ``ids`` gives the documents' names for error messages."""
        import torch

        size = self._flag.model.model.config.hidden_size
        vectors = torch.empty((len(texts), size), pin_memory=self.device == "cuda")
        rows = list(track(self._fill(vectors, texts, ids), "embed", len(texts)))
        if self.device == "cuda":
            torch.cuda.synchronize()  # the only wait for the GPU
        result = np.empty((len(texts), size), np.float32)
        result[rows] = vectors.numpy()
        bad = [ids[text] for text, vector in zip(texts, result, strict=True) if not np.isfinite(vector).all()]
        if bad:
            raise InputError(
                f"documents {bad[:10]}: the vectors hold NaN or infinity at {self.precision}; set `precision: fp32`."
            )
        return result

    def _fill(self, vectors: torch.Tensor, texts: Sequence[str], ids: Mapping[str, str]) -> Iterator[int]:
        """Write the texts' vectors into ``vectors`` in the order of the batches, and yield the row number of each."""
        done = cut = 0
        for batch in self._maker.batches(texts):
            fresh = self._halving(batch, [ids[texts[row]] for row in batch.rows])
            vectors[done : done + len(fresh)].copy_(fresh, non_blocking=True)
            done += len(fresh)
            cut += int((batch.lengths == self.params.max_length).sum())
            yield from batch.rows.tolist()
        if cut:
            log.info("%d documents fill all %d tokens; text beyond that is not embedded", cut, self.params.max_length)

    def _halving(self, batch: TokenBatch, ids: list[str]) -> torch.Tensor:
        """Vectors of a batch; where memory runs out, its halves are computed one after the other."""
        import torch

        try:
            return self._run(batch)
        except torch.OutOfMemoryError as error:
            if len(ids) == 1:
                raise MissingResourceError(
                    f"document {ids[0]!r} ({batch.lengths[0]} tokens) needs by itself more memory than {self.device} "
                    f"has free ({error}). Free memory, lower `max_length` ({self.params.max_length}), or set "
                    "`device: cpu`. What has been embedded so far is kept."
                ) from error
        torch.cuda.empty_cache()
        log.warning("%s: no memory for %d tokens at once; the batch is halved", self.device, batch.tokens.shape[1])
        half = len(ids) // 2
        first, rest = batch.halves()
        return torch.cat([self._halving(first, ids[:half]), self._halving(rest, ids[half:])])

    def _run(self, batch: TokenBatch) -> torch.Tensor:
        """(B, E) float32 vectors on the device, which may still be computing them."""
        import torch
        from torch.nn import functional

        with torch.inference_mode():
            states = self._states(batch.tokens.to(self.device, non_blocking=True), batch.runs).float()
            # Normalised in fp32 even at a lower precision; otherwise lengths would differ from 1 by 0.001.
            return functional.normalize(states, dim=1) if self.params.normalise else states

    def _forecast(self, texts: Sequence[str]) -> None:
        """Log how long ``texts`` will take, estimated from a few texts spread over them."""
        sample = texts[:: -(-len(texts) // SAMPLE)]
        self._run(self._maker.pack(sample[-1:]))  # reads the weights from the disk
        batch = self._maker.pack(sample)
        started = time.perf_counter()
        self._run(batch)
        rate = (time.perf_counter() - started) / batch.tokens.shape[1]
        total = self._maker.count(texts)
        log.info(
            "embedding %d documents with %d tokens on the CPU takes about %.1f minutes",
            len(texts),
            total,
            rate * total / 60,
        )
