"""What is written to a terminal: text in whatever encoding the terminal has, and never a command to it."""

from __future__ import annotations

import logging
import re
import sys
from io import TextIOWrapper

# All controls but tab and LF, and what turns the direction of writing: a terminal obeys them instead of showing them.
_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def inert(text: str) -> str:
    r"""The text with each character that a terminal would obey written as an escape, such as ``\x1b``.

    Names of files, ids and labels come from others, and may hold such characters.
    """
    return _OBEYED.sub(lambda found: ascii(found.group())[1:-1], text)


class InertFormatter(logging.Formatter):
    """Formats lines of the log as :func:`inert` text."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        return inert(super().format(record))


def replace_unknown_characters() -> None:
    """Write ``?`` for what the terminal's encoding does not have, so that no run ends in an error at its last line."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
