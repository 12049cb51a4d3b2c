"""Files that people write, parameters, dictionaries and lists of words: read as they are meant, or refused by name."""

from __future__ import annotations

import io
import itertools
from pathlib import Path
from typing import Any

import pytest
from fuzzing import fuzzed
from hypothesis import strategies as st
from intake_files import write
from odd_files import CHARACTERS, TEXTS
from ruamel.yaml import YAML

from pipeline.bow.vocabulary import read_vocabulary
from pipeline.common.errors import PipelineError
from pipeline.config.parameters import TOP, Params
from pipeline.config.sections import SECTIONS, check_parameters, check_paths
from pipeline.languages.spelling import word_form
from pipeline.lexicon.dictionary import read_dictionary
from pipeline.tokens.stop_words import read_stop_words

ROOT = Path(__file__).resolve().parents[2]
_numbers = itertools.count()
VALUES = st.recursive(
    st.sampled_from((None, True, 0, -1, 0.5, float("nan"), float("inf"), 10**400, "auto", "data/none", "en", "", "\0"))
    | st.integers()
    | st.text(CHARACTERS, max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3) | st.integers(), inner, max_size=3),
    max_leaves=4,
)
COMMITTED = YAML(typ="safe").load(ROOT / "params.yaml")
KEYS = st.sampled_from([(name,) for name in TOP] + [(name,) for name in SECTIONS] + [
    (section, name) for section, kind in SECTIONS.items() for name in kind.model_fields
])  # fmt: skip
WORDS = st.text(st.characters(categories=["Ll", "Lo", "Lu", "Nd"]), min_size=1, max_size=6)
ENDS = st.sampled_from(("\n", "\r\n", "\r"))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("lists")


def checked(path: Path) -> str:
    """What is wrong with a file of parameters; empty if all are right."""
    try:
        params = Params(path)
        check_parameters(params)
        check_paths(params)
    except PipelineError as error:
        assert path.name in str(error)
        assert error.exit_code == 2
        return str(error)
    return ""


@fuzzed(20, keys=st.lists(st.tuples(KEYS, VALUES), min_size=1, max_size=3))
def test_any_values_of_parameters_are_right_or_refused(
    home: Path, keys: list[tuple[tuple[str, ...], Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    values = YAML(typ="safe").load(ROOT / "params.yaml")
    for (*section, name), value in keys:
        block = values.setdefault(section[0], {}) if section else values
        if isinstance(block, dict):
            block[name] = value
    text = io.StringIO()
    YAML(typ="safe").dump(values, text)
    path = write(home / str(next(_numbers)) / "params.yaml", text.getvalue().encode("utf-8", "replace"))
    assert checked(path) == checked(path)


@fuzzed(25, content=st.binary(max_size=60) | TEXTS.map(str.encode), is_whole=st.booleans())
def test_any_bytes_of_parameters_are_right_or_refused(
    home: Path, content: bytes, is_whole: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    whole = b"" if is_whole else (ROOT / "params.yaml").read_bytes()
    checked(write(home / str(next(_numbers)) / "params.yaml", whole + content))


@fuzzed(
    40, pairs=st.lists(st.tuples(WORDS, WORDS), max_size=5), gap=st.sampled_from("\t "), end=ENDS, mark=st.booleans()
)
def test_dictionaries_are_read_as_written(
    home: Path, pairs: list[tuple[str, str]], gap: str, end: str, mark: bool
) -> None:
    folder = home / str(next(_numbers))
    text = "\ufeff" * mark + "".join(f"{first}{gap}{second}{end}" for first, second in pairs)
    write(folder / "en-zh.tsv", text.encode())
    entries = read_dictionary(folder, "en", "zh")[0]
    assert set(pairs) <= set(entries)
    assert {(first.lower(), second.lower()) for first, second in pairs} >= set(entries) - set(pairs)


@fuzzed(40, words=st.lists(WORDS, min_size=1, max_size=5, unique=True), end=ENDS, mark=st.booleans())
def test_lists_of_words_are_read_as_written(home: Path, words: list[str], end: str, mark: bool) -> None:
    text = "\ufeff" * mark + "".join(word + end for word in words)
    path = write(home / str(next(_numbers)) / "en.txt", text.encode())
    assert read_vocabulary(path) == words
    assert read_stop_words(path, "en") == {word_form(word, "en") for word in words} - {""}


@fuzzed(40, content=st.binary(max_size=60) | TEXTS.map(str.encode))
def test_any_bytes_of_lists_are_read_or_refused(home: Path, content: bytes) -> None:
    folder = home / str(next(_numbers))
    for name, read in (
        ("en.txt", lambda path: read_stop_words(path, "en")),
        ("zh.txt", read_vocabulary),
        ("en-zh.tsv", lambda path: read_dictionary(path.parent, "en", "zh")),
    ):
        path = write(folder / name, content)
        try:
            read(path)
        except PipelineError as error:
            assert name in str(error)
