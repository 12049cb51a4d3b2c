"""BGE-M3's dense vectors (Chen et al., 2024), the encoder of the published experiments.

FlagEmbedding loads the model, but its ``encode`` does not run it. That function takes every RuntimeError for a lack of
memory and shrinks its batch without a limit; it also tokenises everything before it computes, and it pads. Here it runs
as :mod:`pipeline.encoders.token_encoder` says. With ``batch_tokens: 1`` (one document in each batch) the neighbours of
a document do not change its vector at all. As in the paper, the text beyond ``max_length`` is not read.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl
from pydantic import BaseModel, ConfigDict, Field

from pipeline.common.wording import counted
from pipeline.encoders.bge_m3_model import load_bge_m3
from pipeline.encoders.cache import CacheSettings
from pipeline.encoders.device import Device, ModelPrecision, OnDevice
from pipeline.encoders.hub import model_identity
from pipeline.encoders.packed_transformer import PackedTransformer
from pipeline.encoders.token_batches import BatchMaker, Passage, TokenBatch, xlm_roberta_positions
from pipeline.encoders.token_encoder import TokenEncoder

if TYPE_CHECKING:
    import torch
    from FlagEmbedding import BGEM3FlagModel

log = logging.getLogger(__name__)

CPU_TOKENS = 2048  # tokens in a batch at most, so that what a layer computes stays in the processor's caches


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
    precision: ModelPrecision = "auto"
    device: Device = "auto"


class BgeM3Encoder(OnDevice, TokenEncoder):
    """BGE-M3 with a cache of vectors; the model is loaded only if a document is not in the cache."""

    name = "bge-m3"
    against_nan = "set `precision: fp32`"

    def __init__(self, params: BgeM3Params, cache_folder: Path) -> None:
        super().__init__(params, cache_folder)
        self.params: BgeM3Params = params
        self.text = pl.col("tokens").list.join(" ") if params.text == "tokens" else pl.col("text")
        self._full = 0

    @cached_property
    def settings(self) -> CacheSettings:
        """See :class:`pipeline.encoders.text_encoder.TextEncoder`."""
        return {
            "model": model_identity(self.params.name, self.params.revision),
            "text": self.params.text,
            "max_length": self.params.max_length,
            "normalise": self.params.normalise,
            "precision": self.precision,
        }

    @property
    def width(self) -> int:
        """See :class:`pipeline.encoders.token_encoder.TokenEncoder`."""
        return int(self._flag.model.model.config.hidden_size)

    @cached_property
    def maker(self) -> BatchMaker:
        """See :class:`pipeline.encoders.token_encoder.TokenEncoder`."""
        budget = self.params.batch_tokens if self.device == "cuda" else min(self.params.batch_tokens, CPU_TOKENS)
        tokenizer = self._flag.tokenizer.backend_tokenizer
        tokenizer.no_padding()
        tokenizer.enable_truncation(self.params.max_length)
        positions = partial(xlm_roberta_positions, padding=self._flag.model.model.config.pad_token_id)
        return BatchMaker(self._tokenise, budget, positions, pinned=self.device == "cuda")

    def run(self, batch: TokenBatch) -> torch.Tensor:
        """See :class:`pipeline.encoders.token_encoder.TokenEncoder`."""
        import torch
        from torch.nn import functional

        with torch.inference_mode():
            states = self._states.first_states(batch.tokens.to(self.device, non_blocking=True), batch.runs).float()
            # Normalised in fp32 even at a lower precision; otherwise lengths would differ from 1 by 0.001.
            return functional.normalize(states, dim=1) if self.params.normalise else states

    def _embed(self, texts: Sequence[str], ids: Mapping[str, str]) -> np.ndarray:
        self._full = 0
        vectors = super()._embed(texts, ids)
        if self._full:
            length = self.params.max_length
            log.info(
                "longer than the %s that are embedded: %s", counted(length, "token"), counted(self._full, "document")
            )
        return vectors

    def _tokenise(self, texts: Sequence[str]) -> list[list[Passage]]:
        """One passage for each text, cut at ``max_length``."""
        encodings = self._flag.tokenizer.backend_tokenizer.encode_batch_fast(list(texts))
        self._full += sum(len(encoding.ids) == self.params.max_length for encoding in encodings)
        return [[encoding.ids] for encoding in encodings]

    @cached_property
    def _flag(self) -> BGEM3FlagModel:
        # The whole object is kept: FlagEmbedding moves its model to the CPU when the object is garbage-collected.
        return load_bge_m3(
            self.params.name, self.params.revision, self.device, self.precision, max_length=self.params.max_length
        )

    @cached_property
    def _states(self) -> PackedTransformer:
        return PackedTransformer(self._flag.model.model)
