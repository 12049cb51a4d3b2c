"""Cross-lingual topic modelling: from documents in several languages to topics that they share.

``pipeline.load("models/run")`` returns a trained model as an object of :class:`pipeline.reuse.load.Topics`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.reuse.load import Topics, load

__all__ = ["Topics", "load"]


def __getattr__(name: str) -> object:
    """Import a public name only when it is used, so that the stages start fast."""
    if name in __all__:
        from pipeline.reuse import load as load_module

        return getattr(load_module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
