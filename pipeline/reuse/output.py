"""Writing theta table after table, as Parquet or JSON Lines, to a file or to standard output; and the rejected rows."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from pipeline.common.errors import InputError
from pipeline.common.progress import SECONDS_BETWEEN_LINES
from pipeline.common.whole_files import whole_file
from pipeline.common.wording import counted
from pipeline.documents.file_row import place
from pipeline.reuse.new_documents import STANDARD
from pipeline.reuse.notes import NO_WORD
from pipeline.run.destination import check_destination
from pipeline.run.layout import Layout
from pipeline.tables.catalogue import REJECTS
from pipeline.tables.spreadsheet import inert_cells

SHOWN = 10  # rejected rows in the log
Write = Callable[[pl.DataFrame], None]
log = logging.getLogger(__name__)


class ReaderGone(Exception):
    """The program that reads standard output has closed it, as ``head`` does."""


def check_outputs(source: Path, output: Path, rejects: Path | None, layout: Layout) -> None:
    """Refuse an output of an unknown format, and one among the input, the run's inputs or the run's own files.

    Args:
        source: file or folder of the documents.
        output: file for theta, ``-`` for standard output.
        rejects: file for the list of rejected rows, which may be a list of an earlier run; None writes no list.
        layout: the folders of the run.

    Raises:
        InputError: an output is refused.
    """
    if output != STANDARD and output.suffix not in (".parquet", ".jsonl"):
        raise InputError(
            f"--output {output}: expected a file name that ends in .parquet or .jsonl, or `-` for JSON Lines "
            "on standard output."
        )
    reads = [] if source == STANDARD else [source]
    if output != STANDARD:
        check_destination("--output", output, reads, layout)
    if rejects is not None:
        if rejects.resolve() == output.resolve():
            raise InputError(f"--rejects {rejects} is also --output. Give it another name.")
        check_destination("--rejects", rejects, reads, layout)
    if rejects is not None and rejects.exists() and not _is_list_of_rejects(rejects):
        raise InputError(
            f"--rejects {rejects} exists and is not a list of rejected rows, so it is not replaced. Name another file."
        )


def _is_list_of_rejects(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.readline().rstrip(b"\r\n") == ",".join(REJECTS.columns).encode()


@contextmanager
def theta_writer(path: Path) -> Iterator[Write]:
    """Context that gives a function to write a table; the file appears at the end of the context, whole or not at all.

    Args:
        path: file that ends in .parquet (each table is a row group) or .jsonl; ``-`` writes JSON Lines to standard
            output.
    """
    if path == STANDARD:
        with _standard_output() as write:
            yield write
    elif path.suffix == ".jsonl":
        with whole_file(path) as unfinished, unfinished.open("wb") as file:
            yield lambda table: table.write_ndjson(file)
    else:
        with whole_file(path) as unfinished, ExitStack() as stack:
            yield _row_groups(unfinished, stack)


class Rejects:
    """The rejected rows. The first ones are logged; all are written to a CSV that is safe to open in a spreadsheet.

    This is a context; the file appears at its end. If no row was rejected, no file is written and the file of an
    earlier run is deleted.

    Args:
        path: path of the CSV; None writes none.

    Attributes:
        count: number of rejected rows so far.
    """

    def __init__(self, path: Path | None) -> None:
        self.path, self.count = path, 0
        self._stack = ExitStack()
        self._file: Path | None = None

    def __enter__(self) -> Rejects:
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        self._stack.__exit__(kind, *rest)  # type: ignore[arg-type]
        if kind is None and self.path and not self.count:
            self.path.unlink(missing_ok=True)

    def add(self, rejects: pl.DataFrame) -> None:
        """Add rejected rows: file, row, id, lang, reason."""
        if rejects.is_empty():
            return
        for file, row, reason in rejects.head(max(0, SHOWN - self.count)).select("file", "row", "reason").iter_rows():
            log.warning("rejected %s: %s", place(file, row), reason)
        if self.path:
            inert = inert_cells(rejects)
            self._file = self._file or self._stack.enter_context(whole_file(self.path))
            with self._file.open("ab") as file:
                inert.write_csv(file, include_header=self.count == 0)
        self.count += rejects.height

    def log_summary(self) -> None:
        """Log one line about all rejected rows, if any."""
        where = f"all are listed in {self.path}" if self.path else "add --rejects FILE.csv to list them in a file"
        if self.count:
            log.warning("rejected rows: %d; %s", self.count, where)


def _row_groups(path: Path, stack: ExitStack) -> Write:
    """A function that writes each table as a row group; the file gets the columns of the first table."""
    writers: list[pq.ParquetWriter] = []

    def write(table: pl.DataFrame) -> None:
        rows = table.to_arrow()
        if not writers:
            writer = pq.ParquetWriter(path, rows.schema, compression="zstd", write_page_checksum=True)
            writers.append(stack.enter_context(writer))
        writers[0].write_table(rows)

    return write


@contextmanager
def _standard_output() -> Iterator[Write]:
    """A function that writes to standard output; the program ends quietly when nobody reads it any more."""

    def write(table: pl.DataFrame) -> None:
        try:
            sys.stdout.buffer.write(table.write_ndjson().encode())
            sys.stdout.buffer.flush()
        except BrokenPipeError as error:
            raise ReaderGone from error

    try:
        yield write
    except ReaderGone as gone:  # at exit Python flushes standard output again, which would fail again
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from gone


class InferenceSummary:
    """Counts the documents and rejected rows that are written, and logs the number of rows from time to time."""

    def __init__(self) -> None:
        self.documents = self.rejected = self.unknown = self.doubtful = 0
        self._started = self._last_logged = time.perf_counter()

    def add(self, table: pl.DataFrame, rejected: int) -> None:
        """Count the documents of a table, and the rows that were rejected while it was read."""
        self.documents += table.height
        self.rejected += rejected
        self.unknown += table["theta"].null_count()
        self.doubtful += int((table["note"] != NO_WORD).sum())
        now = time.perf_counter()
        if now - self._last_logged >= SECONDS_BETWEEN_LINES:
            self._last_logged, rows = now, self.documents + self.rejected
            log.info("%s so far, %.0f per second", counted(rows, "row"), rows / (now - self._started))

    def log(self, output: Path) -> None:
        """Log one line about all rows; every row of the input is either a document or rejected."""
        if self.doubtful:
            log.warning(
                "documents whose text may be in another language than their `lang`: %d; see the column `note`",
                self.doubtful,
            )
        log.info(
            "%s: %s, %d rejected; documents without theta (nothing of them is known): %d; written to %s",
            counted(self.documents + self.rejected, "row"),
            counted(self.documents, "document"),
            *(self.rejected, self.unknown, output),
        )
