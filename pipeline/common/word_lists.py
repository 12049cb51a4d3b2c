"""Text files with one word a line."""

from __future__ import annotations

from pathlib import Path

from pipeline.common.errors import InputError


def read_lines(path: Path) -> list[str]:
    """The lines of a UTF-8 file without the blanks around them; CRLF and a byte order mark are all right.

    Raises:
        InputError: the file cannot be read or is not UTF-8.
    """
    try:
        data = path.read_bytes()
        text = data.decode("utf-8").removeprefix("\ufeff")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}. Expected a text file, one word a line.") from error
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(f"{path}, line {line}: byte {error.start} is not UTF-8. Save the file as UTF-8.") from error
    return [line.strip() for line in text.rstrip().split("\n")]
