"""Cross-lingual topic modelling: from documents in several languages to topics that they share.

``pipeline.load("models/run")`` gives a trained model as an object, :class:`pipeline.reuse.topics.Topics`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.reuse.topics import Topics, load

__all__ = ["Topics", "load"]


def __getattr__(name: str) -> object:
    """Import what is asked for only then, since the stages are to start fast."""
    if name in __all__:
        return getattr(import_module("pipeline.reuse.topics"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
