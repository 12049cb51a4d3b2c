"""The encoding of a file: declared, or UTF-8 unless its bytes say clearly that it is another."""

from __future__ import annotations

import codecs
import logging
from pathlib import Path
from typing import BinaryIO, Final

from pipeline.documents.lines import ESCAPED, UTF_8, open_documents
from pipeline.languages.identify import identify

log = logging.getLogger(__name__)

AUTO_ENCODING = "auto"
BLOCK = 2**16
SAMPLED = 2**18  # bytes with characters beyond ASCII that are looked at
FEWEST = 3  # bytes that are not UTF-8; with fewer of them a file is UTF-8 with damage
BOMS: Final = (
    (codecs.BOM_UTF8, UTF_8),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What people still save files in. A shorter list is a better guess: near relatives of these are left out.
CANDIDATES: Final = (
    *("cp1252", "cp1251", "cp1253", "cp1255", "cp1256", "cp874", "koi8_r", "iso8859_2", "cp1250"),
    *("cp1254", "cp1257", "cp1258", "cp932", "euc_jp", "gb18030", "big5", "cp949"),
)
# These differ in few letters, and most letters of their texts are ASCII. So the language can be identified before the
# encoding is known, and says which of them it is.
CENTRAL: Final = frozenset({"bs", "cs", "hr", "hu", "pl", "ro", "sk", "sl", "sq"})
LATIN: Final = {
    "cp1250": CENTRAL,
    "iso8859_2": CENTRAL,
    "cp1254": frozenset({"az", "ku", "tr"}),
    "cp1257": frozenset({"et", "lt", "lv"}),
    "cp1258": frozenset({"vi"}),
}
WESTERN = "cp1252"


def check_encoding(name: str) -> str:
    """``auto``, or the name of an encoding that Python knows.

    Raises:
        ValueError: it is neither.
    """
    try:
        return name if name == AUTO_ENCODING else codecs.lookup(name).name
    except LookupError as error:
        raise ValueError(f"no encoding is called {name!r}; expected auto, utf-8, cp1252, shift_jis, ...") from error


def settled_encoding(path: Path, declared: str) -> str:
    """The encoding of a file of text, by Python's name.

    What cannot be read twice, such as a pipe, is UTF-8 unless another encoding is declared. A byte order mark decides.
    Otherwise the declared encoding is believed. With ``auto`` a file is UTF-8, unless most of its characters beyond
    ASCII, and most lines with such, are not valid UTF-8; then charset-normalizer and the text's language tell the most
    likely encoding.

    Args:
        path: the file, which may be packed.
        declared: the parameter `documents.encoding`.

    Raises:
        InputError: the file cannot be opened or unpacked.
    """
    if not path.is_file():
        return UTF_8 if declared == AUTO_ENCODING else declared
    with open_documents(path) as file:
        head = file.read(BLOCK)
        if marked := next((name for mark, name in BOMS if head.startswith(mark)), None):
            found = marked
        elif declared != AUTO_ENCODING:
            return codecs.lookup(declared).name
        else:
            found = _unmarked_utf_16(head) or _encoding_of(_beyond_ascii(head, file))
    if found != UTF_8:
        mark = " by its byte order mark" if marked else ""
        log.warning(
            "%s: not UTF-8; it is read as %s, as detected%s. If that is wrong, set `documents.encoding`.",
            *(path, found.upper(), mark),
        )
    return found


def _unmarked_utf_16(head: bytes) -> str | None:
    """UTF-16 without a mark: the upper bytes of its ASCII characters are NULs, and all on the same side."""
    nulls = [head[:4096][side::2].count(0) for side in (0, 1)]
    if sum(nulls) < 4 or min(nulls) > 0.1 * sum(nulls):
        return None
    return "utf-16-be" if nulls[0] > nulls[1] else "utf-16-le"


def _beyond_ascii(head: bytes, file: BinaryIO) -> bytes:
    """The first blocks with bytes beyond ASCII, up to the last end of a line in them."""
    sample, block = b"", head
    while block and len(sample) < SAMPLED:
        sample += b"" if block.isascii() else block
        block = file.read(BLOCK)
    last_end = sample.rfind(b"\n")
    return sample[: last_end + 1] if block and last_end >= 0 else sample


def _encoding_of(sample: bytes) -> str:
    text = sample.decode(UTF_8, errors="surrogateescape")
    beyond = sum(not character.isascii() for character in text)
    invalid = len(ESCAPED.findall(text))
    lines = [line for line in sample.splitlines() if not line.isascii()]
    # Text of another encoding is hardly ever valid UTF-8. So a file is UTF-8 with a few broken lines where most are.
    valid_lines = sum(map(_is_utf_8, lines))
    if invalid < FEWEST or invalid * 2 <= beyond or valid_lines * 2 > len(lines):
        return UTF_8
    return _guess(b"\n".join(lines))


def _is_utf_8(line: bytes) -> bool:
    try:
        line.decode(UTF_8)
    except UnicodeDecodeError:
        return False
    return True


def _guess(sample: bytes) -> str:
    from charset_normalizer import from_bytes

    letters = sum(byte < 128 and chr(byte).isalpha() for byte in sample)
    beyond = sum(byte >= 128 for byte in sample)
    best = from_bytes(sample, cp_isolation=list(CANDIDATES)).best()
    if letters > beyond and (best is None or best.encoding in {WESTERN, *LATIN}):
        return _latin(sample)
    return UTF_8 if best is None else str(best.encoding)


def _latin(sample: bytes) -> str:
    """The encoding for the language; of two for one language the one that reads more bytes as letters."""
    language = identify([sample.decode(WESTERN, errors="ignore")])[0].lang
    names = [name for name, languages in LATIN.items() if language in languages] or [WESTERN]
    return max(names, key=lambda name: sum(map(str.isalpha, sample.decode(name, errors="ignore"))))
