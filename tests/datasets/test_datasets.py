"""Public data sets: where they come from, what is checked, what is made of them."""

from __future__ import annotations

import hashlib
import io
import json
import logging
import os
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from shared_files import shared

from pipeline.common.errors import InputError, TryAgainError
from pipeline.datasets import DATASETS, Dataset, Dictionary, Source, fetch, find_dataset

ROOT = Path(__file__).resolve().parents[2]
FILES = {
    "train_texts_en.txt": "cat dog\nsun\u2028moon\nred\n",
    "train_labels_en.txt": "0\n1\n0\n",
    "test_texts_en.txt": "dog\n",
    "test_labels_en.txt": "1\n",
    "train_texts_cn.txt": "猫 狗\n太阳\n",
    "train_labels_cn.txt": "0\n1\n",
    "test_texts_cn.txt": "狗\n",
    "test_labels_cn.txt": "1\n",
    "vocab_en": "sun\ncat\ndog\n",
    "vocab_cn": "狗\n猫\n",
}
WORDS = " 狗\tdog\n猫\tcat\n狗\thound\n狗\tdog\n三\tthree words here\n"
CONVERTED = "# english: porter\ncat\t猫\ndog\t狗\nhound\t狗\n"
BYTES = {name: text.encode() for name, text in FILES.items()}


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


TINY = Dataset(
    name="tiny",
    folder="Tiny",
    codes={"en": "en", "zh": "cn"},
    dictionary=Dictionary("zh", "words.tsv", sha256(WORDS.encode()), "d/dict.zip", "words.dat", ("english: porter",)),
    sha256={name: sha256(data) for name, data in BYTES.items()},
    location="owner/repository/commit/data",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that holds the tiny data set and its dictionary."""
    base = tmp_path / "given"
    for name, data in BYTES.items():
        write(base / "Tiny" / name, data)
    write(base / "dictionaries" / "words.tsv", WORDS.encode())
    return base


def write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def tree(home: Path) -> dict[str, tuple[bytes, int]]:
    """Every file below ``home`` with its bytes and its time."""
    files = [path for path in sorted(home.rglob("*")) if path.is_file()]
    return {str(path.relative_to(home)): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


def documents(home: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in (home / "documents.jsonl").read_bytes().splitlines()]


# --- a server of our own -------------------------------------------------------------------------------------------


class Server(ThreadingHTTPServer):
    """Serves ``answers`` (path to bytes or a fault) and counts what it was asked for."""

    def __init__(self, answers: dict[str, bytes | str]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers = answers
        self.asked: Counter[str] = Counter()

    def source(self, retries: int = 0) -> Source:
        return Source(base_url=f"http://127.0.0.1:{self.server_port}", retries=retries)


class Handler(BaseHTTPRequestHandler):
    """Answers well or badly, as its server was told."""

    def do_GET(self) -> None:
        assert isinstance(self.server, Server)
        self.server.asked[self.path] += 1
        answer = self.server.answers.get(self.path, "missing")
        if answer == "missing":
            self.send_error(404)
        elif answer == "hang up":
            self.connection.close()
        else:
            body = b"half of it" if isinstance(answer, str) else answer
            self.send_response(200)
            self.send_header("Content-Length", str(len(body) + 100 * (answer == "short")))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what is asked of this machine on this machine."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def server() -> Iterator[Server]:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as package:
        package.writestr("dict/words.dat", WORDS)
    answers: dict[str, bytes | str] = {url(name): data for name, data in BYTES.items()}
    answers["/d/dict.zip"] = packed.getvalue()
    with Server(answers) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join(timeout=5)


def url(name: str) -> str:
    return f"/owner/repository/commit/data/Tiny/{name}"


# --- conversion ----------------------------------------------------------------------------------------------------


def test_documents_come_pivot_first_in_the_order_of_the_files(folder: Path, tmp_path: Path) -> None:
    fetch(TINY, tmp_path / "tiny", Source(folder))
    rows = documents(tmp_path / "tiny")
    assert [row["id"] for row in rows] == [
        *("en:train:0", "en:train:1", "en:train:2", "en:test:0"),
        *("zh:train:0", "zh:train:1", "zh:test:0"),
    ]
    assert rows[1] == {"id": "en:train:1", "lang": "en", "text": "sun\u2028moon", "label": "1", "split": "train"}
    assert rows[4] == {"id": "zh:train:0", "lang": "zh", "text": "猫 狗", "label": "0", "split": "train"}


def test_vocabulary_keeps_its_order_and_dictionary_is_turned_round(folder: Path, tmp_path: Path) -> None:
    fetch(TINY, tmp_path / "tiny", Source(folder))
    assert (tmp_path / "tiny/vocabulary/en.txt").read_text(encoding="utf-8") == "sun\ncat\ndog\n"
    assert (tmp_path / "tiny/vocabulary/zh.txt").read_text(encoding="utf-8") == "狗\n猫\n"
    assert (tmp_path / "tiny/dictionary/en-zh.tsv").read_text(encoding="utf-8") == CONVERTED


def test_texts_without_labels_are_refused(folder: Path, tmp_path: Path) -> None:
    write(folder / "Tiny" / "test_labels_cn.txt", b"1\n1\n")
    with pytest.raises(InputError, match=r"test_texts_cn\.txt has 1 line and .*test_labels_cn\.txt has 2"):
        fetch(replace(TINY, sha256={}), tmp_path / "tiny", Source(folder))
    assert not (tmp_path / "tiny/documents.jsonl").exists()


def test_text_that_is_not_utf8_is_named(folder: Path, tmp_path: Path) -> None:
    write(folder / "Tiny" / "test_texts_cn.txt", b"ab\xff\n")
    with pytest.raises(InputError, match=r"test_texts_cn\.txt, line 1: not UTF-8 \(byte 2 of"):
        fetch(replace(TINY, sha256={}), tmp_path / "tiny", Source(folder))


def test_empty_documents_are_told(folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    write(folder / "Tiny" / "train_texts_cn.txt", "\n太阳\n".encode())
    with caplog.at_level(logging.INFO):
        fetch(replace(TINY, sha256={}), tmp_path / "tiny", Source(folder))
    assert "zh train: 2 documents, 1 of them empty" in caplog.text


# --- from a folder -------------------------------------------------------------------------------------------------


def test_a_folder_may_hold_benchmarks(folder: Path, tmp_path: Path) -> None:
    (folder / "benchmarks").mkdir()
    (folder / "Tiny").rename(folder / "benchmarks" / "Tiny")
    fetch(TINY, tmp_path / "tiny", Source(folder))
    fetch(TINY, tmp_path / "again", Source(folder / "benchmarks"))  # its dictionaries lie beside it
    made, again = tree(tmp_path / "tiny"), tree(tmp_path / "again")
    assert {name: data for name, (data, _) in made.items()} == {name: data for name, (data, _) in again.items()}
    assert "dictionary/en-zh.tsv" in made


@pytest.mark.parametrize("name", ["Tiny/vocab_en", "dictionaries/words.tsv"])
def test_wrong_checksum_in_a_folder_is_named(folder: Path, tmp_path: Path, name: str) -> None:
    good = sha256((folder / name).read_bytes())
    write(folder / name, b"moon\n")
    with pytest.raises(InputError) as caught:
        fetch(TINY, tmp_path / "tiny", Source(folder))
    assert all(part in str(caught.value) for part in (str(folder / name), good, sha256(b"moon\n")))
    assert caught.value.exit_code == 2
    assert not (tmp_path / "tiny/raw" / Path(name).name).exists()


def test_missing_file_in_a_folder_is_named(folder: Path, tmp_path: Path) -> None:
    (folder / "Tiny/vocab_cn").unlink()
    with pytest.raises(InputError, match=r"vocab_cn is missing: looked for .*Tiny/vocab_cn and .*benchmarks/Tiny"):
        fetch(TINY, tmp_path / "tiny", Source(folder))


def test_no_dictionary_is_told_and_may_come_later(
    folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "dictionaries/words.tsv").rename(folder / "aside")
    fetch(TINY, tmp_path / "tiny", Source(folder))
    assert "no dictionary: " in caplog.text
    assert str(tmp_path / "tiny/dictionary/en-zh.tsv") in caplog.text
    assert list((tmp_path / "tiny/dictionary").iterdir()) == []
    (folder / "aside").rename(folder / "words.tsv")
    fetch(TINY, tmp_path / "tiny", Source(folder))
    assert (tmp_path / "tiny/dictionary/en-zh.tsv").read_text(encoding="utf-8") == CONVERTED


def test_a_dictionary_of_the_user_stays(folder: Path, tmp_path: Path) -> None:
    users_file = tmp_path / "tiny/dictionary/en-zh.tsv"
    write(users_file, b"dog\t\xe7\x8b\x97\n")
    fetch(TINY, tmp_path / "tiny", Source(folder))
    assert users_file.read_bytes() == b"dog\t\xe7\x8b\x97\n"


# --- a second time -------------------------------------------------------------------------------------------------


def test_second_run_makes_nothing(folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    fetch(TINY, tmp_path / "tiny", Source(folder))
    before = tree(tmp_path / "tiny")
    with caplog.at_level(logging.INFO):
        fetch(TINY, tmp_path / "tiny", Source(tmp_path / "nowhere"))
    assert tree(tmp_path / "tiny") == before
    assert "nothing to do" in caplog.text


@pytest.mark.parametrize("name", ["documents.jsonl", "vocabulary/zh.txt", "raw/vocab_en", "SHA256SUMS"])
@pytest.mark.parametrize("damage", ["changed", "gone"])
def test_damaged_file_is_made_again(folder: Path, tmp_path: Path, name: str, damage: str) -> None:
    fetch(TINY, tmp_path / "tiny", Source(folder))
    before = tree(tmp_path / "tiny")
    path = tmp_path / "tiny" / name
    if damage == "gone":
        path.unlink()
    elif name == "SHA256SUMS":
        write(path, path.read_bytes().replace(b"0", b"1"))
    else:
        write(path, b"{")
    fetch(TINY, tmp_path / "tiny", Source(folder))
    assert {name: data for name, (data, _) in tree(tmp_path / "tiny").items()} == {
        name: data for name, (data, _) in before.items()
    }


def test_checksums_of_an_unchecked_data_set_hold_from_then_on(
    folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    unchecked, home = replace(TINY, sha256={}), tmp_path / "tiny"
    fetch(unchecked, home, Source(folder))
    assert "no published checksum is known" in caplog.text
    assert f"{sha256(BYTES['vocab_en'])}  raw/vocab_en\n" in (home / "SHA256SUMS").read_text(encoding="utf-8")
    (home / "raw/vocab_en").unlink()
    write(folder / "Tiny/vocab_en", b"moon\n")
    with pytest.raises(InputError, match=f"expected SHA-256 {sha256(BYTES['vocab_en'])}"):
        fetch(unchecked, home, Source(folder))


def test_unreadable_checksum_file_is_named(folder: Path, tmp_path: Path) -> None:
    write(tmp_path / "tiny/SHA256SUMS", b"abc  raw/vocab_en\n")
    with pytest.raises(InputError, match="SHA256SUMS, line 1"):
        fetch(TINY, tmp_path / "tiny", Source(folder))


# --- from a server -------------------------------------------------------------------------------------------------


def test_download_gives_what_a_folder_gives(server: Server, folder: Path, tmp_path: Path) -> None:
    fetch(TINY, tmp_path / "web", server.source())
    fetch(TINY, tmp_path / "disk", Source(folder))
    for name in ("documents.jsonl", "vocabulary/en.txt", "vocabulary/zh.txt", "dictionary/en-zh.tsv"):
        assert (tmp_path / "web" / name).read_bytes() == (tmp_path / "disk" / name).read_bytes()
    asked = server.asked.total()
    fetch(TINY, tmp_path / "web", server.source())
    assert server.asked.total() == asked == len(FILES) + 1


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (b"wrong bytes", sha256(b"wrong bytes")),
        ("short", "IncompleteRead"),
        ("hang up", "Connection"),
        ("missing", "404"),
    ],
)
def test_failed_download_leaves_nothing_of_the_file(
    server: Server, tmp_path: Path, answer: bytes | str, message: str
) -> None:
    server.answers[url("test_texts_cn.txt")] = answer
    with pytest.raises(TryAgainError) as caught:
        fetch(TINY, tmp_path / "tiny", server.source())
    assert all(part in str(caught.value) for part in (url("test_texts_cn.txt"), message, "--from"))
    assert caught.value.exit_code == 75
    raw = {path.name: path.read_bytes() for path in (tmp_path / "tiny/raw").iterdir()}
    assert raw == {name: BYTES[name] for name in raw}
    assert "test_texts_cn.txt" not in raw
    assert "train_texts_en.txt" in raw


def test_download_goes_on_where_it_broke(server: Server, tmp_path: Path) -> None:
    server.answers[url("vocab_cn")] = "short"
    with pytest.raises(TryAgainError):
        fetch(TINY, tmp_path / "tiny", server.source())
    server.answers[url("vocab_cn")] = BYTES["vocab_cn"]
    fetch(TINY, tmp_path / "tiny", server.source())
    assert server.asked[url("train_texts_en.txt")] == 1
    assert server.asked[url("vocab_cn")] == 2
    assert len(documents(tmp_path / "tiny")) == 7


def test_failed_download_is_tried_again(server: Server, tmp_path: Path) -> None:
    server.answers[url("vocab_cn")] = "hang up"
    with pytest.raises(TryAgainError):
        fetch(TINY, tmp_path / "tiny", server.source(retries=1))
    assert server.asked[url("vocab_cn")] == 2


def test_nobody_answers(tmp_path: Path) -> None:
    with pytest.raises(TryAgainError, match=r"127\.0\.0\.1:9/"):
        fetch(TINY, tmp_path / "tiny", Source(base_url="http://127.0.0.1:9", retries=0))


@pytest.mark.parametrize("answer", ["missing", "other archive"])
def test_documents_stay_where_the_server_has_no_dictionary(
    server: Server, tmp_path: Path, caplog: pytest.LogCaptureFixture, answer: str
) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as package:
        package.writestr("other.dat", WORDS)
    server.answers["/d/dict.zip"] = answer if answer == "missing" else packed.getvalue()
    fetch(TINY, tmp_path / "tiny", server.source())
    assert "no dictionary: " in caplog.text
    assert (tmp_path / "tiny/documents.jsonl").exists()


def test_damaged_archive_is_removed_and_comes_again(server: Server, tmp_path: Path) -> None:
    good = server.answers["/d/dict.zip"]
    server.answers["/d/dict.zip"] = b"not a zip file"
    with pytest.raises(TryAgainError, match=r"dict\.zip"):
        fetch(TINY, tmp_path / "tiny", server.source())
    server.answers["/d/dict.zip"] = good
    fetch(TINY, tmp_path / "tiny", server.source())
    assert (tmp_path / "tiny/dictionary/en-zh.tsv").read_text(encoding="utf-8") == CONVERTED


# --- the catalogue and the stage -----------------------------------------------------------------------------------


@pytest.mark.parametrize("dataset", DATASETS.values(), ids=lambda dataset: dataset.name)
def test_checksums_are_of_all_files_or_none(dataset: Dataset) -> None:
    assert not dataset.sha256 or sorted(dataset.sha256) == sorted(dataset.files)
    assert dataset.dictionary.lang in dataset.codes
    assert dataset.dictionary.lang != dataset.pivot


@pytest.mark.parametrize("name", ["../ecnews", "$(id)", "ecnew"])
def test_unknown_data_set(name: str) -> None:
    with pytest.raises(InputError, match="expected one of ecnews, rakuten_amazon, amazon_review"):
        find_dataset(name)


def run_stage(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "stages.fetch", *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_stage_tells_the_url_and_asks_to_try_again(tmp_path: Path) -> None:
    done = run_stage("amazon_review", "--base-url", "http://127.0.0.1:9/", cwd=tmp_path)
    assert done.returncode == TryAgainError.exit_code
    assert "http://127.0.0.1:9/BobXWu/InfoCTM/" in done.stderr
    assert "Traceback" not in done.stderr


def test_stage_makes_ec_news(tmp_path: Path) -> None:
    given = shared("benchmarks", "ECNews").parents[1]
    done = run_stage("ecnews", "--from", str(given), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "make run PRESET=ecnews" in done.stderr
    rows = documents(tmp_path / "data/ecnews")
    assert Counter((row["lang"], row["split"]) for row in rows) == {
        ("en", "train"): 37_480,
        ("en", "test"): 9_370,
        ("zh", "train"): 40_000,
        ("zh", "test"): 10_000,
    }
    words = (tmp_path / "data/ecnews/dictionary/en-zh.tsv").read_text(encoding="utf-8").splitlines()
    assert words[0] == "# english: porter"
    assert "trisomi\t21三体综合症" in words
    assert len((tmp_path / "data/ecnews/vocabulary/zh.txt").read_text(encoding="utf-8").splitlines()) == 5_000


def test_shared_rakuten_amazon_has_the_known_checksums(tmp_path: Path) -> None:
    given = shared("benchmarks", "Rakuten_Amazon").parents[1]
    fetch(DATASETS["rakuten_amazon"], tmp_path / "home", Source(given))
    assert Counter((row["lang"], row["split"]) for row in documents(tmp_path / "home")) == {
        (lang, split): count for lang in ("en", "ja") for split, count in (("train", 20_000), ("test", 5_000))
    }
    assert "from\tから" in (tmp_path / "home/dictionary/en-ja.tsv").read_text(encoding="utf-8").splitlines()
