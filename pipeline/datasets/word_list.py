"""The bilingual dictionary of a data set, in the pipeline's format: pivot word, tab, other word."""

from __future__ import annotations

import logging
import shutil
import zipfile
from collections.abc import Iterable
from pathlib import Path

from pipeline.common.errors import TryAgainError
from pipeline.common.files import read_lines
from pipeline.common.whole_files import whole_file, write_text
from pipeline.common.wording import counted
from pipeline.datasets.checksums import SUMS, note_sums, read_sums
from pipeline.datasets.public import Dataset, Dictionary
from pipeline.datasets.source import NotThereError, Source, copy_checked, download, find_file

FOLDERS = ("dictionaries", "../dictionaries", ".")
log = logging.getLogger(__name__)


def get_dictionary(dataset: Dataset, home: Path, source: Source) -> Path | None:
    """Make ``home/dictionary/PIVOT-LANG.tsv``. An existing file stays, since it may be the user's.

    Returns:
        The path, or None where the source has no dictionary; then a warning says what to do.

    Raises:
        InputError: the file in the folder does not have the published checksum.
        TryAgainError: the download failed.
    """
    dictionary = dataset.dictionary
    target = home / "dictionary" / f"{dataset.pivot}-{dictionary.lang}.tsv"
    target.parent.mkdir(parents=True, exist_ok=True)  # the folder is an input of a run, even without dictionaries
    if target.exists():
        log.info("%s exists already; nothing to do", target)
        return target
    raw = home / "raw" / dictionary.file
    is_available = (
        _from_folder(dictionary, raw, source.folder) if source.folder else _from_archive(dictionary, raw, source)
    )
    if not is_available:
        log.warning(
            "no dictionary: models that need one cannot run until %s exists. "
            "Format: a %s word, a tab, a %s word, one pair on each line; lines that start with # are comments.",
            *(target, dataset.pivot, dictionary.lang),
        )
        return None
    write_text(swap(read_lines(raw), dictionary.comments), target)
    return target


def swap(lines: Iterable[str], comments: Iterable[str]) -> str:
    """The text of a dictionary: comments, then ``OTHER PIVOT`` lines as sorted, unique ``PIVOT<tab>OTHER`` lines."""
    pairs = [line.split() for line in lines]
    unique_pairs = sorted({(pivot, other) for other, pivot in (pair for pair in pairs if len(pair) == 2)})
    odd_lines = sum(len(pair) != 2 for pair in pairs)
    log.info(
        "dictionary: %s%s",
        counted(len(unique_pairs), "pair"),
        f"; left out, since not two words: {counted(odd_lines, 'line')}" * bool(odd_lines),
    )
    return "".join(
        [f"# {comment}\n" for comment in comments] + [f"{pivot}\t{other}\n" for pivot, other in unique_pairs]
    )


def _from_folder(dictionary: Dictionary, raw: Path, folder: Path) -> bool:
    path = find_file(folder, FOLDERS, dictionary.file)
    if path is None:
        log.warning(
            "no dictionary at %s", ", ".join(str(folder / subfolder / dictionary.file) for subfolder in FOLDERS)
        )
        return False
    copy_checked(path, raw, dictionary.sha256)
    return True


def _from_archive(dictionary: Dictionary, raw: Path, source: Source) -> bool:
    url = f"{source.base_url}/{dictionary.archive}"
    archive = raw.with_name(Path(dictionary.archive).name)
    home, name = raw.parent.parent, f"raw/{archive.name}"
    try:
        download(url, archive, read_sums(home).get(name), source.retries)
    except NotThereError as error:
        log.warning("%s", error)
        return False
    is_unpacked = _unpack(archive, dictionary.member, raw)
    log.info("%s: no published checksum is known; the one found is noted in %s", url, home / SUMS)
    note_sums(home, [name])
    return is_unpacked


def _unpack(archive: Path, member: str, target: Path) -> bool:
    try:
        with zipfile.ZipFile(archive) as package:
            name = next((name for name in package.namelist() if Path(name).name == member), None)
            if name is None:
                log.warning(
                    "%s: the archive has no file called %s; found %s", archive, member, ", ".join(package.namelist())
                )
                return False
            with whole_file(target) as unfinished, package.open(name) as packed, unfinished.open("wb") as file:
                shutil.copyfileobj(packed, file)
    except zipfile.BadZipFile as error:
        archive.unlink()
        raise TryAgainError(f"{archive}: {error}. The damaged archive was removed; run again.") from error
    return True
