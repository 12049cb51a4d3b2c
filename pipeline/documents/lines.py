"""The lines of a file of text, with the places of bytes that do not belong to its encoding."""

from __future__ import annotations

import gzip
import io
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Literal, NoReturn, cast

from pipeline.common.errors import InputError
from pipeline.documents.formats import check_unpacked, is_packed

InvalidUtf8 = Literal["stop", "reject"]

BOM = "\ufeff"
UTF_8 = "utf-8"
# A byte that is not of the encoding is decoded to a lone surrogate, which valid text never has. The codecs of UTF-16
# and UTF-32 cannot do that; there it becomes U+FFFD.
ESCAPED = re.compile("[\udc80-\udcff]")
REPLACED = re.compile("\ufffd")
WIDE = ("utf-16", "utf-32")


@contextmanager
def open_documents(path: Path) -> Iterator[BinaryIO]:
    """Open a file to read its bytes, unpacked if it is packed with gzip.

    Raises:
        InputError: the file cannot be opened or unpacked.
    """
    try:
        file = _Unpacked(path) if is_packed(path) else path.open("rb")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    with file:
        try:
            yield cast(BinaryIO, file)
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise InputError(f"{path} cannot be unpacked, it is damaged or not gzip: {error}.") from error


class _Unpacked(gzip.GzipFile):
    """A packed file that stops where it turns out to be nothing but a device to fill the memory."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._path, self._packed = path, path.stat().st_size

    def read(self, size: int | None = -1) -> bytes:
        return self._checked(super().read(size))

    def read1(self, size: int = -1) -> bytes:
        return self._checked(super().read1(size))

    def _checked(self, content: bytes) -> bytes:
        check_unpacked(self._path, self._packed, self.tell())
        return content


class Lines:
    """The lines of a file with their ends, without a byte order mark.

    Only CR LF, LF and CR end a line, since U+2028 may be part of a JSON string. A byte that does not belong to the
    encoding is recorded, or stops the reading.

    Args:
        file: the open file.
        name: its name in messages.
        invalid_utf8: whether a byte that does not belong to the encoding stops the reading or rejects its row.
        encoding: Python's name of the encoding.

    Attributes:
        name: the name of the file, for messages.
        encoding: the encoding.
        number: the number of the last line, from 1.
        invalid: the byte that does not belong to the encoding, by line number; :meth:`take_invalid` removes entries.
    """

    def __init__(self, file: BinaryIO, name: Path, invalid_utf8: InvalidUtf8, encoding: str = UTF_8) -> None:
        self.name, self.encoding, self.number = name, encoding, 0
        self.invalid: dict[int, str] = {}
        is_wide = encoding.startswith(WIDE)
        self._errors, self._fault = ("replace", REPLACED) if is_wide else ("surrogateescape", ESCAPED)
        self._text = io.TextIOWrapper(file, encoding=encoding, errors=self._errors, newline="")
        self._stops = invalid_utf8 == "stop"
        self._offset = 0  # of the next line, in bytes

    def __iter__(self) -> Iterator[str]:
        for line in self._text:
            self.number += 1
            if not line.isascii() and (fault := self._fault.search(line)):
                self._note(line, fault.start())
            self._offset += self._size(line)
            yield line.removeprefix(BOM) if self.number == 1 else line

    def take_invalid(self, first: int, last: int | None = None) -> str | None:
        """The first byte that is not of the encoding in lines ``first`` to ``last``, whose entries are removed."""
        numbers = [number for number in self.invalid if number >= first and (last is None or number <= last)]
        invalid_bytes = [self.invalid.pop(number) for number in numbers]
        return f"invalid {self.encoding.upper()}: {invalid_bytes[0]}" if invalid_bytes else None

    def _size(self, text: str) -> int:
        if text.isascii() and self._errors != "replace":
            return len(text)
        return len(text.encode(self.encoding, errors=self._errors))

    def _note(self, line: str, position: int) -> None:
        code = ord(line[position])
        value = f"byte 0x{code - 0xDC00:02x}" if self._fault is ESCAPED else "a byte that cannot be read"
        byte = f"{value} at byte offset {self._offset + self._size(line[:position])}"
        if self._stops:
            self._stop_at(byte)
        self.invalid[self.number] = byte

    def _stop_at(self, byte: str) -> NoReturn:
        raise InputError(
            f"{self.name}:{self.number}: not valid {self.encoding.upper()}: {byte}. Save the file as UTF-8, "
            "name its encoding (`documents.encoding: cp1252`), "
            "or set `documents.invalid_utf8: reject` to leave such rows out and count them."
        )
