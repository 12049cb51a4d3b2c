"""The table of models: a model is one file, one row here and one block of params.yaml."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.models.base import ModelParams, TopicModel
from pipeline.models.gloctm import Gloctm, GloctmParams
from pipeline.models.infoctm import Infoctm, InfoctmParams
from pipeline.models.lda import LdaParams, TranslatedLda
from pipeline.models.m3l import M3l, M3lParams
from pipeline.models.nmtm import Nmtm, NmtmParams
from pipeline.models.svdlr import SvdLr
from pipeline.models.usvd import Usvd, UsvdParams
from pipeline.models.xtra import Xtra, XtraParams
from pipeline.models.zeroshot import Zeroshot, ZeroshotParams
from pipeline.models.zeroshot_kd import ZeroshotKd

MODELS: dict[str, tuple[type[ModelParams], type[TopicModel]]] = {
    "xtra": (XtraParams, Xtra),
    "gloctm": (GloctmParams, Gloctm),
    "infoctm": (InfoctmParams, Infoctm),
    "nmtm": (NmtmParams, Nmtm),
    "usvd": (UsvdParams, Usvd),
    "svdlr": (UsvdParams, SvdLr),
    "lda-translated": (LdaParams, TranslatedLda),
    "zeroshot": (ZeroshotParams, Zeroshot),
    "zeroshot-kd": (ZeroshotParams, ZeroshotKd),
    "m3l": (M3lParams, M3l),
}


def build_model(
    name: str, vocabulary: Mapping[str, int], topics: int, embedding: int, params: ModelParams
) -> TopicModel:
    """A fresh model of the table.

    Args:
        name: its row.
        vocabulary: number of words of each language, in order, pivot first.
        topics: K.
        embedding: width of the document embeddings.
        params: the model's block of params.yaml.
    """
    return MODELS[name][1](vocabulary, topics, embedding, params)
