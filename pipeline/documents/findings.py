"""What is noticed while files are read, beside their rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Findings:
    """What is noticed while files are read; the functions that read fill it.

    Attributes:
        passed_over: files and folders below the folder of documents that are not read.
        renamed_columns: file -> column -> the name of the format that it is read as, where the two differ.
        unclear_columns: file -> name of the format -> the columns that may each be meant by it, so that none is read.
        unread_columns: file -> its other columns that are not read.
        encodings: file -> its encoding, of those that are neither UTF-8 nor in the encoding that is declared.
        stray_quotes: file -> rows with quotes out of place, of tables that have any.
        stray_pairs: how many rows had a placeholder such as `nan` for their pair, which is taken for none.
    """

    passed_over: Sequence[str] = ()
    renamed_columns: dict[str, dict[str, str]] = field(default_factory=dict)
    unclear_columns: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    unread_columns: dict[str, list[str]] = field(default_factory=dict)
    encodings: dict[str, str] = field(default_factory=dict)
    stray_quotes: dict[str, int] = field(default_factory=dict)
    stray_pairs: int = 0
