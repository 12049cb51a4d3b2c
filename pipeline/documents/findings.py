"""What is noticed while files are read, beside their rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Findings:
    """What is noticed while files are read; the functions that read fill it.

    Attributes:
        passed_over: names of files and folders that are not read.
        encodings: file -> its encoding, of those that are neither UTF-8 nor in the encoding that is declared.
        stray_quotes: file -> rows with quotes out of place, of tables that have any.
        stray_pairs: how many rows had a placeholder such as `nan` for their pair, which is taken for none.
    """

    passed_over: Sequence[str] = ()
    encodings: dict[str, str] = field(default_factory=dict)
    stray_quotes: dict[str, int] = field(default_factory=dict)
    stray_pairs: int = 0
