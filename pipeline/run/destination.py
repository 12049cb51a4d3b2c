"""Where a command may write: not among the files that a run reads, nor among those that it writes itself."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pipeline.common.errors import InputError
from pipeline.run.layout import LAYOUT, Layout
from pipeline.run.record import read_records


def check_destination(option: str, path: Path, reads: Iterable[Path] = (), layout: Layout = LAYOUT) -> None:
    """Refuse an output where the next run would delete it, or would read it as one of its inputs.

    Args:
        option: the option that names the output, for messages.
        path: the file or folder to write.
        reads: what the command itself reads.
        layout: the folders of the run.

    Raises:
        InputError: the path is refused.
    """
    for folder in (layout.tables, layout.model, layout.encoder, layout.cache, LAYOUT.tables, LAYOUT.model):
        if _is_within(path, folder):
            raise InputError(f"{option} {path}: {folder} holds the pipeline's own files. Write to another folder.")
    reports = (layout.intake, layout.metrics, layout.classification, layout.losses, layout.coherence, layout.accuracy)
    for own in (*reports, layout.topics_markdown, layout.page):
        if path.resolve() == own.resolve():
            raise InputError(f"{option} {path} is a report of the run. Give it another name.")
    for source in (*reads, *_inputs(layout)):
        if path.resolve() == source.resolve():
            raise InputError(f"{option} {path} is also the input. Give it another name.")
        if _is_within(path, source):
            raise InputError(
                f"{option} {path}: files in {source} are read as an input, so that the next run would read this one "
                "too. Write to another folder."
            )


def _is_within(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())


def _inputs(layout: Layout) -> list[Path]:
    """What the stages of the run read from outside the pipeline."""
    records = read_records(layout.records).values()
    return list(dict.fromkeys(layout.root / path for record in records for path in record.inputs))
