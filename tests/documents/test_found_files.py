"""Files as people have them: formats, packing, encodings, quotes, folders; each gives the same documents."""

from __future__ import annotations

import csv
import datetime
import gzip
import io
import json
import logging
from pathlib import Path
from random import Random

import polars as pl
import pytest
from intake_files import bilingual, json_lines, reasons, refused, table, take_in, texts, write
from openpyxl import Workbook
from shared_files import shared

from pipeline.documents import intake_advice
from pipeline.documents.encodings import settled_encoding
from pipeline.documents.findings import Findings
from pipeline.documents.formats import find_documents, text_files
from pipeline.documents.lines import Lines
from pipeline.documents.table_rows import table_rows
from pipeline.documents.text_rows import language_of_file

ROWS = [
    {"id": "1", "lang": "en", "text": "The river rose\nin spring", "split": "train", "date": "2019-03-04"},
    {"id": "2", "lang": "ja", "text": "川の水位が上がった", "split": "train", "date": None},
]
WESTERN = {
    "de": "Der Stadtrat stimmte über die neue Straßenbahn ab, für die schon früher Häuser weichen mußten.",
    "fr": "Le conseil a voté la création d'une ligne de tramway près du théâtre, malgré l'opposition déclarée.",
}
POLISH = "Rada miasta zagłosowała nad nową linią tramwajową, która połączy dworzec z dzielnicą za rzeką."


def workbook(path: Path, *sheets: list[list[object]]) -> Path:
    book = Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(f"Sheet {number}")
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("d.json", json.dumps(ROWS).encode()),
        ("d.json", b"\xef\xbb\xbf" + json.dumps({"version": 3, "data": ROWS}, indent=1).encode()),
        ("d.json", json_lines(ROWS)),
        ("d.jsonl.gz", gzip.compress(json_lines(ROWS))),
        ("d.JSON.GZ", gzip.compress(json.dumps(ROWS).encode())),
        ("d.csv.gz", gzip.compress(table(ROWS))),
        ("d.csv", table(ROWS, ";")),
        ("d.csv", b"sep=;\r\n" + table(ROWS, ";")),
        ("d.tsv", table(ROWS, "|")),
        ("d.csv", table(ROWS).decode().encode("utf-16")),
        ("d.csv", table(ROWS).decode().encode("utf-16-le")),
        ("d.jsonl", json_lines(ROWS).decode().encode("utf-16-be")),
        ("d.jsonl", json_lines(ROWS).decode().encode("utf-32")),
        ("d.csv", table(ROWS).decode().encode("cp932")),
    ],
)
def test_the_same_documents_from_every_format(tmp_path: Path, name: str, content: bytes) -> None:
    clean = take_in(write(tmp_path / "clean" / "d.jsonl", json_lines(ROWS)))
    assert take_in(write(tmp_path / "other" / name, content)).documents.equals(clean.documents)


def test_parquet_and_excel_with_their_types(tmp_path: Path) -> None:
    day = datetime.datetime(2019, 3, 4)
    frame = pl.DataFrame([row | {"date": None} for row in ROWS]).with_columns(date=pl.Series([day, None]))
    frame.write_parquet(tmp_path / "d.parquet")
    cells = [[1, "en", ROWS[0]["text"], "train", day], [None] * 5, [2, "ja", ROWS[1]["text"], "train", None]]
    book = workbook(tmp_path / "d.xlsx", [["id", "lang", "text", "split", "date"], *cells], [["remarks"], ["none"]])
    clean = take_in(write(tmp_path / "d.jsonl", ROWS)).documents
    assert take_in(tmp_path / "d.parquet").documents.equals(clean)
    assert take_in(book).documents.equals(clean)


def test_a_workbook_must_tell_which_sheet_is_meant(tmp_path: Path) -> None:
    sheet = [["lang", "text"], ["en", "a"]]
    assert "several sheets hold data (Sheet 0, Sheet 1)" in refused(workbook(tmp_path / "a.xlsx", sheet, sheet))
    assert "no sheet holds a cell" in refused(workbook(tmp_path / "b.xlsx", [[]]))
    title = [["Survey of 2020"], *sheet]
    assert "a.xlsx:1: the first row does not look like column names" in refused(workbook(tmp_path / "a.xlsx", title))
    assert "None of them has the names of columns" in refused(workbook(tmp_path / "a.xlsx", title, [["remarks"]]))
    twice = [["text", "text"], ["a", "b"]]
    assert "['text'] occur more than once" in refused(workbook(tmp_path / "c.xlsx", twice))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("d.json", b'[{"lang": "en",\n "text": }]', "d.json:2: invalid JSON"),
        ("d.json", b'{"a": [1], "b": [2]}', "an object with 2 lists (a, b)"),
        ("d.json", b"3", "expected an array of objects"),
        ("d.csv.gz", b"not packed", "cannot be unpacked"),
        ("d.jsonl.gz", gzip.compress(json_lines(ROWS))[:-9], "cannot be unpacked"),
        ("d.parquet", b"PAR1 nothing", "cannot be read as Parquet"),
        ("d.xlsx", b"PK nothing", "cannot be read as an Excel workbook"),
        ("d.parquet.gz", b"", "the format `.parquet.gz` is not known"),
    ],
)
def test_a_damaged_file_is_named_with_its_fault(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    message = refused(write(tmp_path / name, content))
    assert name in message
    assert words in message


def test_one_line_of_wrong_bytes_makes_no_other_encoding_of_the_others(tmp_path: Path) -> None:
    good = [f'{{"id": "{number}", "lang": "ja", "text": "映画 {number}"}}'.encode() for number in range(4)]
    path = tmp_path / "d.jsonl"
    path.write_bytes(b"\n".join([*good, b"\x80" * 90]))
    assert settled_encoding(path, "auto") == "utf-8"
    path.write_bytes("".join("фильм и музыка\n" for _ in range(4)).encode("cp1251") + "кино\n".encode())
    assert settled_encoding(path, "auto") == "cp1251"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        *((text, "cp1252") for text in WESTERN.values()),
        ("El señor González viajó a España el año pasado y volvió después.", "cp1252"),
        (POLISH, "cp1250"),
        (POLISH, "iso8859_2"),
        ("Şehir meclisi yeni tramvay hattını dün akşam görüştü ve onayladı.", "cp1254"),
        ("Городской совет вчера проголосовал за новую трамвайную линию.", "cp1251"),
        ("Городской совет вчера проголосовал за новую трамвайную линию.", "koi8_r"),
        ("صوت مجلس المدينة أمس على خط الترام الجديد", "cp1256"),
        ("市議会は新しい路面電車の路線について採決した。", "cp932"),
        (
            "スタジオは作曲家により暗いサントラを求めた。監督は脚本を書き直して悪役を孤独な人物にし、俳優に役を与えた。",
            "euc_jp",
        ),
        ("市议会昨天就新的有轨电车线路进行了表决。", "gb18030"),
        ("市議會昨天就新的有軌電車路線進行了表決。", "big5"),
        ("시의회는 어제 새로운 전차 노선에 대해 표결했다.", "cp949"),
        ("สภาเมืองลงมติเรื่องรถรางสายใหม่เมื่อวานนี้", "cp874"),
    ],
)
def test_another_encoding_is_detected_and_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, text: str, encoding: str
) -> None:
    rows = [*bilingual(2), {"id": "x", "lang": "en", "text": text, "split": "train"}]
    path = write(tmp_path / "d.csv", table(rows).decode().encode(encoding))
    intake = take_in(path)
    assert texts(intake)["x"] == text
    assert intake.report["encodings"] == {"d.csv": encoding}
    assert f"read as {encoding.upper()}, as detected" in caplog.text


def test_a_declared_encoding_is_believed(tmp_path: Path) -> None:
    path = write(
        tmp_path / "d.csv",
        table([*bilingual(1), {"id": "x", "lang": "en", "text": "é", "split": "train"}]).decode().encode("cp1252"),
    )
    assert "not valid UTF-8" in refused(path)  # one byte is damage, not evidence of another encoding
    intake = take_in(path, encoding="latin-1")
    assert texts(intake)["x"] == "é"
    assert intake.report["encodings"] == {}  # nothing was guessed
    assert "not valid CP932" in refused(path, encoding="cp932")


def test_stray_quotes_cost_no_row(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    intake = take_in(shared("faults", "quote.csv"))
    assert intake.documents.height == 8
    assert not intake.rejects.height
    assert '"A stray opening quote begins here' in texts(intake).values()
    assert intake.report["stray_quotes"] == {"quote.csv": 1}
    assert "quotes out of place, which are read as characters, in 1 row; the first is row 3" in caplog.text


@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_every_row_of_a_table_with_quotes_is_found(tmp_path: Path, delimiter: str) -> None:
    lines = [
        "lang,text,split",
        'en,"never closed,train',
        'en,a "quoted" word,train',
        'en,"two\nlines",train',
        'en,"He said "no" twice",train',
        'en,"opens here,train',
        'ja,and closes here",train',
        'ja,"doubled ""quotes"" are right",train',
        'ja,ends in a quote",train',
        'ja,"the last',
    ]
    content = "\n".join(lines).replace(",", delimiter).encode()
    intake = take_in(write(tmp_path / ("d.csv" if delimiter == "," else "d.tsv"), content))
    assert list(texts(intake).values()) == [
        '"never closed', 'a "quoted" word', "two\nlines", 'He said "no" twice', '"opens here',
        'and closes here"', 'doubled "quotes" are right', 'ends in a quote"',
    ]  # fmt: skip
    assert [row for row, _ in reasons(intake)] == [11]


def test_a_folder_of_texts(tmp_path: Path) -> None:
    for name, text in {
        "en/a.txt": "one\ntwo", "ja/deep/a.txt": "一", "b.ja.txt": "二", "c_en.txt": "three", "README.txt": "not ours",
        "en/empty.txt": "",
    }.items():  # fmt: skip
        write(tmp_path / name, text.encode())
    intake = take_in(tmp_path, test_share=1e-9)
    assert dict(intake.documents.select("id", "lang").iter_rows()) == {
        "en/a": "en", "c_en": "en", "ja/deep/a": "ja", "b.ja": "ja",
    }  # fmt: skip
    assert texts(intake)["en/a"] == "one\ntwo"
    assert intake.rejects.select("file", "row", "id").row(0) == ("en/empty.txt", None, "en/empty")
    assert intake.report["files"] == {"*.txt": {"rows_in": 5, "documents": 4, "rejected": 1}}


@pytest.mark.parametrize(
    ("name", "lang"),
    [
        *(("en/a", "en"), ("news/de/2019/a.fr", "de"), ("a_zh", "zh"), ("a-ko", "ko"), ("a.b", None), ("notes", None)),
        *(
            ("Greek/a", "el"),
            ("Deutsch/2019/a", "de"),
            ("日本語/a", "ja"),
            ("franc\u0327ais/a", "fr"),
            ("mandarin/a", "zh"),
        ),
        *(("Sport/a.fr", "fr"), ("Even/a", None), ("cn/a", None)),  # Even is also a language of Siberia
    ],
)
def test_the_language_of_a_file(name: str, lang: str | None) -> None:
    assert language_of_file(name) == lang


def test_what_is_passed_over_is_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    write(tmp_path / "a.jsonl", bilingual(2))
    for name in (
        "b.docx",
        "notes.txt",
        "below/c.jsonl",
        "README.md",
        ".hidden.csv",
        "reference.jsonl.gz",
        "empty/x.bin",
    ):
        write(tmp_path / name, b"?")
    intake = take_in(tmp_path)
    assert intake.report["passed_over"] == ["b.docx", "below/", "notes.txt"]
    assert "not read: b.docx, below/, notes.txt." in caplog.text


def test_what_is_passed_over_among_texts_is_named(tmp_path: Path) -> None:
    for name in ("en/a.txt", "ja/a.txt"):
        write(tmp_path / name, b"a")
    for name in (
        "en/b.docx",
        "en/README.md",
        "ja/c.html",
        "ja/d.md",
        "scans/e.pdf",
        "scans/old/f.pdf",
        "scans/g.png",
        "h.py",
    ):
        write(tmp_path / name, b"?")
    intake = take_in(tmp_path, test_share=1e-9)
    assert intake.report["passed_over"] == ["en/b.docx", "ja/c.html", "ja/d.md", "scans/"]
    found = "beside the documents: 4 files or folders (en/b.docx, ja/c.html, ja/d.md, scans/). If they hold documents, "
    assert any(found in str(advice) for advice in intake_advice(intake.report))


def test_tables_do_not_take_the_place_of_texts(tmp_path: Path) -> None:
    table_file = write(tmp_path / "list.csv", table(bilingual(1)))
    for name in ("en/a.txt", "ja/a.txt"):
        write(tmp_path / name, b"a")
    message = refused(tmp_path)
    assert "holds tables (list.csv) and 2 texts, such as en/a.txt: either may be the documents" in message
    assert f"`path: {table_file.as_posix()}`" in message
    assert len(texts(take_in(table_file))) == 2


def test_texts_of_one_name_are_told_apart(tmp_path: Path) -> None:
    for lang, text in WESTERN.items():
        write(tmp_path / lang / "a.txt", text.encode("cp1252"))
    intake = take_in(tmp_path, test_share=1e-9)
    assert intake.report["encodings"] == {"de/a.txt": "cp1252", "fr/a.txt": "cp1252"}


def test_everything_in_a_folder_is_read() -> None:
    intake = take_in(shared("faults", "folder"))
    assert set(intake.report["files"]) == {"en.jsonl", "ja.json", "more.jsonl.gz", "zh.jsonl"}
    assert intake.report["passed_over"] == []


def test_derived_ids_are_unique(tmp_path: Path) -> None:
    assert not take_in(shared("faults", "dupcol.csv"), test_share=1e-9).rejects.height
    pairs = [{"pair": "p", "en": f"text {i}", "ja": f"文{i}", "split": "train"} for i in range(2)]
    repeated = take_in(write(tmp_path / "wide.jsonl", pairs))
    assert list(texts(repeated)) == ["p:en", "wide:2:en", "p:ja", "wide:2:ja"]
    assert repeated.report["repeated_pairs"] == 1
    rows = [{"lang": "en", "text": "a", "split": "train"}]
    write(tmp_path / "both" / "a.csv", table(rows))
    write(tmp_path / "both" / "a.jsonl", [{"lang": "ja", "text": "b", "split": "train"}])
    assert list(texts(take_in(tmp_path / "both"))) == ["a.csv:2", "a.jsonl:1"]


def test_numbers_are_read_as_they_are_written(tmp_path: Path) -> None:
    lines = '{"id": 1.10, "lang": "en", "text": "a", "date": 2020.10, "label": NaN, "split": "train"}\n'
    lines += '{"id": 1.1, "lang": "ja", "text": "b", "label": 7.0, "split": "train"}\n'
    rows = take_in(write(tmp_path / "d.jsonl", lines.encode())).documents.rows(named=True)
    assert [(row["id"], row["date"], row["label"]) for row in rows] == [("1.10", "2020-10", None), ("1.1", None, "7.0")]


def test_placeholders_are_no_pairs(tmp_path: Path) -> None:
    rows = [row | {"pair": pair} for row, pair in zip(bilingual(2), ["nan", "None", "-", "p"], strict=True)]
    intake = take_in(write(tmp_path / "d.jsonl", rows))
    assert intake.documents["pair"].to_list() == [None, None, None, "p"]
    assert intake.report["placeholders_for_pair"] == 3


@pytest.mark.parametrize("pair", ["<NA>", "#N/A", "--", "—", "(none)", "NULL.", "undefined"])
def test_placeholders_in_other_writing_are_no_pairs(tmp_path: Path, pair: str) -> None:
    intake = take_in(write(tmp_path / "d.jsonl", bilingual(2, pair=pair)))
    assert intake.documents["pair"].null_count() == intake.report["placeholders_for_pair"] == 4
    others = [
        row | {"pair": name} for row, name in zip(bilingual(2), ["n1", "Nan Goldin", "1.10", "na-1"], strict=True)
    ]
    assert take_in(write(tmp_path / "e.jsonl", others)).documents["pair"].null_count() == 0


def test_columns_under_other_usual_names(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    rows = [
        {"ID": row["id"], "Language": row["lang"], "content": row["text"], "split": row["split"]}
        for row in bilingual(2)
    ]
    with caplog.at_level(logging.INFO):
        intake = take_in(write(tmp_path / "d.csv", table(rows)))
    assert texts(intake) == texts(take_in(write(tmp_path / "e.jsonl", bilingual(2))))
    assert "column `content` is read as `text`" in caplog.text


def test_labels_and_dates_under_other_usual_names(tmp_path: Path) -> None:
    rows = [row | {"Section": "news", "Published": "2020-01-02", "url": "u"} for row in bilingual(2)]
    intake = take_in(write(tmp_path / "d.csv", table(rows)))
    assert set(intake.documents.select("label", "date").iter_rows()) == {("news", "2020-01-02")}
    assert intake.report["columns"] == {
        "read_as": {"d.csv": {"Section": "label", "Published": "date"}},
        "unclear": {},
        "not_read": {"d.csv": ["url"]},
    }


def test_columns_of_translations_have_labels_and_dates_too(tmp_path: Path) -> None:
    rows = [{"en": "a", "ja": "b", "category": "news", "year": 2020, "content": "c", "split": "train"}]
    intake = take_in(write(tmp_path / "d.jsonl", rows))
    assert set(intake.documents.select("label", "date").iter_rows()) == {("news", "2020")}
    assert intake.report["columns"]["not_read"] == {"d.jsonl": ["content"]}


def test_of_several_columns_that_may_be_meant_none_is_read(tmp_path: Path) -> None:
    rows = bilingual(2, Section="a", topic="b", url="u", date="2020", day="3")
    write(tmp_path / "d.jsonl", rows)
    write(tmp_path / "e.jsonl", [row | {"id": f"e{row['id']}", "text": f"e {row['text']}"} for row in rows])
    intake = take_in(tmp_path)
    assert intake.documents["label"].null_count() == 8
    assert list(map(str, intake_advice(intake.report))) == [
        "The columns `Section`, `topic` may each be the `label` (d.jsonl and 1 more), so none of them is read. Call "
        "the right one by that name.",
        "Not read: 2 columns (`url` (d.jsonl and 1 more), `day` (d.jsonl and 1 more)). If you need one, call it by a "
        "name that docs/data.md lists, such as `label`, `date` or `group`; otherwise nothing is to be done.",
    ]


def test_short_names_of_columns_are_not_taken_for_languages(tmp_path: Path) -> None:
    rows = [
        {"id": row["id"], "to": "x", "lang": row["lang"], "body": row["text"], "split": "train"} for row in bilingual(2)
    ]
    assert texts(take_in(write(tmp_path / "d.csv", table(rows)))) == texts(
        take_in(write(tmp_path / "e.jsonl", bilingual(2)))
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_well_formed_tables_are_read_back(delimiter: str) -> None:
    random = Random(0)
    for _ in range(100):
        marks = ["a", "b ", '"', ",", "\n", ";", "\t", "|", "x"]
        rows = [
            [random.choice(["en", "ja"]), "".join(random.choices(marks, k=random.randint(1, 12))), "train"]
            for _ in range(6)
        ]
        text = io.StringIO(newline="")
        writer = csv.writer(text, delimiter=delimiter, lineterminator=random.choice(["\n", "\r\n"]))
        writer.writerows([["lang", "text", "split"], *rows])
        lines = Lines(io.BytesIO(text.getvalue().encode()), Path("d.csv"), "stop")
        findings = Findings()
        found = list(table_rows(lines, "tsv" if delimiter == "\t" else "csv", findings))
        assert [list(row.fields.values()) for row in found] == rows
        assert not findings.stray_quotes


def test_links_that_lead_out_of_the_folder_are_named_and_not_followed(tmp_path: Path) -> None:
    secret, folder = tmp_path / "secret.txt", tmp_path / "mine"
    secret.write_text("a secret", encoding="utf-8")
    (folder / "en").mkdir(parents=True)
    (folder / "en/own.txt").write_text("own words of the folder", encoding="utf-8")
    (folder / "en/again.txt").symlink_to(folder / "en/own.txt")
    (folder / "en/other.txt").symlink_to(secret)
    (folder / "table.csv").symlink_to(tmp_path / "secret.csv")
    (tmp_path / "secret.csv").write_text("lang,text\nen,a secret\n", encoding="utf-8")
    findings = Findings()
    (found,) = find_documents(folder, findings)
    assert [file.name for file in text_files(found.path)] == ["again.txt", "own.txt"]
    assert [name.partition(" (a link that leads out")[0] for name in findings.passed_over] == [
        "en/other.txt",
        "table.csv",
    ]
    link = tmp_path / "link.csv"
    link.symlink_to(tmp_path / "secret.csv")
    assert find_documents(link, Findings()), "what the user names is the user's choice"
