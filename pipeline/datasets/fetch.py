"""Fetch a public data set, complete and checked; fetching it again does nothing."""

from __future__ import annotations

import logging
from pathlib import Path

from pipeline.common.errors import InputError
from pipeline.common.files import file_digest
from pipeline.common.progress import track
from pipeline.common.wording import counted
from pipeline.datasets.checksums import SUMS, as_noted, note_sums, read_sums
from pipeline.datasets.convert import convert, made_files
from pipeline.datasets.public import Dataset
from pipeline.datasets.source import Source, copy_checked, download, find_file
from pipeline.datasets.word_list import get_dictionary

log = logging.getLogger(__name__)


def fetch(dataset: Dataset, home: Path, source: Source) -> None:
    """Make ``home/documents.jsonl``, ``home/vocabulary/`` and ``home/dictionary/`` from a public data set.

    The published files are kept in ``home/raw``, and the checksums of all files in ``home/SHA256SUMS``.

    Raises:
        InputError: a file in the folder is missing or has the wrong checksum, or texts and labels do not match.
        TryAgainError: a download failed; complete files are kept.
    """
    raw_sums = {f"raw/{file}": dataset.sha256.get(file) for file in dataset.files}
    names = [*raw_sums, *made_files(dataset)]
    noted_sums = read_sums(home)
    is_as_published = all(noted_sums.get(name) == sha256 for name, sha256 in raw_sums.items() if sha256)
    if is_as_published and as_noted(home, names):
        log.info("%s: every file (%d) has its checksum in %s; nothing to do", home, len(names), home / SUMS)
    else:
        _get_raw(dataset, home, source)
        note_sums(home, raw_sums)
        convert(dataset, home / "raw", home)
        note_sums(home, names)
    get_dictionary(dataset, home, source)


def _get_raw(dataset: Dataset, home: Path, source: Source) -> None:
    noted_sums = read_sums(home)
    unknown_files = [file for file in dataset.files if file not in dataset.sha256 and f"raw/{file}" not in noted_sums]
    if unknown_files:
        log.warning(
            "%s: no published checksum is known for %s; the one found is noted in %s",
            dataset.folder,
            ", ".join(unknown_files),
            home / SUMS,
        )
    log.info("%s: %s from %s", dataset.folder, counted(len(dataset.files), "file"), source.folder or source.base_url)
    for file in track(dataset.files, dataset.folder, len(dataset.files)):
        target = home / "raw" / file
        sha256 = dataset.sha256.get(file) or noted_sums.get(f"raw/{file}")
        if target.is_file() and sha256 == file_digest(target):
            continue
        if source.folder is None:
            download(f"{source.base_url}/{dataset.location}/{dataset.folder}/{file}", target, sha256, source.retries)
        else:
            copy_checked(_in_folder(source.folder, dataset.folder, file), target, sha256)


def _in_folder(folder: Path, name: str, file: str) -> Path:
    places = (name, f"benchmarks/{name}")
    path = find_file(folder, places, file)
    if path is None:
        paths = " and ".join(str(folder / place / file) for place in places)
        raise InputError(f"{file} is missing: looked for {paths}. Give the folder that holds {name}/ with --from.")
    return path
