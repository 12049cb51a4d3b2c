"""Any model of the library sentence-transformers, from the hub or from a folder.

The library embeds batches; here texts longer than the model reads are cut into passages, and batches hold passages of
similar length, since the library pads each to the longest of its batch.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from pipeline.common.errors import InputError, MissingResourceError
from pipeline.common.files import digest
from pipeline.common.reproducible import prepare_torch
from pipeline.common.wording import counted
from pipeline.encoders.cache import CacheSettings
from pipeline.encoders.device import Device, ModelPrecision, OnDevice
from pipeline.encoders.hub import ModelFiles, model_folder
from pipeline.encoders.passages import passage_bounds, text_vectors
from pipeline.encoders.text_encoder import TextEncoder, forecast
from pipeline.encoders.token_batches import by_falling_length, within_budget

SHOWN = 40  # characters of a passage in a message
log = logging.getLogger(__name__)

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

CPU_BUDGET = 2048  # tokens in a batch on a CPU at most
SPARE = 2  # tokens that a passage may gain when it is tokenised by itself
TIMED = 8  # texts that are timed for the estimate
LIBRARY_FILES = ModelFiles(
    ("*.json", "*.txt", "*.model", "*.safetensors", "pytorch_model*.bin", "*/config.json", "*/model.safetensors"),
    (("modules.json", "config.json"),),
)


class SentenceTransformersParams(BaseModel):
    """The ``sentence-transformers`` section of params.yaml.

    Attributes:
        name: name on the hub, or a local folder with the same files.
        revision: commit, tag or branch of the hub's repository; a local folder has none.
        prompt: what is written before each text; many models were trained with such words.
        max_length: the most tokens in a passage; null means what the model says.
        batch_tokens: largest number of tokens in a batch; on a CPU it is never more than 2048.
        precision: precision of the computation; auto means fp16 on a GPU and fp32 on a CPU.
        device: where the model runs; auto means the GPU if there is one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = "intfloat/multilingual-e5-base"
    revision: str = "main"
    prompt: str = "query: "
    max_length: int | None = Field(None, ge=8)
    batch_tokens: int = Field(16384, ge=1)
    precision: ModelPrecision = "auto"
    device: Device = "auto"


class PassageText(NamedTuple):
    """A part of a text that the model reads at once: its text's number, itself, and how many tokens it has."""

    row: int
    text: str
    tokens: int


class SentenceTransformersEncoder(OnDevice, TextEncoder):
    """A model of sentence-transformers with a cache of vectors; see the module's docstring."""

    name = "sentence-transformers"
    against_nan = "set `precision: fp32`"

    def __init__(self, params: SentenceTransformersParams, cache_folder: Path) -> None:
        super().__init__(params, cache_folder)
        self.params: SentenceTransformersParams = params

    @cached_property
    def settings(self) -> CacheSettings:
        """See :class:`pipeline.encoders.text_encoder.TextEncoder`; a branch is known by its commit."""
        is_local = Path(self.params.name).is_dir()
        return {
            "model": f"folder@{digest(self._folder)}" if is_local else f"{self.params.name}@{self._folder.name}",
            "prompt": self.params.prompt,
            "max_length": self.params.max_length,
            "precision": self.precision,
        }

    def _embed(self, texts: Sequence[str], ids: Mapping[str, str]) -> np.ndarray:
        passages = self._passages(texts)
        lengths = [passage.tokens for passage in passages]
        groups = within_budget(by_falling_length(lengths), lengths, self._budget)
        batches = ([passages[place] for place in group] for group in groups)
        return text_vectors(map(self._run, batches), len(texts), int(self._model.get_embedding_dimension()))

    def _run(self, batch: Sequence[PassageText]) -> tuple[np.ndarray, np.ndarray]:
        import torch

        try:
            vectors = self._model.encode(
                [passage.text for passage in batch],
                prompt=self.params.prompt,
                batch_size=len(batch),
                show_progress_bar=False,
                convert_to_numpy=True,
                normalize_embeddings=True,
            )
        except torch.OutOfMemoryError as error:
            if len(batch) == 1:
                raise MissingResourceError(
                    f"{self.device} has too little free memory for a passage of {counted(batch[0].tokens, 'token')} "
                    f"that begins with {batch[0].text[:SHOWN]!r} ({error}). Free memory, lower "
                    "`sentence-transformers.max_length`, or set `device: cpu`. What has been embedded so far is kept."
                ) from error
            return self._halves(batch)
        except (IndexError, RuntimeError) as error:
            raise InputError(
                f"{self.params.name} cannot read passages of {counted(batch[0].tokens, 'token')} ({error}). Lower "
                "`sentence-transformers.max_length`, or set it to null for what the model says."
            ) from error
        return np.array([passage.row for passage in batch]), vectors.astype(np.float32)

    def _halves(self, batch: Sequence[PassageText]) -> tuple[np.ndarray, np.ndarray]:
        """As :meth:`_run`, one half after the other."""
        log.warning("%s: no memory for %s at once; they are halved", self.device, counted(len(batch), "passage"))
        half = len(batch) // 2
        rows, vectors = zip(self._run(batch[:half]), self._run(batch[half:]), strict=True)
        return np.concatenate(rows), np.concatenate(vectors)

    def _forecast(self, texts: Sequence[str]) -> None:
        total = sum(passage.tokens for passage in self._passages(texts))
        sample = self._passages(texts[:: -(-len(texts) // TIMED)])
        self._run(sample[-1:])  # reads the weights from the disk
        started = time.perf_counter()
        for passage in sample:
            self._run([passage])
        seconds = time.perf_counter() - started
        forecast(len(texts), total, seconds / max(sum(passage.tokens for passage in sample), 1) * total)

    def _passages(self, texts: Sequence[str]) -> list[PassageText]:
        return [passage for row, text in enumerate(texts) for passage in self._cut(row, text)]

    def _cut(self, row: int, text: str) -> Iterator[PassageText]:
        """The text in passages that the model can read, cut where its tokeniser cuts."""
        places = self._offsets(text)
        bounds = passage_bounds(len(places), self._longest)
        if len(bounds) < 2:
            yield PassageText(row, text, len(places) + self._overhead)
            return
        for part in bounds:
            end = places[part.stop][0] if part.stop < len(places) else len(text)
            yield PassageText(row, text[places[part.start][0] : end], len(part) + self._overhead)

    def _offsets(self, text: str) -> list[tuple[int, int]]:
        encoding = self._model.tokenizer(
            text, add_special_tokens=False, return_offsets_mapping=True, truncation=False, verbose=False
        )
        return list(encoding["offset_mapping"])

    @cached_property
    def _overhead(self) -> int:
        """Tokens of each passage that are not the text's: special ones and the prompt's."""
        return int(self._model.tokenizer.num_special_tokens_to_add()) + len(self._offsets(self.params.prompt))

    @cached_property
    def _longest(self) -> int:
        """The most tokens of a text in a passage."""
        longest = int(self._model.max_seq_length) - self._overhead - SPARE
        if longest < 1:
            raise InputError(
                f"sentence-transformers: max_length is {self._model.max_seq_length}, which leaves no room for a text "
                f"beside the prompt {self.params.prompt!r}. Raise `max_length` or shorten `prompt`."
            )
        return longest

    @property
    def _budget(self) -> int:
        return self.params.batch_tokens if self.device == "cuda" else min(self.params.batch_tokens, CPU_BUDGET)

    @cached_property
    def _folder(self) -> Path:
        return model_folder(self.params.name, self.params.revision, LIBRARY_FILES)

    @cached_property
    def _model(self) -> Any:  # noqa: ANN401 - a SentenceTransformer, whose numbers may all be None to type checkers
        prepare_torch()
        return load_sentence_transformer(self._folder, self.device, self.precision, self.params.max_length)


def load_sentence_transformer(folder: Path, device: str, precision: str, max_length: int | None) -> SentenceTransformer:
    """The library's object, in evaluation mode; no code in the model's files is run.

    Args:
        folder: the model's files.
        device: ``cpu`` or ``cuda``.
        precision: ``fp32``, ``fp16`` or ``bf16``.
        max_length: the most tokens that the model is to read, or None for what the model says.

    Raises:
        InputError: the files are damaged, are no model, or the model has no tokeniser that tells where tokens start.
    """
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]  # of loading, which takes seconds
    dtype = {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}[precision]
    try:
        model: Any = SentenceTransformer(
            str(folder), device=device, trust_remote_code=False, local_files_only=True, model_kwargs={"dtype": dtype}
        )
    except Exception as error:  # the library and those below it raise many kinds
        reason = f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0]}"
        raise InputError(
            f"{folder}: sentence-transformers cannot load the model ({reason}). The files are damaged or incomplete, "
            "or the model needs code of its own, which is not run. Fetch it again, or name another model."
        ) from error
    if not getattr(model.tokenizer, "is_fast", False):
        raise InputError(f"{folder}: the model has no fast tokeniser (tokenizer.json). Name another model.")
    if max_length is not None:
        model.max_seq_length = max_length
    return model.eval()
