"""The table of encoders: an encoder is one file, one row here and one block of params.yaml."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from pipeline.encoders.aligned import AlignedEncoder, AlignedParams
from pipeline.encoders.base import Encoder
from pipeline.encoders.bge_m3 import BgeM3Encoder, BgeM3Params
from pipeline.encoders.precomputed import PrecomputedEncoder, PrecomputedParams

# name -> its parameters, and how it is made from them and a folder for its cache
ENCODERS: dict[str, tuple[type[BaseModel], Callable[[Any, Path], Encoder]]] = {
    "aligned": (AlignedParams, lambda params, _: AlignedEncoder(params)),
    "bge-m3": (BgeM3Params, BgeM3Encoder),
    "precomputed": (PrecomputedParams, lambda params, _: PrecomputedEncoder(params)),
}
