"""Whether there are enough documents for the topics."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from pipeline.common.errors import InputError
from pipeline.common.wording import counted
from pipeline.languages.codes import named_language


class TopicCount(BaseModel):
    """The number of topics.

    Attributes:
        num_topics: the number of topics and of clusters, K (top level).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    num_topics: int = Field(10, ge=2)


def check_enough(topics: int, pivot: str, documents: int, noun: str = "training document", plural: str = "") -> None:
    """Check that the pivot has a document for each topic, since its documents are grouped into as many clusters.

    Args:
        topics: the number of topics, K.
        pivot: the first language.
        documents: the number of its documents that are clustered.
        noun: what such a document is called in the message.
        plural: what several are called.

    Raises:
        InputError: there are fewer documents than topics.
    """
    if documents < topics:
        raise InputError(
            f"`num_topics` is {topics:,}, but the pivot, {named_language(pivot)}, has only "
            f"{counted(documents, noun, plural)}, and each topic needs several. Set `num_topics` to "
            f"{max(2, documents // 10)} or so, or add documents."
        )
