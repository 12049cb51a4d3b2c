"""Theta written table after table: Parquet or JSON Lines, to a file or to standard output, and the rejected rows."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from pipeline.common.errors import InputError
from pipeline.common.files import whole_file
from pipeline.common.progress import SECONDS_BETWEEN_LINES
from pipeline.reuse.new_documents import STANDARD
from pipeline.reuse.notes import NO_WORD
from pipeline.tables.catalogue import REJECTS

SHOWN = 10  # rejected rows in the log


FORMULA = r"^([=+\-@])"  # a cell that begins so is run as a formula by spreadsheets


Write = Callable[[pl.DataFrame], None]


log = logging.getLogger(__name__)


class ReaderGone(Exception):
    """What reads standard output has closed it, as ``head`` does."""


def check_outputs(source: Path, output: Path, rejects: Path | None, own: Iterable[Path]) -> None:
    """Refuse an output of an unknown format, and one in the place of the input or among the pipeline's files.

    Args:
        source: the documents.
        output: where theta is to be written, ``-`` for standard output.
        rejects: where rejected rows are to be listed; None: nowhere. A list of an earlier run may stand there.
        own: the folders that hold the run's own files.

    Raises:
        InputError: it is to be refused.
    """
    if output != STANDARD and output.suffix not in (".parquet", ".jsonl"):
        raise InputError(
            f"--output {output}: expected a name that ends in .parquet or .jsonl, or `-` for JSON Lines "
            "on standard output."
        )
    taken = {source.resolve(): "the input"}
    for option, path in (("--output", output), ("--rejects", rejects)):
        if path is None or path == STANDARD:
            continue
        if path.resolve() in taken:
            raise InputError(f"{option} {path} is {taken[path.resolve()]} as well. Give it a name of its own.")
        taken[path.resolve()] = option
        for folder in own:
            if path.resolve().is_relative_to(folder.resolve()):
                raise InputError(f"{option} {path}: {folder} holds the pipeline's own files. Write to another folder.")
    if rejects is not None and rejects.exists() and not _is_list_of_rejects(rejects):
        raise InputError(
            f"--rejects {rejects} is there and is no list of rejected rows. It is left as it is: name another file."
        )


def _is_list_of_rejects(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.readline().rstrip(b"\r\n") == ",".join(REJECTS.columns).encode()


@contextmanager
def theta_writer(path: Path) -> Iterator[Write]:
    """Give what writes a table; a file appears when the context ends, whole or not at all.

    Args:
        path: ends in .parquet (each table is a row group) or .jsonl; ``-`` writes JSON Lines to standard output.
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
    """The rejected rows: the first ones logged, all written to a CSV that is safe to open in a spreadsheet.

    A context; the file appears at its end. Without rejects there is none: one of an earlier run goes.

    Args:
        path: of the CSV; None writes none.

    Attributes:
        count: rows so far.
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
        """Take in some more: file, row, id, lang, reason."""
        if rejects.is_empty():
            return
        for file, row, reason in rejects.head(max(0, SHOWN - self.count)).select("file", "row", "reason").iter_rows():
            log.warning("rejected %s:%d: %s", file, row, reason)
        if self.path:
            inert = rejects.with_columns(pl.col(pl.String).str.replace(FORMULA, "'${1}"))
            self._file = self._file or self._stack.enter_context(whole_file(self.path))
            with self._file.open("ab") as file:
                inert.write_csv(file, include_header=self.count == 0)
        self.count += rejects.height

    def log_summary(self) -> None:
        """One line for all, if there are any."""
        where = f"all listed in {self.path}" if self.path else "listed in a file with --rejects FILE.csv"
        if self.count:
            log.warning("%d rows rejected, %s", self.count, where)


def _row_groups(path: Path, stack: ExitStack) -> Write:
    """Opens the file with the first table, whose columns it takes."""
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
    """Writes to standard output, and ends quietly when nobody reads it any more."""

    def write(table: pl.DataFrame) -> None:
        try:
            sys.stdout.buffer.write(table.write_ndjson().encode())
            sys.stdout.buffer.flush()
        except BrokenPipeError as error:
            raise ReaderGone from error

    try:
        yield write
    except ReaderGone as gone:  # Python flushes standard output once more when it ends, which would fail again
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from gone


class InferenceSummary:
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
