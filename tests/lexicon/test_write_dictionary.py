"""A run's dictionary as files: it reads back as the same links, and no corrected file is overwritten."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from pipeline.common.errors import InputError
from pipeline.lexicon.links import link_vocabularies
from pipeline.lexicon.write_dictionary import write_dictionaries
from pipeline.tables.catalogue import LINKS

WORDS = {"en": ["cat", "dog", "taxi"], "fr": ["chat", "chien", "taxi"], "sw": ["mbwa", "paka"]}
VOCABULARY = pl.concat(
    [pl.DataFrame({"lang": lang, "word": words}).with_row_index("term") for lang, words in WORDS.items()]
)
ROWS = [
    *(("fr", 0, 0, 1, "texts", 0.9), ("fr", 1, 1, 1, "vectors", 0.625), ("fr", 2, 2, 1, "spelling", None)),
    ("sw", 0, 1, 2, "file", None),
]


def test_what_is_written_reads_back_as_the_same_links(tmp_path: Path) -> None:
    links = pl.DataFrame(ROWS, schema=LINKS.empty().schema, orient="row")
    written = write_dictionaries(VOCABULARY, links, tmp_path / "mine")
    assert {path.name: count for path, count in written.items()} == {"en-fr.tsv": 3, "en-sw.tsv": 1}
    lines = (tmp_path / "mine/en-fr.tsv").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not line.startswith("#")] == ["dog\tchien\t0.62", "cat\tchat\t0.90", "taxi\ttaxi"]
    assert "3 pairs: spelling 1, texts 1, vectors 1" in lines[3]
    again = link_vocabularies(VOCABULARY, tmp_path / "mine")
    assert again.select("lang", "pivot_term", "term").equals(links.select("lang", "pivot_term", "term"))
    assert set(again["source"]) == {"file", "spelling"}


def test_a_file_that_is_there_stays(tmp_path: Path) -> None:
    (tmp_path / "en-sw.tsv").write_text("dog\tmbwa\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"en-sw\.tsv: a dictionary is there already"):
        write_dictionaries(VOCABULARY, LINKS.empty(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["en-sw.tsv"]
