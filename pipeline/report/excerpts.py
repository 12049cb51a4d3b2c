"""The beginnings of documents, with a topic's words marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import regex

# Scripts without blanks between words.
_RUNNING = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]")

Segment = tuple[str, bool]  # a text, and whether it is marked


def cut(text: str, characters: int) -> str:
    """The text on one line, cut to ``characters`` with an ellipsis if it is longer."""
    line = " ".join(text.split())
    return line if len(line) <= characters else line[:characters].rstrip() + "…"


def marked(text: str, words: Sequence[str]) -> list[Segment]:
    """The text in pieces; a piece that is one of ``words``, in upper or lower case, is marked.

    In scripts with blanks, only whole words are marked. A word whose form in the text is inflected is not marked.
    """
    if not any(words):
        return [(text, False)]
    return list(_segments(text, _pattern(words)))


def _pattern(words: Sequence[str]) -> regex.Pattern[str]:
    longest_first = sorted({word for word in words if word}, key=lambda word: (-len(word), word))
    return regex.compile("|".join(map(_whole_word, longest_first)), regex.IGNORECASE)


def _whole_word(word: str) -> str:
    escaped = regex.escape(word)
    return escaped if _RUNNING.search(word) else rf"(?<!\w){escaped}(?!\w)"


def _segments(text: str, pattern: regex.Pattern[str]) -> Iterator[Segment]:
    end = 0
    for match in pattern.finditer(text):
        if match.start() > end:
            yield text[end : match.start()], False
        yield match.group(), True
        end = match.end()
    if end < len(text):
        yield text[end:], False
