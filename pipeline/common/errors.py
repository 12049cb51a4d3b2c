"""The errors that a user can meet, each with its exit code for the shell and DVC, and parts of messages."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from difflib import get_close_matches


class PipelineError(Exception):
    """Base class of all errors that the user sees as a message instead of a traceback."""

    exit_code = 1


class InputError(PipelineError):
    """The data or the parameters are wrong; running again will not help."""

    exit_code = 2


class MissingResourceError(PipelineError):
    """Something that the environment must provide is missing: a model, a font or a device."""

    exit_code = 3


class TryAgainError(PipelineError):
    """A temporary fault (the disk is full, the connection broke); earlier work is kept."""

    exit_code = 75


def nearest(word: str, known: Collection[str], likeness: float = 0.6) -> str | None:
    """The entry of ``known`` that was probably meant; None if none is similar enough.

    Args:
        word: the word as written.
        known: the allowed words.
        likeness: the lowest similarity that counts, from 0 to 1.
    """
    matches = get_close_matches(word, known, n=1, cutoff=likeness)
    return matches[0] if matches else None


def did_you_mean(word: str, known: Collection[str]) -> str:
    """The hint `` Did you mean `NEAREST`?``, with a space in front, to end a message with; empty if no word is near."""
    suggestion = nearest(word, known)
    return f" Did you mean `{suggestion}`?" if suggestion else ""


def first_names(names: Sequence[str], shown: int = 5, separator: str = ", ") -> str:
    """The first names of a list, and how many more there are."""
    return separator.join(names[:shown]) + (f" and {len(names) - shown} more" if len(names) > shown else "")
