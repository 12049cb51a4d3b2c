"""How far a stream of new documents has come, and what became of it."""

from __future__ import annotations

import logging
import time
from pathlib import Path

import polars as pl

from pipeline.common.progress import SECONDS_BETWEEN_LINES
from pipeline.reuse.notes import NO_WORD

log = logging.getLogger(__name__)


class Summary:
    """Counts tables as they are written, and says now and then how many rows there were."""

    def __init__(self) -> None:
        self.documents = self.rejected = self.unknown = self.doubtful = 0
        self._started = self._told = time.perf_counter()

    def add(self, table: pl.DataFrame, rejected: int) -> None:
        """Count the documents of a table and the rows that were rejected beside them."""
        self.documents += table.height
        self.rejected += rejected
        self.unknown += int((table["words"] == 0).sum())
        self.doubtful += int((table["note"] != NO_WORD).sum())
        now = time.perf_counter()
        if now - self._told >= SECONDS_BETWEEN_LINES:
            self._told, rows = now, self.documents + self.rejected
            log.info("%d rows so far, %.0f a second", rows, rows / (now - self._started))

    def log(self, output: Path) -> None:
        """One line for the whole: every row that came in is a document or a reject."""
        if self.doubtful:
            log.warning(
                "documents that may be in another language than they say: %d; see the column `note`", self.doubtful
            )
        counts = (self.documents + self.rejected, self.documents, self.rejected, self.unknown, output)
        log.info("%d rows: %d documents, %d rejected; %d without known words (theta null); written to %s", *counts)
