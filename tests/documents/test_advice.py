"""What an intake lets the user mend, most important first."""

from __future__ import annotations

from pathlib import Path

from intake_files import bilingual, table, take_in, write

from pipeline.documents import intake_advice

GERMAN = "Der Stadtrat stimmte gestern über die neue Straßenbahn in der Stadt ab."


def test_a_clean_intake_needs_nothing(tmp_path: Path) -> None:
    assert intake_advice(take_in(write(tmp_path / "d.jsonl", bilingual(4))).report) == []


def test_everything_that_can_be_mended_has_its_sentence(tmp_path: Path) -> None:
    rows = bilingual(6, pair="", date="")
    rows[0]["text"] = "<p>one</p>"
    rows[1]["text"] = GERMAN
    rows[2]["pair"] = "nan"
    rows[3]["pair"] = rows[4]["pair"] = "p"
    rows[5]["text"] = ""
    rows[6]["text"] = "long " * 50
    rows[7]["date"], rows[8]["date"] = "03/04/2019", "in spring"
    write(tmp_path / "notes.docx", b"?")
    write(tmp_path / "d.csv", table(rows).decode().encode("utf-16"))
    write(tmp_path / "e.csv", b'lang,text,split\nen,"stray,train\nen,b,train\n')
    advice = intake_advice(take_in(tmp_path, max_characters=200).report)
    beginnings = [
        "1 of 14 rows are left out: no text 1. data/run/rejects.parquet has each",
        "1 dates may be read with the day or the month first, such as '03/04/2019' (d.csv:9)",
        "1 of 2 dates cannot be read and are not shown over time, such as 'in spring' (d.csv:10)",
        "1 documents seem to be in another language than they say (English 1), such as d.csv:3 (the text seems",
        "1 files or folders beside the documents are not read: notes.docx.",
        "1 files are not UTF-8 and were read by a guess: d.csv as UTF-16-LE.",
        "1 rows have quotes out of place, which were kept as characters: e.csv 1.",
        "1 texts were cut: `documents.max_characters`",
        "HTML was taken off 1 texts.",
        "1 rows have a placeholder such as `nan` for `pair`",
        "1 pairs are shared by several documents of one language",
    ]
    assert len(advice) == len(beginnings)
    for sentence, beginning in zip(advice, beginnings, strict=True):
        assert sentence.startswith(beginning)
