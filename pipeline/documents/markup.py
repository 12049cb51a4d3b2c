"""HTML in texts is taken off: tags go, entities become characters, blocks become lines."""

from __future__ import annotations

import re
from html import unescape
from html.entities import html5
from html.parser import HTMLParser
from typing import Final

import polars as pl

_BLOCK_NAMES: Final = (
    "address article aside blockquote br dd div dl dt figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html "
    "body head li main nav ol p pre section table tbody td tfoot th thead title tr ul"
)
_INLINE_NAMES: Final = (
    "a abbr b big button center cite code del em font i iframe img input ins kbd label link mark meta q s samp script "
    "small span strike strong style sub sup time tt u var video"
)
_BLOCKS: Final = frozenset(_BLOCK_NAMES.split())
_INLINE: Final = frozenset(_INLINE_NAMES.split())
_HIDDEN: Final = frozenset(("script", "style"))
TAG: Final = rf"(?i)<(/?)({'|'.join(sorted(_BLOCKS | _INLINE))})(?:\s[^<>]*)?/?>"
_ALONE: Final = frozenset(("br", "hr", "img"))  # tags that are used without an end
ENTITY: Final = r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});"
_TAG = re.compile(TAG)
_ENTITY = re.compile(ENTITY)
_BLANKS = re.compile(r"[ \t\r\f\v]*\n\s*")


def without_markup(rows: pl.DataFrame) -> pl.DataFrame:
    """Take HTML off the column ``text``; the column ``markup`` tells of each text whether it had any.

    A text has HTML if a tag that HTML knows is opened and closed in it, or if it has a `<br>`, `<hr>` or `<img>`; so a
    text that only speaks of `<body>` is left as it is, and so is a lone ``<``. Entities such as ``&amp;`` become
    characters in every text.
    """
    texts = rows["text"]
    may_change = (texts.str.contains(TAG) | texts.str.contains(ENTITY)).fill_null(False)
    if not may_change.any():
        return rows.with_columns(markup=pl.lit(False))
    cleaned = [_clean(text) if may else text for text, may in zip(texts.to_list(), may_change, strict=True)]
    clean = pl.Series("text", cleaned, dtype=pl.String)
    return rows.with_columns(clean, markup=clean.ne_missing(texts))


def _clean(text: str) -> str:
    return _visible(text) if _is_html(text) else _characters(text)


def _is_html(text: str) -> bool:
    tags = [(end, name.lower()) for end, name in _TAG.findall(text)]
    closed = {name for end, name in tags if end}
    return any(name in closed or name in _ALONE for end, name in tags if not end)


def _visible(html: str) -> str:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return _BLANKS.sub("\n", "".join(reader.pieces))


def _characters(text: str) -> str:
    return _ENTITY.sub(lambda match: unescape(match[0]) if _is_entity(match[0]) else match[0], text)


def _is_entity(entity: str) -> bool:
    return entity[1] == "#" or entity[1:] in html5


class _Reader(HTMLParser):
    """Collects what a browser would show. Tags that HTML does not know stay as they are written."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HIDDEN:
            self._hidden += 1
        elif tag in _BLOCKS:
            self.pieces.append("\n")
        elif tag not in _INLINE:
            self.pieces.append(self.get_starttag_text() or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _HIDDEN:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        elif tag in _BLOCKS:
            self.pieces.append("\n")
        elif tag not in _INLINE:
            self.pieces.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.pieces.append(data)
