"""Cross-lingual topic modelling: from documents in several languages to topics that they share.

``pipeline.load("models/run")`` gives a trained model as an object, :class:`pipeline.reuse.load.Topics`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.reuse.load import Topics, load

__all__ = ["Topics", "load"]


def __getattr__(name: str) -> object:
    """Import what is asked for only then, since the stages are to start fast."""
    if name in __all__:
        from pipeline.reuse import load as topics

        return getattr(topics, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
