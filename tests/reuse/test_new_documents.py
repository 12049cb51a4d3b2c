"""New documents as a stream: the same whatever the size of its tables, never held whole, from standard input too."""

from __future__ import annotations

import gzip
import io
import json
import os
import subprocess
import sys
import threading
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import polars as pl
import pytest
import torch
from intake_files import json_lines, table, write

from pipeline.common.errors import InputError
from pipeline.documents.intake import DocumentsParams
from pipeline.models.model_folder import save_model
from pipeline.models.xtra import Xtra, XtraParams
from pipeline.reuse.new_documents import STANDARD, read_new_documents
from pipeline.reuse.notes import notes
from pipeline.tokens.tokenise import TokeniseParams, tokenise_texts

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = ("en", "ja", "zh")
ROWS = [{"id": f"{lang}{i}", "lang": lang, "text": f"text {i}"} for i in range(9) for lang in LANGUAGES]


class Endless(io.RawIOBase):
    """Rows without end, and how many were read."""

    def __init__(self) -> None:
        self.rows = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - a writable buffer
        line = json_lines([{"lang": "en", "text": f"row {self.rows}"}])
        self.rows += 1
        buffer[: len(line)] = line
        return len(line)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model that knows a few words, untrained."""
    words = {"en": ["film", "market", "moon"], "ja": ["映画", "音楽", "経済"], "zh": ["电影", "音乐", "经济"]}
    rows = [(lang, term, word) for lang, listed in words.items() for term, word in enumerate(listed)]
    vocabulary = pl.DataFrame(rows, schema={"lang": pl.String, "term": pl.UInt32, "word": pl.String}, orient="row")
    torch.manual_seed(0)
    model = Xtra(dict.fromkeys(LANGUAGES, 3), 4, 6, XtraParams(theta="words", shared=8, hidden=8, semantic=4))
    save_model(tmp_path / "run", "xtra", model, vocabulary, {})
    return tmp_path / "run"


def read(path: Path, **options: Any) -> tuple[pl.DataFrame, pl.DataFrame]:  # noqa: ANN401 - form, lang and size
    documents, rejects = zip(*read_new_documents(path, LANGUAGES, **options), strict=True)
    return pl.concat(documents), pl.concat(rejects)


def call(folder: Path, *options: object, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "stages.infer", "--model", str(folder), *map(str, options)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=folder.parent, env=environment, input=given, capture_output=True, check=False)


@pytest.mark.parametrize("name", ["new.jsonl", "new.csv"])
@pytest.mark.parametrize("size", [1, 2, 5, 27])
def test_the_size_of_a_table_changes_nothing(tmp_path: Path, size: int, name: str) -> None:
    more = [ROWS[0], {"lang": "en", "text": " "}, ROWS[7] | {"label": "x"}, {"lang": "en", "text": "last"}]
    rows = [{"id": "", "label": ""} | row for row in [*ROWS, *more]]
    path = write(tmp_path / name, json_lines(rows) if name == "new.jsonl" else table(rows))
    documents, rejects = read(path, size=size)
    whole, listed = read(path, size=1000)
    assert documents.equals(whole)
    assert documents.height == len(ROWS) + 1
    assert rejects.equals(listed)
    first = 2 if name == "new.csv" else 1
    assert rejects["reason"].to_list() == [
        f"duplicate: same as {name}:{first}",
        "no text: empty after normalisation",
        f"duplicate: same as {name}:{first + 7}",
    ]


def test_duplicates_are_found_over_files_and_many_tables(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    drawn = rng.integers(0, 60, 400).tolist()
    rows = [{"id": f"d{number}", "lang": "en", "text": f"text {number}"} for number in drawn]
    write(tmp_path / "a.jsonl", rows[:250])
    write(tmp_path / "b.jsonl", rows[250:])
    documents, rejects = read(tmp_path, size=3)
    assert documents["id"].to_list() == [f"d{number}" for number in dict.fromkeys(drawn)]
    places = [("a.jsonl", row + 1) if row < 250 else ("b.jsonl", row - 249) for row in range(400)]
    firsts = [drawn.index(number) for number in drawn]
    expected = [
        (*places[row], "duplicate: same as {}:{}".format(*places[first]))
        for row, first in enumerate(firsts)
        if row != first
    ]
    assert rejects.select("file", "row", "reason").rows() == expected


def test_one_id_for_two_texts_in_different_tables_stops(tmp_path: Path) -> None:
    path = write(tmp_path / "new.jsonl", [*ROWS, ROWS[2] | {"text": "another"}])
    with pytest.raises(
        InputError, match=r"1 id for different documents, for instance\n  zh0 at new.jsonl:3, new.jsonl:28"
    ):
        read(path, size=4)


def test_only_one_table_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = Endless()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BufferedReader(raw, 64)))
    stream = read_new_documents(STANDARD, LANGUAGES, size=100)
    tables = list(islice(stream, 3))
    assert [chunk.documents["id"][0] for chunk in tables] == ["stdin:1", "stdin:101", "stdin:201"]
    assert 300 <= raw.rows < 1000  # what the decoder reads ahead is bytes, not tables


def test_a_column_a_language_may_begin_in_a_later_table(tmp_path: Path) -> None:
    rows = [{"pair": "a", "en": "film", "ja": "映画"}, {"pair": "b", "en": "moon", "zh": "经济"}]
    documents, _ = read(write(tmp_path / "wide.jsonl", rows), size=1)
    assert documents["id"].to_list() == ["a:en", "a:ja", "b:en", "b:zh"]
    mixed = write(tmp_path / "mixed.jsonl", [*rows, {"lang": "en", "text": "film"}])
    with pytest.raises(InputError, match="the first rows have one column for each language"):
        read(mixed, size=1)


def test_a_document_a_line(tmp_path: Path) -> None:
    path = write(tmp_path / "new.txt", "\ufeffthe film\r\n\n  a \u2028 moon  \r".encode() + b"\xff\n")
    documents, rejects = read(path, form="text", lang="en")
    assert documents.rows() == [("new:1", "en", "the film"), ("new:3", "en", "a \n moon")]
    assert rejects.select("row", "reason").rows() == [(4, "invalid UTF-8: byte 0xff at byte offset 29")]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"lang": "en"}, "works only with `--format text`"),
        ({"form": "text", "lang": "cn"}, "--lang: `cn` is no language code"),
        ({"form": "text", "lang": "de"}, "no document is left. The model knows .*; found `de`"),
    ],
)
def test_format_and_language_that_do_not_fit(tmp_path: Path, options: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        read(write(tmp_path / "new.txt", b"a film\n"), **options)


def test_the_language_of_new_documents_is_identified_among_those_of_the_model(tmp_path: Path) -> None:
    rows = [
        {"text": "The council has voted on the new tram line in the city."},
        {"text": "市議会は新しい路面電車の路線について採決した。"},
        {"text": "Der Stadtrat stimmte gestern über die neue Straßenbahn ab."},
        {"text": "?"},
    ]
    documents, rejects = read(write(tmp_path / "new.jsonl", rows))
    assert documents["lang"].to_list() == ["en", "ja"]
    assert [reason.partition(":")[0] for reason in rejects["reason"]] == ["language not listed", "language unclear"]
    _, rejects = read(tmp_path / "new.jsonl", rules=DocumentsParams(lang_certainty=0))
    assert [reason.partition(":")[0] for reason in rejects["reason"]] == ["language not listed"]


def test_every_format_of_documents_is_read(tmp_path: Path) -> None:
    expected, _ = read(write(tmp_path / "new.jsonl", ROWS))
    pl.DataFrame(ROWS).write_parquet(tmp_path / "new.parquet")
    write(tmp_path / "new.json", json.dumps(ROWS).encode())
    write(tmp_path / "new.csv.gz", gzip.compress(table(ROWS, ";")))
    for name in ("new.parquet", "new.json", "new.csv.gz"):
        assert read(tmp_path / name, size=5)[0].equals(expected)
    write(tmp_path / "texts" / "ja" / "a.txt", "映画".encode())
    write(tmp_path / "texts" / "b_en.txt", b"the moon\nthe film")
    documents, _ = read(tmp_path / "texts")
    assert documents.rows() == [("b_en", "en", "the moon\nthe film"), ("ja/a", "ja", "映画")]


def test_standard_input_and_output_give_the_same_as_files(tmp_path: Path, folder: Path) -> None:
    rows = [{"id": "a", "lang": "ja", "text": "映画と音楽"}, {"id": "b", "lang": "en", "text": "moon"}, {"id": "c"}]
    path = write(tmp_path / "new.jsonl", rows)
    for output in ("theta.parquet", "theta.jsonl"):
        done = call(folder, "--input", path, "--output", output)
        assert done.returncode == 0, done.stderr.decode()
    done = call(folder, "--input", "-", "--output", "-", given=json_lines(rows))
    assert done.stdout == (tmp_path / "theta.jsonl").read_bytes()
    assert b"rejected stdin:3: no text: missing" in done.stderr
    assert b"rejected rows: 1; add --rejects FILE.csv to list them in a file" in done.stderr
    expected = pl.read_parquet(tmp_path / "theta.parquet")
    found = pl.DataFrame([json.loads(line) for line in done.stdout.decode().splitlines()], schema=expected.schema)
    assert found.equals(expected)
    assert found["words"].to_list() == [2, 1]
    listed = call(folder, "--input", "-", "--output", "-", "--rejects", "r.csv", given=json_lines(rows))
    assert listed.returncode == 0
    assert (tmp_path / "r.csv").read_text(encoding="utf-8").endswith("stdin,3,c,,no text: missing\n")
    text = call(folder, "--input", "-", "--output", "-", "--format", "text", "--lang", "en", given=b"the moon\n")
    assert json.loads(text.stdout)["words"] == 1


def test_a_stream_that_fails_late_leaves_what_was_there(tmp_path: Path, folder: Path) -> None:
    rows = [{"id": str(i), "lang": "en", "text": f"moon {i}"} for i in range(5001)] + [{"id": "7", "text": "other"}]
    write(tmp_path / "theta.parquet", b"of an earlier run")
    stopped = call(folder, "--input", "-", "--output", "theta.parquet", given=json_lines(rows))
    assert stopped.returncode == 2
    assert b"1 id for different documents" in stopped.stderr
    assert (tmp_path / "theta.parquet").read_bytes() == b"of an earlier run"
    assert not list(tmp_path.glob("*rejects*")) + list(tmp_path.glob(".*"))


def test_a_reader_that_closes_the_pipe_ends_it_quietly(tmp_path: Path, folder: Path) -> None:
    path = write(tmp_path / "new.jsonl", [{"lang": "en", "text": f"moon {i}"} for i in range(6000)])
    command = [sys.executable, "-m", "stages.infer", "--model", folder, "--input", path, "--output", "-"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stderr
    assert json.loads(process.stdout.readline())["id"] == "new:1"
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait() == 0


def noted(lang: str, text: str, vocabulary: dict[str, set[str]]) -> str | None:
    tokens = tokenise_texts(lang, [text], TokeniseParams())
    words = sum(token in vocabulary[lang] for token in tokens[0])
    documents = pl.DataFrame({"lang": [lang], "text": [text], "tokens": tokens, "words": [words]})
    return notes(documents, vocabulary, TokeniseParams())[0]


NONE = "no word of the vocabulary"
FRENCH, ENGLISH = "Une ville sans marché, et la lune", "The market and the city by the moonlight"
JAPANESE, CHINESE = "経済の映画が好きな人のための市場", "经济学家认为市场正在恢复，电影票房上升"


@pytest.mark.parametrize(
    ("lang", "text", "note"),
    [
        ("en", ENGLISH, None),
        ("fr", FRENCH, None),
        ("ja", JAPANESE, None),
        ("zh", CHINESE, None),
        ("en", FRENCH, f"{NONE}; the text seems to be in French; French knows 3 of the words, English 0"),
        ("fr", ENGLISH, f"{NONE}; the text seems to be in English; English knows 3 of the words, French 0"),
        ("ja", CHINESE, f"{NONE}; Chinese knows 4 of the words, Japanese 0"),
        ("ja", "Python 3.11 と numpy だけ", f"{NONE}; only 21 % of the letters are in the script of Japanese"),
        ("en", "Нет ничего, кроме города", f"{NONE}; only 0 % of the letters are in the script of English"),
        ("io", "Нет ничего, кроме города", NONE),  # a language of which the scripts are not known
        ("ja", "moon", NONE),  # too short to tell
        ("en", "A market place, seen by marché et lune", None),  # two words more are not enough
    ],
)
def test_notes_on_the_language(lang: str, text: str, note: str | None) -> None:
    vocabulary = {
        "en": {"market", "moonlight", "city"},
        "fr": {"marché", "lune", "ville"},
        "ja": {"経済", "映画", "市場"},
        "zh": {"市场", "电影票房", "恢复", "经济学家"},
        "io": {"urbo"},
    }
    assert noted(lang, text, vocabulary) == note


def test_a_pipe_is_read_like_a_file(tmp_path: Path) -> None:
    pipe = tmp_path / "new.jsonl"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=[b'{"lang": "en", "text": "one"}\n'])
    writer.start()
    (chunk,) = read_new_documents(pipe, ["en"])
    writer.join()
    assert chunk.documents["text"].to_list() == ["one"]
