"""Texts without columns: one document on each line, or one in each file."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from pipeline.documents.file_row import FileRow
from pipeline.documents.lines import Lines
from pipeline.languages.codes import check_language, is_language

ENDING = re.compile(r"[._-]([A-Za-z]{2,3}(?:-[A-Za-z]{2,4})?)$")


def text_line_row(lang: str | None, number: int, line: str) -> FileRow:
    """The document on one line."""
    return FileRow(number, {"lang": lang, "text": line})


def text_file_row(lines: Lines, number: int, name: str) -> FileRow:
    """The document that is a whole file; its id is the file's name without `.txt`.

    Args:
        lines: the lines of the file.
        number: the number of the file among those of the folder, from 1.
        name: its name below the folder of documents, which may tell its language (:func:`language_of_file`).
    """
    text = "".join(lines)
    return FileRow(number, {"id": name, "lang": language_of_file(name), "text": text}, lines.take_invalid(1))


def language_of_file(name: str) -> str | None:
    """The language that the name of a file tells, without `.txt`: ``en/a``, ``a.en`` or ``a_en``; None if it does not.

    The nearest folder that is called like a language comes before the file's own name.
    """
    path = PurePosixPath(name)
    folders = [folder for folder in reversed(path.parts[:-1]) if is_language(folder)]
    ending = ENDING.search(path.name)
    code = folders[0] if folders else ending[1] if ending and is_language(ending[1]) else None
    return check_language(code, name) if code else None
