"""The errors a user can meet, each with the exit code that a shell or DVC sees, and what a message may suggest."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches


class PipelineError(Exception):
    """Base of all errors that are explained to the user instead of traced back."""

    exit_code = 1


class InputError(PipelineError):
    """The data or the parameters are wrong; running again will not help."""

    exit_code = 2


class MissingResourceError(PipelineError):
    """Something the environment must provide (a model, a font, a device) is not there."""

    exit_code = 3


class TryAgainError(PipelineError):
    """A passing fault (disk full, connection broken); earlier work is kept."""

    exit_code = 75


def nearest(word: str, known: Collection[str], likeness: float = 0.6) -> str | None:
    """The one of ``known`` that was probably meant; None if none is near.

    Args:
        word: what was written.
        known: what may be written.
        likeness: how near is near, from 0 to 1.
    """
    near = get_close_matches(word, known, n=1, cutoff=likeness)
    return near[0] if near else None


def did_you_mean(word: str, known: Collection[str]) -> str:
    """`` Did you mean `NEAREST`?``, with a blank before it, to end a sentence with; empty if none is near."""
    meant = nearest(word, known)
    return f" Did you mean `{meant}`?" if meant else ""
