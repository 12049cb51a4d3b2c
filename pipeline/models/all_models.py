"""The table of models: a model is one file, one row here and one section of params.yaml.

The file of a model is imported only when the model is used, so that a run does not load the other models.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pipeline.models.topic_model import ModelParams, TopicModel


def _xtra() -> type[TopicModel]:
    from pipeline.models.xtra import Xtra

    return Xtra


def _gloctm() -> type[TopicModel]:
    from pipeline.models.gloctm import Gloctm

    return Gloctm


def _infoctm() -> type[TopicModel]:
    from pipeline.models.infoctm import Infoctm

    return Infoctm


def _nmtm() -> type[TopicModel]:
    from pipeline.models.nmtm import Nmtm

    return Nmtm


def _usvd() -> type[TopicModel]:
    from pipeline.models.usvd import Usvd

    return Usvd


def _svdlr() -> type[TopicModel]:
    from pipeline.models.svdlr import SvdLr

    return SvdLr


def _lda_translated() -> type[TopicModel]:
    from pipeline.models.lda_translated import TranslatedLda

    return TranslatedLda


def _zeroshot() -> type[TopicModel]:
    from pipeline.models.zeroshot import Zeroshot

    return Zeroshot


def _zeroshot_kd() -> type[TopicModel]:
    from pipeline.models.zeroshot_kd import ZeroshotKd

    return ZeroshotKd


def _m3l() -> type[TopicModel]:
    from pipeline.models.m3l import M3l

    return M3l


MODELS: dict[str, Callable[[], type[TopicModel]]] = {
    "xtra": _xtra,
    "gloctm": _gloctm,
    "infoctm": _infoctm,
    "nmtm": _nmtm,
    "usvd": _usvd,
    "svdlr": _svdlr,
    "lda-translated": _lda_translated,
    "zeroshot": _zeroshot,
    "zeroshot-kd": _zeroshot_kd,
    "m3l": _m3l,
}


def model_class(name: str) -> type[TopicModel]:
    """The class of a model; its ``section`` is the class of its parameters.

    Args:
        name: the model's name in the table.
    """
    return MODELS[name]()


def build_model(
    name: str, vocabulary: Mapping[str, int], topics: int, embedding: int, params: ModelParams
) -> TopicModel:
    """A new model from the table.

    Args:
        name: the model's name in the table.
        vocabulary: number of words of each language, in order, the pivot first.
        topics: the number of topics, K.
        embedding: width of the document embeddings.
        params: the model's section of params.yaml.
    """
    return model_class(name)(vocabulary, topics, embedding, params)
