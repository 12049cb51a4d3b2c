"""Rows without a language, and rows whose text is in another one: identified, rejected, noted and counted."""

from __future__ import annotations

from pathlib import Path

import pytest
from intake_files import reasons, table, take_in, write

ENGLISH = ["The council has voted on the new tram line.", "Prices of bread rose again in the spring of this year."]
GERMAN = [
    "Der Stadtrat stimmte über die neue Straßenbahn ab.",
    "Die Preise für Brot stiegen in diesem Frühling wieder.",
]
FRENCH = "Le conseil municipal a voté hier la nouvelle ligne de tramway de la ville."


def rows(texts: list[str], **more: object) -> list[dict[str, object]]:
    return [{"text": text, "split": "train"} | more for text in texts]


def test_a_table_with_nothing_but_texts(tmp_path: Path) -> None:
    content = "text\n" + "\n".join([*ENGLISH, *GERMAN, FRENCH, "?"]) + "\n"
    intake = take_in(write(tmp_path / "my.csv", content.encode()), test_share=1e-9)
    assert intake.documents["lang"].to_list() == ["en", "en", "de", "de"]
    assert intake.documents["lang_certainty"].min() > 0.7
    assert intake.report["identified"] == {"de": 2, "en": 2}
    assert [(row, reason.partition(":")[0]) for row, reason in reasons(intake)] == [
        (6, "language identified in few rows only"),
        (7, "language unclear"),
    ]


def test_empty_cells_are_identified_among_the_languages_of_the_run(tmp_path: Path) -> None:
    declared = [*rows(ENGLISH[:1], lang="en"), *rows(GERMAN[:1], lang="de")]
    path = write(tmp_path / "d.csv", table([*declared, *rows([ENGLISH[1], GERMAN[1], FRENCH], lang="")]))
    intake = take_in(path, ["de", "en"])
    assert intake.documents["lang"].to_list() == ["de", "de", "en", "en"]
    assert intake.documents["lang_certainty"].is_null().to_list() == [True, False, True, False]
    assert reasons(intake) == [(6, "language not listed: fr, as identified")]
    assert take_in(path, ["de", "en"], lang_certainty=1).documents.height == 2


def test_a_text_in_another_language_is_kept_noted_and_counted(tmp_path: Path) -> None:
    mixed = " ".join([*ENGLISH * 2, *GERMAN * 2])
    declared = [*rows([*ENGLISH, GERMAN[0], mixed], lang="en"), *rows(GERMAN, lang="de")]
    intake = take_in(write(tmp_path / "d.jsonl", declared))
    assert intake.documents["note"].to_list() == [
        *(None, None, "the text seems to be in German", "the text seems to be in English and German", None, None)
    ]
    noted = intake.report["other_language"]
    assert (noted["documents"], noted["by_language"]) == (2, {"en": 2})
    assert noted["first"][0] == {
        "file": "d.jsonl", "row": 3, "id": "d:3", "lang": "en", "note": "the text seems to be in German",
    }  # fmt: skip


def test_a_language_that_cannot_be_identified_is_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    declared = [*rows(ENGLISH, lang="en"), *rows(["Ilu isimo"], lang="io")]
    take_in(write(tmp_path / "d.jsonl", [*declared, *rows(ENGLISH[:1])]), ["en", "io"])
    assert "rows without `lang` are never taken for io" in caplog.text
