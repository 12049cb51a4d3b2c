"""Topics from any tool: the public tool's figures, plain pair-by-pair counts, three languages, and faults."""

from __future__ import annotations

import json
import logging
from itertools import combinations, product
from math import log
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from intake_files import json_lines, write
from project import run_stage
from shared_files import shared

from pipeline.common.errors import InputError
from pipeline.evaluation.coherence import Counting
from pipeline.evaluation.scoring import files_by_language, read_tokens, read_topics, score
from stages.score import repeat_options

LANGUAGES = ("en", "zh", "ja")
TOPICS = {
    "en": ["film music actor", "market bank money"],
    "zh": ["电影 音乐 演员", "市场 银行 货币"],
    "ja": ["映画 音楽 俳優", "市場 銀行 お金"],
}
LINES = {
    "en": ["film and film music", "the bank has money", "", "a market", "film actor", "money"],
    "zh": ["电影 和 音乐", "银行 有 钱", "银行", "市场", "电影 演员 电影", "货币 市场"],
    "ja": ["映画 と 音楽", "お金 銀行", "市場", "", "映画 俳優", "お金 お金 市場"],
}


def lines_file(path: Path, lines: list[str]) -> Path:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def named(folder: Path, stem: str, contents: dict[str, list[str]]) -> list[str]:
    """A text file for each language, as the command line names them."""
    return [f"{lang}={lines_file(folder / f'{stem}_{lang}.txt', lines)}" for lang, lines in contents.items()]


def run_score(folder: Path, *arguments: object) -> dict[str, Any]:
    """What the command writes; what it shows must hold the mean TU."""
    done = run_stage(folder, "score", *map(str, arguments), "--output", "metrics.json")
    assert done.returncode == 0, done.stderr
    scores = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    assert f"{scores['tu']:.5f}" in done.stdout
    return scores


def refused(folder: Path, *arguments: object) -> str:
    done = run_stage(folder, "score", *map(str, arguments))
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def naive_npmi(first: str, second: str, a: list[list[str]], b: list[list[str]], counting: Counting) -> float:
    """One pair of words, document after document."""
    documents = len(a)
    both = sum(first in left and second in right for left, right in zip(a, b, strict=True)) / documents
    if not both or both == 1:
        return both
    times = (lambda word, side: sum(d.count(word) for d in side)) if counting == "toolkit" else _held
    return log(both / (times(first, a) / documents * times(second, b) / documents)) / -log(both)


def _held(word: str, side: list[list[str]]) -> int:
    return sum(word in document for document in side)


@pytest.mark.parametrize("counting", ["toolkit", "document"])
def test_three_languages_equal_a_count_pair_by_pair(tmp_path: Path, counting: Counting) -> None:
    arguments = ("--topics", *named(tmp_path, "topics", TOPICS), "--reference", *named(tmp_path, "ref", LINES))
    scores = run_score(tmp_path, *arguments, "--words", 3, "--counting", counting)
    docs = {lang: [line.split() for line in lines] for lang, lines in LINES.items()}
    topics = {lang: [line.split() for line in lines] for lang, lines in TOPICS.items()}
    pairs = {}
    for a, b in combinations(LANGUAGES, 2):
        every = [pair for k in range(2) for pair in product(topics[a][k], topics[b][k])]
        pairs[f"{a}-{b}"] = np.mean([naive_npmi(x, y, docs[a], docs[b], counting) for x, y in every])
        assert scores["pairs"][f"{a}-{b}"] == {"cnpmi": pytest.approx(pairs[f"{a}-{b}"], abs=1e-12), "documents": 6}
    assert scores["cnpmi"] == pytest.approx(np.mean(list(pairs.values())), abs=1e-12)
    assert scores["cnpmi"] > 0.1
    for lang in LANGUAGES:
        within = [pair for k in range(2) for pair in combinations(topics[lang][k], 2)]
        expected = np.mean([naive_npmi(x, y, docs[lang], docs[lang], counting) for x, y in within])
        assert scores["languages"][lang]["npmi"] == pytest.approx(expected, abs=1e-12)
    assert (scores["tu"], scores["tq"]) == (1, pytest.approx(scores["cnpmi"]))
    assert (scores["topics"], scores["words"], scores["counting"]) == (2, 3, counting)


def test_parity_with_the_public_tool(tmp_path: Path) -> None:
    files = {
        name: [f"{lang}={shared('parity', 'cnpmi', f'{name}_{lang}.txt')}" for lang in ("en", "zh")]
        for name in ("topics", "ref")
    }
    scores = run_score(tmp_path, "--topics", *files["topics"], "--reference", *files["ref"])
    assert scores["cnpmi"] == pytest.approx(0.06029, abs=5e-6)
    assert scores["languages"]["en"]["tu"] == pytest.approx(0.70000, abs=5e-6)
    assert scores["languages"]["zh"]["tu"] == pytest.approx(0.68800, abs=5e-6)


def test_the_forms_of_a_pretokenised_reference_give_the_same_figures(tmp_path: Path) -> None:
    topics = ("--words", 2, "--topics", *named(tmp_path, "topics", TOPICS))
    full = {lang: [line or "…" for line in lines] for lang, lines in LINES.items()}  # an empty cell is no document
    rows = [{"pair": k} | {lang: full[lang][k] for lang in LANGUAGES} for k in range(6)]
    wide = write(tmp_path / "wide.jsonl", rows)
    long = [{"pair": row["pair"], "lang": lang, "text": row[lang]} for row in rows for lang in LANGUAGES]
    plain = run_score(tmp_path, *topics, "--reference", *named(tmp_path, "ref", full))
    assert run_score(tmp_path, *topics, "--reference", wide, "--pretokenised") == plain
    assert run_score(tmp_path, *topics, "--pretokenised", "--reference", write(tmp_path / "l.jsonl", long)) == plain


def test_documents_are_cut_by_the_tokenisers(tmp_path: Path) -> None:
    rows = [
        {"pair": "a", "en": "The Film, and its music!", "zh": "他喜欢电影和音乐。"},
        {"pair": "b", "en": "Money in the bank", "zh": "银行里有很多货币"},
        {"pair": "c", "en": "Nothing", "zh": "没有"},
    ]
    topics = {"en": ["film music", "money bank"], "zh": ["电影 音乐", "货币 银行"]}
    reference = write(tmp_path / "ref.jsonl", rows)
    arguments = ("--words", 2, "--topics", *named(tmp_path, "t", topics), "--reference", reference)
    scores = run_score(tmp_path, *arguments)
    assert scores["cnpmi"] == pytest.approx(1)
    assert [figures["unknown_words"] for figures in scores["languages"].values()] == [0, 0]
    assert "zh: none of 4 words" in refused(tmp_path, *arguments, "--pretokenised")


def test_one_language_has_npmi_and_no_cnpmi(tmp_path: Path) -> None:
    topics = ("--words", 3, "--topics", *named(tmp_path, "topics", {"en": TOPICS["en"]}))
    scores = run_score(tmp_path, *topics, "--reference", f"en={lines_file(tmp_path / 'r.txt', LINES['en'])}")
    assert (scores["cnpmi"], scores["tq"], scores["pairs"]) == (None, None, {})
    assert scores["npmi"] > 0
    filled = [line for line in LINES["en"] if line]
    rows = [{"lang": "en", "text": line} for line in filled]
    same = run_score(tmp_path, *topics, "--reference", f"en={lines_file(tmp_path / 'r.txt', filled)}")
    assert run_score(tmp_path, *topics, "--reference", write(tmp_path / "r.jsonl", rows)) == same


def test_either_spelling_of_the_options(tmp_path: Path) -> None:
    topics, reference = named(tmp_path, "topics", TOPICS), named(tmp_path, "ref", LINES)
    short = run_score(tmp_path, "--topics", *topics, "--words", 3, "--reference", *reference)
    each = [part for value in topics for part in ("--topics", value)]
    each += [f"--reference={value}" for value in reference]
    assert run_score(tmp_path, *each, "--words", 3) == short
    assert list(repeat_options(["--a=1", "2", "--b", "3", "4", "--a", "5", "6"], ["--a"])) == [
        "--a=1", "--a", "2", "--b", "3", "4", "--a", "5", "--a", "6",
    ]  # fmt: skip


def test_words_that_the_reference_lacks_are_counted_told_and_zero(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    tokens = read_tokens(named(tmp_path, "ref", LINES), LANGUAGES, pretokenised=True)
    topics = {lang: [line.split() for line in lines] for lang, lines in TOPICS.items()}
    before = score(topics, tokens)
    topics["en"] = [["film", "music", "Actor"], topics["en"][1]]
    with caplog.at_level(logging.WARNING):
        after = score(topics, tokens)
    assert "en: not in the reference, so that their pairs count as 0: 1 of 6 words: Actor" in caplog.text
    counted = {lang: figures["unknown_words"] for lang, figures in after["languages"].items()}
    assert counted == {"en": 1, "zh": 0, "ja": 0}
    assert 0 < after["cnpmi"] < before["cnpmi"]


def test_a_word_listed_twice_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = lines_file(tmp_path / "t.txt", ["a b a", "c d c"])
    with caplog.at_level(logging.WARNING):
        assert read_topics({"en": path}, 3) == {"en": [["a", "b", "a"], ["c", "d", "c"]]}
        assert "t.txt, line 2: these words occur more than once: c" in caplog.text
        caplog.clear()
        read_topics({"en": path}, 2)
    assert not caplog.text


def test_topic_files_may_have_a_byte_order_mark_other_line_ends_and_blank_lines_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "t.txt"
    path.write_bytes(b"\xef\xbb\xbfa\tb\r\n c  d \r\n\r\n\r\n")
    assert read_topics({"en": path}, 2) == {"en": [["a", "b"], ["c", "d"]]}


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["电影 音乐 演员"], r"topics: .*t_en.txt 2, .*t_zh.txt 1"),
        (
            ["电影 音乐 演员", "市场 银行"],
            r"t_zh.txt, line 2: found 2 words, but 3 of each .* separated by blanks",
        ),
        (["电影 音乐 演员", "", "市场 银行 货币"], r"t_en.txt 2, .*t_zh.txt 3"),
        (["", "市场 银行 货币"], r"t_zh.txt, line 1: found 0 words"),
        ([], r"t_zh.txt is empty"),
    ],
)
def test_topic_files_that_do_not_fit(tmp_path: Path, lines: list[str], message: str) -> None:
    files = files_by_language("--topics", named(tmp_path, "t", {"en": TOPICS["en"], "zh": lines}))
    with pytest.raises(InputError, match=message):
        read_topics(files, 3)


def test_a_topic_file_that_is_missing_or_not_utf_8(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere.txt cannot be read: No such file"):
        read_topics({"en": tmp_path / "nowhere.txt"}, 3)
    (tmp_path / "latin.txt").write_bytes("caf\xe9 b".encode("latin-1"))
    with pytest.raises(InputError, match=r"latin.txt, line 1: not UTF-8 \(byte 3 of"):
        read_topics({"fr": tmp_path / "latin.txt"}, 2)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (["a.txt"], "--topics a.txt: expected a language and its file"),
        (["en="], "--topics en=: expected a language and its file"),
        (["cn=a.txt"], "`cn` is no language code.* Did you mean `zh`"),
        (["en=a.txt", "en=b.txt"], "`en` is given twice, with a.txt and with b.txt"),
    ],
)
def test_what_is_not_a_language_and_its_file(values: list[str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        files_by_language("--topics", values)


def test_references_that_do_not_fit(tmp_path: Path) -> None:
    def fault(*values: object, languages: tuple[str, ...] = LANGUAGES) -> str:
        with pytest.raises(InputError) as error:
            read_tokens([str(value) for value in values], languages, pretokenised=True)
        return str(error.value)

    ref = named(tmp_path, "ref", LINES)
    assert "ref.jsonl does not exist" in fault(tmp_path / "ref.jsonl")
    assert "ref_en.txt: no `pair` holds two of the languages" in fault(tmp_path / "ref_en.txt")
    assert "aligned texts were found in: en, zh. Missing: ja" in fault(*ref[:2])
    assert "there are no topics in ja; the topics are in en, zh" in fault(*ref, languages=("en", "zh"))
    assert "`cn` is no language code" in fault(ref[0].replace("en=", "cn="))
    rows = [{"pair": k, "en": "a", "zh": "b"} for k in range(2)]
    assert "r.jsonl: aligned texts were found in: en, zh. Missing: ja" in fault(write(tmp_path / "r.jsonl", rows))
    unknown = json_lines([{"pair": 1, "lang": "xx", "text": "a"}, {"pair": 1, "lang": "en", "text": "a"}])
    assert "x.jsonl:1: `xx` is no language code" in fault(write(tmp_path / "x.jsonl", unknown))
    lines_file(tmp_path / "ref_ja.txt", LINES["ja"][:-1])
    message = fault(*ref)
    assert "reference: all files must have the same number of lines" in message
    assert "ref_zh.txt 6" in message
    assert "ref_ja.txt 5" in message


def test_the_command_explains_faults_without_a_trace(tmp_path: Path) -> None:
    topics, ref = named(tmp_path, "t", TOPICS), named(tmp_path, "ref", LINES)
    message = refused(tmp_path, "--topics", *topics, "--reference", *ref)
    assert "t_en.txt, line 1: found 3 words, but 15 of each topic are needed" in message
    assert "nowhere.txt cannot be read" in refused(tmp_path, "--topics", "en=nowhere.txt", "--reference", *ref)
    refused(tmp_path, "--topics", *topics, "--reference", *ref, "--words", 1)
    refused(tmp_path, "--topics", *topics)
    assert not (tmp_path / "metrics.json").exists()
