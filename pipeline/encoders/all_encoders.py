"""The table of encoders: an encoder is one file, one row here and one block of params.yaml."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from pipeline.encoders.aligned import AlignedEncoder, AlignedParams
from pipeline.encoders.bge_m3 import BgeM3Encoder, BgeM3Params
from pipeline.encoders.e5 import E5Encoder, E5Params
from pipeline.encoders.encoder import Encoder
from pipeline.encoders.encoder_folder import damaged, read_config
from pipeline.encoders.joined import JOINED, JoinedEncoder, JoinedParams
from pipeline.encoders.precomputed import PrecomputedEncoder, PrecomputedParams
from pipeline.encoders.sentence_transformers import SentenceTransformersEncoder, SentenceTransformersParams
from pipeline.encoders.universal import UniversalEncoder, UniversalParams

# name -> the class of the parameters, and the function that makes the encoder from them and a folder for its cache
ENCODERS: dict[str, tuple[type[BaseModel], Callable[[Any, Path], Encoder]]] = {
    "universal": (UniversalParams, UniversalEncoder),
    "e5": (E5Params, E5Encoder),
    "sentence-transformers": (SentenceTransformersParams, SentenceTransformersEncoder),
    "aligned": (AlignedParams, lambda params, _: AlignedEncoder(params)),
    "bge-m3": (BgeM3Params, BgeM3Encoder),
    "precomputed": (PrecomputedParams, lambda params, _: PrecomputedEncoder(params)),
}


def make_encoder(sections: Mapping[str, BaseModel], cache: Path) -> Encoder:
    """An encoder, or several whose vectors are joined.

    Args:
        sections: name of each encoder -> its parameters.
        cache: folder in which an encoder may keep vectors.
    """
    parts = {name: ENCODERS[name][1](params, cache) for name, params in sections.items()}
    return JoinedEncoder(parts) if len(parts) > 1 else next(iter(parts.values()))


def load_encoder(folder: Path, cache: Path) -> Encoder:
    """Rebuild the encoder that was saved in ``folder``, ready to encode.

    Args:
        folder: the folder that :meth:`pipeline.encoders.encoder.Encoder.save` wrote.
        cache: folder in which an encoder may keep vectors.

    Raises:
        MissingResourceError: there is no encoder in the folder.
        InputError: a file of the encoder is missing, is damaged, or does not fit the others.
    """
    config = read_config(folder)
    try:
        if config["encoder"] == JOINED:
            names = JoinedParams.model_validate(config["params"]).parts
            return JoinedEncoder({name: load_encoder(folder / name, cache) for name in names})
        params_class, make = ENCODERS[config["encoder"]]
        encoder = make(params_class.model_validate(config["params"]), cache)
        encoder.load(folder)
    except (KeyError, TypeError, ValueError) as error:
        raise damaged(folder, error) from error
    return encoder
