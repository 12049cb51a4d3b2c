"""Normalisation of texts, against Python's own Unicode tables."""

from __future__ import annotations

import unicodedata

import polars as pl
import pytest

from pipeline.languages.normalise import normalise
from pipeline.languages.spelling import ACCENTS, APART

KEPT_JOINERS = {"\u200c", "\u200d"}
TAKEN_OUT = "\u200b\u2060\ufeff\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def one(text: str | None, max_characters: int = 1000) -> dict[str, object]:
    frame = pl.DataFrame({"text": [text]}, schema={"text": pl.String})
    return normalise(frame, max_characters).row(0, named=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ｆｕｌｌ ﬁ", "full fi"),
        ("ＬＥＧＯ™ ①ﾌﾟ ｍ² don´t", "LEGO™ ①プ m² don´t"),
        ("ﾌﾟ \u30d5\u309a", "プ プ"),
        ("e\u0301t\u00e9", "\u00e9t\u00e9"),
        ("a\r\nb\rc\nd", "a\nb\nc\nd"),
        ("a\u2028b\u2029c\x85d\x0ce\x0bf", "a\nb\nc\nd\ne\nf"),
        ("a\tb", "a\tb"),
        ("nu\x00ll \x1b[0m \x7f\x9f", "null [0m"),
        ("\u3000 \u00a0wide\u3000", "wide"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("क्\u200dष", "क्\u200dष"),
        ("e\u200b\u0301", "\u00e9"),
        ("\ufeff \u200b\r\n", ""),
    ],
)
def test_text_becomes(text: str, expected: str) -> None:
    assert one(text)["text"] == expected


def test_no_control_or_invisible_character_survives() -> None:
    everything = "".join(map(chr, [*range(0x00, 0xA0), *map(ord, TAKEN_OUT)]))
    text = str(one(f"x{everything}y")["text"])
    assert {c for c in text if unicodedata.category(c) == "Cc"} == {"\t", "\n"}
    assert not set(TAKEN_OUT) & set(text)


def test_every_other_format_character_is_left_alone() -> None:
    joined = "a" + "b".join(KEPT_JOINERS) + "c"
    assert one(joined) == {"text": joined, "removed": 0, "changed": False, "capped": False}


def test_twice_is_as_once_and_nfkc() -> None:
    basic = [chr(c) for c in range(0x20, 0x3000, 7)] + ["\u0301a\u200b\u0301", " \u00b4", "가\u1161", "ｶﾞ\r"]
    once = normalise(pl.DataFrame({"text": basic}), 1000)
    twice = normalise(once.select("text"), 1000)
    assert twice["text"].to_list() == once["text"].to_list()
    assert not twice["changed"].any()
    assert all(unicodedata.is_normalized("NFKC", text) for text in once["text"] if not set(text) & set(APART + ACCENTS))


def test_counts() -> None:
    assert one("a\x00b\u200b")["removed"] == 2
    assert one("ａ")["changed"] is True
    assert one("plain") == {"text": "plain", "removed": 0, "changed": False, "capped": False}
    assert one(None) == {"text": None, "removed": 0, "changed": False, "capped": False}


def test_cut_at_the_limit_and_not_before() -> None:
    assert one("あいうえお", 5) == {"text": "あいうえお", "removed": 0, "changed": False, "capped": False}
    assert one("あいうえおか", 5) == {"text": "あいうえお", "removed": 0, "changed": True, "capped": True}
    assert one("abcd efg", 5)["text"] == "abcd"
    assert one("abc" + "\u200b" * 9, 3)["capped"] is False
