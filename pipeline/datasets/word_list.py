"""The bilingual dictionary beside a data set, in the pipeline's form: pivot word, tab, other word."""

from __future__ import annotations

import logging
import shutil
import zipfile
from collections.abc import Iterable
from pathlib import Path

from pipeline.common.errors import TryAgainError
from pipeline.common.files import read_lines, whole_file, write_text
from pipeline.datasets.checksums import SUMS, note_sums, read_sums
from pipeline.datasets.public import Dataset, Dictionary
from pipeline.datasets.source import NotThereError, Source, copy_checked, download, find_file

FOLDERS = ("dictionaries", "../dictionaries", ".")


log = logging.getLogger(__name__)


def get_dictionary(dataset: Dataset, home: Path, source: Source) -> Path | None:
    """Put ``home/dictionary/PIVOT-LANG.tsv`` there; one that is there already stays, it may be the user's.

    Returns:
        Its path, or none where the source has no dictionary, which is logged with what to do about it.

    Raises:
        InputError: the folder's file has another checksum than the published one.
        TryAgainError: the download failed.
    """
    dictionary = dataset.dictionary
    target = home / "dictionary" / f"{dataset.pivot}-{dictionary.lang}.tsv"
    target.parent.mkdir(parents=True, exist_ok=True)  # a folder without dictionaries is an input like any other
    if target.exists():
        log.info("%s is there; nothing to do", target)
        return target
    raw = home / "raw" / dictionary.file
    there = _from_folder(dictionary, raw, source.folder) if source.folder else _from_archive(dictionary, raw, source)
    if not there:
        log.warning(
            "no dictionary: models that need one cannot run until %s is there. "
            "Format: a %s word, a tab, a %s word, one pair a line; lines that start with # are comments.",
            *(target, dataset.pivot, dictionary.lang),
        )
        return None
    write_text(swap(read_lines(raw), dictionary.comments), target)
    return target


def swap(lines: Iterable[str], comments: Iterable[str]) -> str:
    """The text of a dictionary: ``OTHER PIVOT`` lines as sorted, unique ``PIVOT<tab>OTHER`` lines below comments."""
    pairs = [line.split() for line in lines]
    kept = sorted({(pivot, other) for other, pivot in (pair for pair in pairs if len(pair) == 2)})
    odd = sum(len(pair) != 2 for pair in pairs)
    log.info("dictionary: %s pairs%s", f"{len(kept):,}", f"; {odd:,} lines that are not two words left out" * bool(odd))
    return "".join([f"# {comment}\n" for comment in comments] + [f"{pivot}\t{other}\n" for pivot, other in kept])


def _from_folder(dictionary: Dictionary, raw: Path, folder: Path) -> bool:
    found = find_file(folder, FOLDERS, dictionary.file)
    if found is None:
        log.warning("no dictionary at %s", ", ".join(str(folder / part / dictionary.file) for part in FOLDERS))
        return False
    copy_checked(found, raw, dictionary.sha256)
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
    there = _unpack(archive, dictionary.member, raw)
    log.info("%s: no known checksum; what came is noted in %s", url, home / SUMS)
    note_sums(home, [name])
    return there


def _unpack(archive: Path, member: str, target: Path) -> bool:
    try:
        with zipfile.ZipFile(archive) as package:
            name = next((name for name in package.namelist() if Path(name).name == member), None)
            if name is None:
                log.warning("%s: no file called %s inside, found %s", archive, member, ", ".join(package.namelist()))
                return False
            with whole_file(target) as unfinished, package.open(name) as packed, unfinished.open("wb") as file:
                shutil.copyfileobj(packed, file)
    except zipfile.BadZipFile as error:
        archive.unlink()
        raise TryAgainError(f"{archive}: {error}. The damaged archive is removed; run again.") from error
    return True
