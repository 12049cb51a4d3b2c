"""Texts without columns: one document on each line, or one in each file."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from pipeline.documents.file_row import FileRow
from pipeline.documents.formats import stem_of
from pipeline.documents.lines import Lines
from pipeline.languages.codes import canonical_code, is_language, language_called

ENDING = re.compile(r"[._-]([A-Za-z]{2,3}(?:-[A-Za-z]{2,4})?)$")


def text_line_row(lang: str | None, number: int, line: str) -> FileRow:
    """The document on one line."""
    return FileRow(number, {"lang": lang, "text": line})


def text_file_row(lines: Lines, name: str) -> FileRow:
    """The document that is a whole file; its id is the file's name without `.txt`.

    Args:
        lines: the lines of the file.
        name: its name below the folder of documents, which may tell its language (:func:`language_of_file`).
    """
    text, path = "".join(lines), PurePosixPath(name)
    identifier = path.with_name(stem_of(path)).as_posix()
    fields = {"id": identifier, "lang": language_of_file(identifier), "text": text}
    return FileRow(None, fields, lines.take_invalid(1), name)


def language_of_file(name: str) -> str | None:
    """The language that the name of a file tells, without `.txt`; None if it does not.

    The nearest folder that is called by a language's code or name, as in ``en/a``, ``English/a`` and ``Deutsch/a``,
    comes before the code in the file's own name, as in ``a.en`` and ``a_en``.
    """
    path = PurePosixPath(name)
    folders = [code for folder in reversed(path.parts[:-1]) if (code := language_called(folder))]
    ending = ENDING.search(path.name)
    return folders[0] if folders else canonical_code(ending[1]) if ending and is_language(ending[1]) else None
