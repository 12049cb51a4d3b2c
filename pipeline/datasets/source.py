"""Sources of files: a web server or a folder. In both cases files are checked, and appear whole or not at all."""

from __future__ import annotations

import errno
import logging
import shutil
from dataclasses import dataclass
from pathlib import Path

from pipeline.common.errors import InputError, TryAgainError
from pipeline.common.files import file_digest
from pipeline.common.whole_files import whole_file

GITHUB = "https://raw.githubusercontent.com"
SECONDS_WITHOUT_A_BYTE = 30


class NotThereError(TryAgainError):
    """The server answered that it does not have the file."""


@dataclass(frozen=True)
class Source:
    """Where to take files from.

    Attributes:
        folder: a folder on disk; if it is set, nothing is downloaded.
        base_url: the server, with paths as on GitHub (repository, commit, path).
        retries: how often a failed download is tried again.
    """

    folder: Path | None = None
    base_url: str = GITHUB
    retries: int = 2


def find_file(folder: Path, below: tuple[str, ...], name: str) -> Path | None:
    """The first ``folder/BELOW/name`` that is a file."""
    return next((path for subfolder in below if (path := folder / subfolder / name).is_file()), None)


def copy_checked(path: Path, target: Path, sha256: str | None) -> None:
    """Copy ``path`` to ``target``.

    Raises:
        InputError: the checksum of ``path`` is not ``sha256``.
    """
    actual = file_digest(path)
    if sha256 is not None and actual != sha256:
        raise InputError(
            f"{path}: expected SHA-256 {sha256}, found {actual}. The file is damaged or is another version. "
            "Put the published file there, or leave out --from to download it."
        )
    with whole_file(target) as unfinished:
        shutil.copyfile(path, unfinished)


def download(url: str, target: Path, sha256: str | None, retries: int) -> None:
    """Download ``url`` to ``target``, unless a file with that checksum is there already.

    Raises:
        TryAgainError: the server or the connection failed, the checksum is wrong or the disk is full;
            nothing of the file is kept.
        NotThereError: the server does not have the file.
    """
    import pooch
    import requests

    pooch.get_logger().setLevel(logging.WARNING)
    getter = pooch.create(
        path=target.parent,
        base_url="",
        urls={target.name: url},
        registry={target.name: sha256},
        retry_if_failed=retries,
    )
    try:
        getter.fetch(target.name, downloader=pooch.HTTPDownloader(timeout=SECONDS_WITHOUT_A_BYTE))
    except requests.RequestException as error:
        status = error.response.status_code if error.response is not None else None
        error_class = NotThereError if status == requests.codes.not_found else TryAgainError
        raise error_class(_advice(url, error)) from error
    except ValueError as error:  # pooch reports a wrong checksum so, with the expected and the actual one
        raise TryAgainError(_advice(url, error)) from error
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        free = shutil.disk_usage(target.parent).free
        raise TryAgainError(
            f"{target}: the disk is full, {free:,} bytes are free. Free some space and run again."
        ) from error


def _advice(url: str, error: Exception) -> str:
    return (
        f"{url}: {error}\nNothing of this file is kept, but finished files are. Check the connection and run again, "
        "or take the files from a folder with --from (make data FROM=FOLDER)."
    )
