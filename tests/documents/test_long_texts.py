"""Long texts as passages: nothing is lost, borders stand where they disturb least, and ids stay unique."""

from __future__ import annotations

import logging
from pathlib import Path

import polars as pl
import pytest
from intake_files import bilingual, refused, take_in, texts, write

from pipeline.documents import read_reference
from pipeline.documents.long_texts import passages_of_text

SENTENCE = "The town council voted on the new tram line. "


def bare(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        (SENTENCE * 40, "en"),
        ("市議会は新しい路面電車の路線について採決した。" * 40, "ja"),
        ("ฉันชอบดูหนังและฟังเพลง" * 40, "th"),
        ("x" * 1000, "en"),
        ("😀 smile. " * 100, "en"),
        ("a\n\n" * 300 + "b", "zz"),
    ],
)
def test_passages_hold_the_whole_text_and_are_of_like_length(text: str, lang: str) -> None:
    passages = passages_of_text(text.strip(), lang, 200)
    assert bare("".join(passages)) == bare(text)
    assert len(passages) == round(len(text.strip()) / 200)
    assert all(len(passage) <= 400 and passage == passage.strip() != "" for passage in passages)


def test_a_border_is_put_where_it_disturbs_least() -> None:
    even = "One two three four five. " * 8
    assert all(part.endswith("five.") for part in passages_of_text(even.strip(), "en", 60))
    paragraphs = even + "One.\n\nTwo. " + even
    assert passages_of_text(paragraphs.strip(), "en", 210)[1].startswith("Two. One")
    assert all(part.endswith("five.") for part in passages_of_text(even.replace("two ", "two\n").strip(), "en", 60))
    lines = "one two three four\n" * 12
    assert all(part.endswith("four") for part in passages_of_text(lines.strip(), "en", 60))
    assert all(part.endswith("。") for part in passages_of_text("他喜欢电影和音乐，也喜欢足球。" * 20, "zh", 50))
    words = [word for part in passages_of_text("word " * 60, "en", 31) for word in part.split()]
    assert set(words) == {"word"}


def test_short_texts_stay_whole() -> None:
    assert passages_of_text("a b " * 37, "en", 100) == ["a b " * 37]
    assert len(passages_of_text("a b " * 38, "en", 100)) == 2


def test_passages_keep_what_is_known_of_their_text(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    rows = bilingual(3, pair="p", label="l", date="2001", group="g")
    rows[1] |= {"text": SENTENCE * 10, "pair": "q"}
    rows[4] |= {"text": "市議会は新しい路線について採決した。" * 20, "pair": "q"}
    path = write(tmp_path / "d.jsonl", rows)
    with caplog.at_level(logging.INFO):
        whole, intake = take_in(path), take_in(path, split_length=150)
    counts = "of 6 documents, 2 long and cut into 5 passages; later stages count 9 documents"
    assert counts in caplog.messages
    assert whole.documents["whole"].null_count() == 6
    assert list(texts(intake)) == ["en0", "en1#1", "en1#2", "en1#3", "en2", "ja0", "ja1#1", "ja1#2", "ja2"]
    assert intake.documents["whole"].to_list() == [None, *["en1"] * 3, None, None, *["ja1"] * 2, None]
    same = ["lang", "split", "label", "pair", "date", "group"]
    first = intake.documents.with_columns(pl.coalesce("whole", "id").alias("id")).unique("id", maintain_order=True)
    assert first.select(same).equals(whole.documents.select(same))
    assert intake.report | {"passages": 0} == whole.report | {"passages": 0}
    assert intake.report["passages"] == {"texts": 2, "passages": 5}
    assert read_reference(None, intake.uncut, ["en", "ja"])["text"].to_list() == list(texts(whole).values())


def test_a_document_with_the_name_of_a_passage_stops(tmp_path: Path) -> None:
    rows = bilingual(3)
    rows[1]["text"], rows[2]["id"] = SENTENCE * 10, "en1#2"
    message = refused(write(tmp_path / "d.jsonl", rows), split_length=150)
    assert "a passage of `en1` is called `en1#2`" in message
