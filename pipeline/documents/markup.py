"""HTML in texts is taken off: tags go, entities become characters, blocks become lines."""

from __future__ import annotations

import re
from html import unescape
from html.entities import html5
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
_MARKS: Final = frozenset("!?")  # <!DOCTYPE html>, <?xml ...?>
_ALONE: Final = frozenset(("br", "hr", "img"))  # tags that are used without an end
ENTITY: Final = r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});"
_TAG = re.compile(TAG)
_ENTITY = re.compile(ENTITY)
# All that follows takes time in proportion to the text: nothing is looked for twice from each of many starts, as the
# parser of Python does for a quote that is never closed.
_BLANKS = re.compile(r"(?<![ \t\r\f\v])[ \t\r\f\v]*+\n\s*")
_COMMENT = re.compile(r"<!--(?:[^-]|-(?!->))*+-->")
_REST_OF_TAG = re.compile(r"""(/?)([A-Za-z][^\s/>]*+|[!?])((?:[^"'>]++|"[^"]*+"|'[^']*+')*+)>""")
_REST_OF_BROKEN_TAG = re.compile(r"(/?)([A-Za-z][^\s/>]*+|[!?])([^>]*+)>")  # a quote in it has no end
_REFERENCE = re.compile(r"&#?[A-Za-z0-9]{1,32};?")  # with an end or without, as browsers read them


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
    """What a browser would show of a text; tags that HTML does not know stay as they are written."""
    commented = html.rfind("-->") + len("-->") if "-->" in html else 0  # behind it no comment ends
    first, *rest = (_COMMENT.sub("", html[:commented]) + html[commented:]).split("<")
    pieces, hidden = [first], ""  # hidden: the tag whose content is not shown, while it is open
    for piece in rest:
        end, name, attributes, after = _tag_of(piece)
        if hidden:
            hidden = "" if end and name == hidden else hidden
            pieces.append("" if hidden else after)
        elif name in _HIDDEN:
            hidden = "" if end or attributes.endswith("/") else name
            pieces.append("" if hidden else after)
        elif name in _BLOCKS or name in _INLINE or name in _MARKS:
            pieces.append(("\n" if name in _BLOCKS else "") + after)
        else:
            pieces.append("<" + piece)
    return _BLANKS.sub("\n", "".join(map(_references, pieces)))


def _tag_of(piece: str) -> tuple[str, str, str, str]:
    """The slash, name in lower case and attributes of the tag at the start of a piece, and the text behind it."""
    match = _REST_OF_TAG.match(piece) or _REST_OF_BROKEN_TAG.match(piece)
    return (match[1], match[2].lower(), match[3], piece[match.end() :]) if match else ("", "", "", piece)


def _references(piece: str) -> str:
    return _REFERENCE.sub(lambda match: unescape(match[0]), piece)


def _characters(text: str) -> str:
    return _ENTITY.sub(lambda match: unescape(match[0]) if _is_entity(match[0]) else match[0], text)


def _is_entity(entity: str) -> bool:
    return entity[1] == "#" or entity[1:] in html5
