"""The arguments of the Python interface, checked before they are used; a message says which one is wrong and why."""

from __future__ import annotations

import operator
import reprlib
from collections.abc import Iterable, Mapping, Set
from pathlib import Path
from typing import Any

from pipeline.common.errors import InputError

NO_LISTS = (bytes, bytearray, Mapping, Set)  # of texts: they hold no texts, or in no order


def checked_folder(folder: Any) -> Path:  # noqa: ANN401 - any value of a user
    """The path of a folder.

    Raises:
        InputError: it is no path.
    """
    if isinstance(folder, str | Path):
        return Path(folder)
    raise InputError(f"the folder of the model is {_shown(folder)}; expected a path such as 'models/run'.")


def checked_texts(texts: Any) -> list[str]:  # noqa: ANN401 - any value of a user
    """One text or several as a list.

    Raises:
        InputError: they are no list, or one of them is no text; the message has its place in the list, from 1.
    """
    if isinstance(texts, str):
        return [checked_text(texts, "the text")]
    if not isinstance(texts, Iterable) or isinstance(texts, NO_LISTS):
        raise InputError(f"the texts are {_shown(texts)}; expected a string or a list of strings.")
    listed = list(texts)
    return [checked_text(text, f"text {number} of {len(listed)}") for number, text in enumerate(listed, start=1)]


def checked_text(text: Any, name: str) -> str:  # noqa: ANN401 - any value of a user
    """A text that UTF-8 can hold.

    Args:
        text: the value.
        name: what it is called in the message.

    Raises:
        InputError: it is something else.
    """
    if not isinstance(text, str):
        raise InputError(f"{name} is {_shown(text)}; expected a string.")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InputError(
            f"{name} has half a surrogate pair ({text[error.start]!a}) at character {error.start + 1}; expected a "
            "string of whole characters. Read its file with `errors='replace'`, or mend the text."
        ) from error
    return text


def checked_count(count: Any, name: str) -> int:  # noqa: ANN401 - any value of a user
    """A whole number from 1.

    Args:
        count: the value.
        name: name of the argument, for the message.

    Raises:
        InputError: it is something else.
    """
    try:
        number = -1 if isinstance(count, bool) else operator.index(count)
    except TypeError:
        number = -1
    if number < 1:
        raise InputError(f"{name} is {_shown(count)}; expected a whole number from 1.")
    return number


def _shown(value: Any) -> str:  # noqa: ANN401 - any value of a user
    return "None" if value is None else f"{reprlib.repr(value)!s} ({type(value).__name__})"
