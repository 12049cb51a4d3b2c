"""Where files come from: a web server or a folder. Either way they are checked and appear whole or not at all."""

from __future__ import annotations

import errno
import logging
import shutil
from dataclasses import dataclass
from pathlib import Path

from pipeline.common.errors import InputError, TryAgainError
from pipeline.common.files import file_digest, whole_file

GITHUB = "https://raw.githubusercontent.com"
SECONDS_WITHOUT_A_BYTE = 30


class NotThereError(TryAgainError):
    """The server answers, and says that it does not have the file."""


@dataclass(frozen=True)
class Source:
    """Where to take files from.

    Attributes:
        folder: a folder on disk; nothing is downloaded where it is given.
        base_url: the server, laid out as GitHub's (repository, commit, path).
        retries: how often a failed download is tried again.
    """

    folder: Path | None = None
    base_url: str = GITHUB
    retries: int = 2


def find_file(folder: Path, below: tuple[str, ...], name: str) -> Path | None:
    """The first ``folder/BELOW/name`` that is a file."""
    return next((path for part in below if (path := folder / part / name).is_file()), None)


def copy_checked(path: Path, target: Path, sha256: str | None) -> None:
    """Copy ``path`` to ``target``.

    Raises:
        InputError: its checksum is not ``sha256``.
    """
    found = file_digest(path)
    if sha256 is not None and found != sha256:
        raise InputError(
            f"{path}: expected SHA-256 {sha256}, found {found}. The file is damaged or of another version; "
            "put the published one there, or leave --from out to download it."
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
        kind = NotThereError if status == requests.codes.not_found else TryAgainError
        raise kind(_advice(url, error)) from error
    except ValueError as error:  # how pooch tells of a wrong checksum, expected and found
        raise TryAgainError(_advice(url, error)) from error
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        free = shutil.disk_usage(target.parent).free
        raise TryAgainError(f"{target}: the disk is full, {free:,} bytes are free. Free some and run again.") from error


def _advice(url: str, error: Exception) -> str:
    return (
        f"{url}: {error}\nNothing of this file is kept, finished files are. Check the connection and run again, "
        "or take the files from a folder with --from (make data FROM=FOLDER)."
    )
