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
    rows_of_one = intake_advice(take_in(tmp_path, max_characters=200).report)
    beginnings = [
        "Left out: 1 of 14 rows (no text: 1), the first at d.csv:7. data/run/rejects.parquet has each",
        "Dates that may have the day or the month first, and so are not read: 1, such as '03/04/2019' (d.csv:9). Set",
        "Dates that cannot be read, and so are not shown over time: 1 of 2, such as 'in spring' (d.csv:10). Write",
        "Not read, though beside the documents: 1 file or folder (notes.docx).",
        "Cut off at their end: 1 text. `documents.max_characters`",
        "Perhaps in another language than they say: 1 document, such as d.csv:3 (the text seems",
        "Not UTF-8, and so read by a guess: 1 file (d.csv as UTF-16-LE).",
        "Quotes out of place, which were kept as characters: 1 row (e.csv 1).",
        "Shared by several documents of one language: 1 pair.",
        "HTML was taken off 1 text.",
        "A placeholder such as `nan` for `pair`, which was taken for none: 1 row.",
    ]
    assert len(rows_of_one) == len(beginnings)
    for advice, beginning in zip(rows_of_one, beginnings, strict=True):
        assert str(advice).startswith(beginning)
    assert "They say: English (en) 1. Correct their `lang`" in str(rows_of_one[5])
