"""HTML is taken off where it is, and nothing else is touched."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from intake_files import bilingual, take_in, texts, write

from pipeline.documents.markup import without_markup


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("<p>Hello <b>world</b> &amp; all</p>", "Hello world & all"),
        ("<P CLASS='x'>one</P><p>two</p>", "one\ntwo"),
        ("one<br>two<BR/>three<br />four", "one\ntwo\nthree\nfour"),
        ("<div>a < b &lt; c</div>", "a < b < c"),
        ("<td>x</td><script>let a = '<p>';</script><style>p {}</style>y", "x\ny"),
        ('<a href="?a=1&b=2">link</a><!-- not shown -->', "link"),
        ("see <foo>bar</foo>, <i>really</i>", "see <foo>bar</foo>, really"),
        ("caf&eacute; &#8211; &#x65e5;", "café – 日"),
    ],
)
def test_html_is_taken_off(text: str, clean: str) -> None:
    row = without_markup(pl.DataFrame({"text": [text]})).row(0, named=True)
    assert row["text"].strip() == clean
    assert row["markup"]


@pytest.mark.parametrize(
    "text",
    [
        "a < b and c > d", "mail <ann@example.org> today", "I <3 you", "the element <body> of a page", "AT&T, R&D; &c",
        "x<y>z", "&foo; &amp", "<>", "if a<b then</b", "",
    ],
)  # fmt: skip
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert without_markup(pl.DataFrame({"text": [text, None]})).rows() == [(text, False), (None, False)]


def test_texts_with_html_are_counted(tmp_path: Path) -> None:
    rows = bilingual(2)
    rows[0]["text"], rows[1]["text"] = "<p>one</p>", "a &lt; b"
    intake = take_in(write(tmp_path / "d.jsonl", rows))
    assert [texts(intake)[name] for name in ("en0", "en1")] == ["one", "a < b"]
    assert intake.report["normalised"]["markup_taken_off"] == 2
