"""Formats and forms of files: the same documents, however they are written."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
from intake_files import bilingual, json_lines, reasons, table, take_in, texts, write

from pipeline.common.errors import InputError

ROWS = [
    {"id": "1", "lang": "en", "text": 'Quotes "here", commas', "split": "train", "label": "7", "pair": "p"},
    {"id": "2", "lang": "ja", "text": "一行目\n二行目\tタブ", "split": "train", "label": "", "pair": "p"},
    {"id": "3", "lang": "en", "text": "inside\u2028the text", "split": "test", "label": "x", "pair": ""},
]
BOM = b"\xef\xbb\xbf"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("d.ndjson", json_lines(ROWS)),
        ("d.csv", table(ROWS)),
        ("d.tsv", table(ROWS, "\t")),
        ("d.JSONL", BOM + json_lines(ROWS)),
        ("d.jsonl", json_lines(ROWS).replace(b"\n", b"\r\n")),
        ("d.jsonl", json_lines(ROWS).replace(b"\n", b"\r")),
        ("d.jsonl", json_lines(ROWS).replace(b"\n", b"\n \n")),
        ("d.jsonl", json_lines(ROWS).rstrip()),
        ("d.jsonl", json.dumps(ROWS[0]).encode() + b"\n" + json_lines(ROWS[1:])),
        ("d.csv", BOM + table(ROWS)),
        ("d.csv", table(ROWS).replace(b"\n", b"\r\n")),
        ("d.csv", table(ROWS).replace(b"\n", b"\r")),
    ],
)
def test_every_way_of_writing_gives_the_same_documents(tmp_path: Path, name: str, content: bytes) -> None:
    clean = take_in(write(tmp_path / "clean" / "d.jsonl", json_lines(ROWS)))
    other = take_in(write(tmp_path / "other" / name, content))
    assert other.documents.equals(clean.documents)
    assert clean.documents.height == len(ROWS)
    assert clean.documents["label"].to_list() == ["7", "x", None]


def test_numbers_become_strings(tmp_path: Path) -> None:
    rows = [{"id": i, "lang": lang, "text": "t", "split": "train", "label": 3, "date": 1999, "group": 0.5, "pair": True}
            for i, lang in enumerate(("en", "ja"))]  # fmt: skip
    row = take_in(write(tmp_path / "d.jsonl", rows)).documents.row(0, named=True)
    assert (row["id"], row["label"], row["date"], row["group"], row["pair"]) == ("0", "3", "1999", "0.5", "true")


def test_missing_id_is_file_and_line(tmp_path: Path) -> None:
    rows = [{key: row[key] for key in ("lang", "text", "split")} for row in ROWS]
    assert list(texts(take_in(write(tmp_path / "some.jsonl", rows)))) == ["some:1", "some:3", "some:2"]
    # In a table the header is line 1, and a row starts where its first line does.
    assert list(texts(take_in(write(tmp_path / "some.csv", table(rows))))) == ["some:2", "some:5", "some:3"]


def test_folder_is_read_by_name_without_reference_and_others(tmp_path: Path) -> None:
    write(tmp_path / "b.csv", table(bilingual(1)))
    write(tmp_path / "a.jsonl", [row | {"id": f"a-{row['id']}"} for row in bilingual(1)])
    write(tmp_path / "reference.jsonl", [{"nonsense": 1}])
    write(tmp_path / "notes.txt", b"not ours")
    write(tmp_path / ".hidden.jsonl", b"not ours")
    write(tmp_path / "below" / "c.jsonl", b"not ours")
    assert list(texts(take_in(tmp_path))) == ["a-en0", "en0", "a-ja0", "ja0"]


def test_wide_form_and_long_form_side_by_side(tmp_path: Path) -> None:
    wide = [
        {"pair": "x:0", "en": "zero", "ja": "零", "label": 1, "split": "train"},
        {"pair": "x:1", "en": " ", "ja": "一", "label": 2, "split": "test"},
        {"en": "two", "ja": "二", "split": "train"},
        {"pair": "x:3", "en": None, "split": "train"},
    ]
    write(tmp_path / "wide.jsonl", wide)
    write(tmp_path / "long.jsonl", bilingual(1, ["zh"]))
    intake = take_in(tmp_path)
    assert list(texts(intake).items()) == [
        ("x:0:en", "zero"), ("wide:3:en", "two"), ("x:0:ja", "零"), ("x:1:ja", "一"), ("wide:3:ja", "二"),
        ("zh0", "text 0 of zh"),
    ]  # fmt: skip
    assert intake.documents["pair"].to_list() == ["x:0", "wide:3", "x:0", "x:1", "wide:3", None]
    assert intake.documents["label"].to_list() == ["1", None, "1", "2", None, None]
    assert reasons(intake) == [(4, "no text: every language is empty")]


def test_wide_csv(tmp_path: Path) -> None:
    content = "pair,en,ja,split\na,one,一,train\nb,,二,train\n".encode()
    assert list(texts(take_in(write(tmp_path / "w.csv", content)))) == ["a:en", "a:ja", "b:ja"]


@pytest.mark.parametrize(("column", "meant"), [("cn", "zh"), ("jp", "ja"), ("xx", None)])
def test_misspelt_language_column_is_refused(tmp_path: Path, column: str, meant: str | None) -> None:
    with pytest.raises(InputError, match=f"w.jsonl, column `{column}`") as error:
        take_in(write(tmp_path / "w.jsonl", [{"en": "a", "ja": "b", column: "c"}]))
    assert meant is None or f"`{meant}`" in str(error.value)


def test_columns_named_by_tags_hold_one_language_each(tmp_path: Path) -> None:
    row = {"ID": "7", "en-US": "a", "zh-Hant": "一", "JA": "ア", "lat": "48.2", "split": "train"}
    intake = take_in(write(tmp_path / "w.jsonl", [row]))
    assert list(texts(intake).items()) == [("7:en", "a"), ("7:ja", "ア"), ("7:zh", "一")]
    assert list(intake.report["languages"]) == ["en", "ja", "zh"]
    with pytest.raises(InputError, match="en-US, en-GB are in the same language"):
        take_in(write(tmp_path / "w.jsonl", [{"en-US": "a", "en-GB": "b", "ja": "c"}]))


def test_other_names_of_a_language_are_one_code(tmp_path: Path) -> None:
    rows = [
        {"lang": lang, "text": f"text {number}", "split": "train"} for number, lang in enumerate(("English", "eng"))
    ]
    intake = take_in(write(tmp_path / "d.jsonl", [*rows, *bilingual(2)]))
    assert set(intake.documents["lang"]) == {"en", *(row["lang"] for row in bilingual(2))}


def test_unknown_columns_are_named_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        intake = take_in(write(tmp_path / "d.jsonl", bilingual(3, url="u", author="a")))
    assert intake.report["columns"]["not_read"] == {"d.jsonl": ["url", "author"]}
    assert [record.getMessage() for record in caplog.records] == [
        f"{tmp_path / 'd.jsonl'}: these columns are unknown and ignored: 'url', 'author'"
    ]


def test_wide_id_column_is_not_indonesian(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    intake = take_in(write(tmp_path / "d.jsonl", [{"id": "7", "en": "a", "ja": "b", "split": "train"}]))
    assert list(texts(intake)) == ["7:en", "7:ja"]
    assert "Indonesian" in caplog.text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ([{"lang": "en", "txt": "a"}], ["missing columns: text", "`txt` is similar to `text`", "Found lang, txt"]),
        ([{"body": "a", "content": "b"}], ["the columns body, content may each be `text`"]),
        ([{"lang": "en"}], ["missing columns: text"]),
        ([{"text": "a", "en": "b", "ja": "c"}], ["missing columns: lang."]),
        ([{"en": "a", "cn": "b"}], ["missing columns: text", "The code of `cn` would be `zh`"]),
        (b"", ["holds no rows"]),
        (b"\n \n", ["holds no rows"]),
        (b"[1]\n[2]\n", ["it has 2 rows, and none can be used", "Row 1: not a JSON object: list"]),
        ([{"lang": "en", "text": ""}] * 3, ["it has 3 rows, and none can be used", "Row 1: no text"]),
    ],
)  # fmt: skip
def test_unusable_file_is_explained(tmp_path: Path, content: bytes, words: list[str]) -> None:
    write(tmp_path / "good.jsonl", bilingual(2))
    with pytest.raises(InputError) as error:
        take_in(write(tmp_path / "x.jsonl", content).parent)
    assert error.value.exit_code == 2
    assert all(word in str(error.value) for word in ["x.jsonl", *words]), str(error.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"lang,text,text\n", ["x.csv:1", "['text'] occur more than once"]),
        (b'lang,"text\n', ["x.csv:1", "never closed"]),
        (b"id#lang#text\n1#en#a\n", ["missing columns: text", "Found id#lang#text"]),
        (b"lang,te\xffxt\nen,a\n", ["x.csv:1", "0xff"]),
        (
            b"\nSurvey of 2020,,\nlang,text,date\nen,a,2020\n",
            ["x.csv:2", "does not look like column names", "It holds `Surv"],
        ),
        (b"Section,Headline,Story\nnews,a,b\n", ["missing columns: text", "Found label, Headline, Story"]),
        (b"Survey of 2020\nlang,text,date\nen,a,2020\n", ["x.csv:1", "It holds `Survey of 2020`.", "delete it"]),
        (
            b"en,The council voted\nde,Der Rat tagte\n",
            ["x.csv:1", "It holds `en`, `The council voted`.", "put a row with"],
        ),
    ],
)
def test_unusable_table_is_explained(tmp_path: Path, content: bytes, words: list[str]) -> None:
    with pytest.raises(InputError) as error:
        take_in(write(tmp_path / "x.csv", content), invalid_utf8="reject")
    assert all(word in str(error.value) for word in words), str(error.value)


def test_rows_of_a_table_that_cannot_be_read_are_listed(tmp_path: Path) -> None:
    content = b'lang,text,split\nen,a,train\nen,a\nja,"b\nc",train\nja,"d" e,train\nja,,train\n'
    intake = take_in(write(tmp_path / "x.csv", content))
    assert [(row, reason.partition(":")[0]) for row, reason in reasons(intake)] == [
        (3, "wrong number of fields"), (7, "no text"),
    ]  # fmt: skip
    assert texts(intake)["x:6"] == '"d" e'


def test_null_characters_do_not_end_a_table(tmp_path: Path) -> None:
    content = b"lang,text,split\nen,a\x00b,train\nja,c,train\n"
    assert list(texts(take_in(write(tmp_path / "x.csv", content))).values()) == ["ab", "c"]


def test_path_must_hold_documents(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere does not exist"):
        take_in(tmp_path / "nowhere")
    with pytest.raises(InputError, match=r"Expected files of .*found a.doc. Save a.doc as plain text \(.txt\)."):
        take_in(write(tmp_path / "a.doc", b"").parent)
    with pytest.raises(InputError, match=r"the format `.doc` is not known"):
        take_in(tmp_path / "a.doc")
    with pytest.raises(InputError, match=r"the format `.xls` is not known. Save a.xls as .xlsx"):
        take_in(write(tmp_path / "a.xls", b""))
