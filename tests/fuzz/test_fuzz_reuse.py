"""The trained model in use: any argument is answered or refused, any file keeps its rows, no damage goes unnoticed."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from fuzzing import fuzzed
from hypothesis import strategies as st
from intake_files import write
from odd_files import EDITS, FORMATS, TEXTS, can_hold, damaged, written
from report_files import LANGUAGES
from small_model import write_small_model

import pipeline
from pipeline.common.errors import InputError, PipelineError
from pipeline.common.parquet_files import read_parquet
from pipeline.reuse.inference import Inference
from pipeline.reuse.new_documents import read_new_documents
from pipeline.run.finished import FinishedRun

TEXT = "enword3 enword5 enword3"
ANY_TEXT = TEXTS | st.text(st.characters(), max_size=5) | st.just(TEXT)
ANYTHING = st.recursive(
    st.sampled_from((None, True, 0, -1, 3, 0.5, float("nan"), b"bytes", "en", "English", "xx", "", "\ud800", object()))
    | st.dates()
    | st.text(st.characters(), max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.tuples(inner) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=4,
)
_numbers = itertools.count()


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_model(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def topics(model: Path) -> pipeline.Topics:
    return pipeline.load(model)


def answered(ask: Callable[[], Any]) -> Any:  # noqa: ANN401 - a table or a mapping
    """The answer, or None where the question is refused with a message."""
    try:
        return ask()
    except PipelineError as error:
        assert str(error)
        return None


def is_text(value: object) -> bool:
    return isinstance(value, str) and not any("\ud800" <= character <= "\udfff" for character in value)


@fuzzed(30, texts=st.lists(ANY_TEXT | ANYTHING, max_size=4), lang=st.sampled_from(LANGUAGES))
def test_texts_have_theta_or_the_wrong_one_is_named(topics: pipeline.Topics, texts: list[Any], lang: str) -> None:
    wrong = [number for number, text in enumerate(texts, start=1) if not is_text(text)]
    if wrong:
        with pytest.raises(InputError, match=rf"text {wrong[0]} of {len(texts)} "):
            topics.infer(texts, lang)
        return
    table = topics.infer(texts, lang)
    assert table["id"].to_list() == [str(number) for number in range(1, len(texts) + 1)]
    for number, text in enumerate(texts):
        alone = topics.infer(text, lang)
        assert alone["words"][0] == table["words"][number]
        assert alone["theta"].null_count() == table["theta"][number : number + 1].null_count()


@fuzzed(40, first=ANYTHING, lang=ANYTHING, other=ANYTHING, count=ANYTHING)
def test_any_argument_is_answered_or_refused(
    topics: pipeline.Topics,
    first: object,
    lang: object,
    other: object,
    count: object,
) -> None:
    answered(lambda: topics.infer(first, lang))
    answered(lambda: topics.infer(first, "en"))
    answered(lambda: topics.infer(TEXT, lang))
    answered(lambda: pipeline.load(first))
    answered(lambda: topics.topic_data(lang))
    for found in (
        answered(lambda: topics.similar(TEXT, "en", count=count)),
        answered(lambda: topics.similar(first, lang, to=other, count=count)),
        answered(lambda: topics.similar(TEXT, "en", to=other)),
        answered(lambda: topics.topics(words=count)),
    ):
        assert found is None or found.height > 0
    assert answered(lambda: topics.similar([TEXT, TEXT], "en")) is None


@fuzzed(15, name=st.sampled_from(FORMATS), odd=st.lists(TEXTS, max_size=3), langs=st.lists(ANYTHING, max_size=3))
def test_every_row_of_a_file_is_inferred_or_listed(model: Path, name: str, odd: list[str], langs: list[Any]) -> None:
    odd = [text for text in odd if can_hold(name, text)]
    names = [lang for lang in map(str, langs) if is_text(lang) and can_hold(name, lang)]
    rows = [{"id": "first", "lang": "en", "text": TEXT}]
    rows += [{"id": f"{i}", "lang": "ja", "text": text} for i, text in enumerate(odd)]
    rows += [{"id": f"l{i}", "lang": lang, "text": TEXT} for i, lang in enumerate(names)]
    run = FinishedRun.open(model)
    path = write(model.parent / str(next(_numbers)) / name, written(name, rows))
    chunks = list(read_new_documents(path, run.languages, size=3))
    assert sum(chunk.documents.height + chunk.rejects.height for chunk in chunks) == len(rows)
    inference = Inference(run)
    for chunk in chunks:
        assert inference.table(chunk.documents)["id"].equals(chunk.documents["id"])


@fuzzed(15, name=st.sampled_from(FORMATS), edits=EDITS)
def test_a_damaged_file_of_new_documents_is_read_or_refused(
    model: Path, name: str, edits: list[tuple[float, int, bytes]]
) -> None:
    rows = [{"id": str(i), "lang": "en", "text": TEXT} for i in range(4)]
    path = write(model.parent / str(next(_numbers)) / name, damaged(written(name, rows), edits))
    try:
        list(read_new_documents(path, LANGUAGES))
    except PipelineError as error:
        assert name in str(error)


@fuzzed(30, which=st.integers(0, 10**6), edits=EDITS)
def test_a_damaged_model_is_refused_or_the_same(
    model: Path, topics: pipeline.Topics, which: int, edits: list[tuple[float, int, bytes]]
) -> None:
    home = model.parents[1]
    files = sorted(path for path in (*model.rglob("*"), *(home / "data/run/records").iterdir()) if path.is_file())
    chosen = files[which % len(files)]
    copy = home.parent / f"damaged{next(_numbers)}"
    shutil.copytree(home, copy, ignore=lambda folder, names: [name for name in names if name.isdigit()])
    changed = copy / chosen.relative_to(home)
    changed.write_bytes(damaged(chosen.read_bytes(), edits))
    try:
        found = pipeline.load(copy / model.relative_to(home))
        table, words = found.infer([TEXT, "zhword1 " * 100], "en"), found.topics()
    except PipelineError as error:
        assert chosen.name in str(error) or chosen.stem in str(error)
    else:
        assert table.equals(topics.infer([TEXT, "zhword1 " * 100], "en"))
        assert words.equals(topics.topics())
    finally:
        shutil.rmtree(copy)


@fuzzed(15, edits=EDITS)
def test_a_damaged_table_is_refused_or_the_same(model: Path, edits: list[tuple[float, int, bytes]]) -> None:
    path = model.parents[1] / "data/run/theta.parquet"
    changed = write(model.parent / str(next(_numbers)) / "theta.parquet", damaged(path.read_bytes(), edits))
    try:
        assert isinstance(read_parquet(changed), pl.DataFrame)
    except PipelineError as error:
        assert str(changed) in str(error)


@pytest.mark.parametrize(
    ("texts", "lang", "message"),
    [
        (["x", None, "y"], "en", "text 2 of 3 is None; expected a string."),
        (["x", float("nan")], "en", "text 2 of 2 is nan (float); expected a string."),
        (["\ud800x"], "en", "text 1 of 1 has half a surrogate pair ('\\ud800') at character 1"),
        (None, "en", "the texts are None; expected a string or a list of strings."),
        (b"x", "en", "the texts are b'x' (bytes); expected"),
        ("x", None, "the model does not know the language None; it knows en, zh, ja"),
    ],
)
def test_what_is_wrong_is_told(topics: pipeline.Topics, texts: object, lang: object, message: str) -> None:
    with pytest.raises(InputError) as error:
        topics.infer(texts, lang)  # type: ignore[arg-type]
    assert message in str(error.value)


def test_similar_takes_one_text(topics: pipeline.Topics) -> None:
    with pytest.raises(InputError, match=r"similar: the text is \['a', 'b'\] \(list\); expected a string"):
        topics.similar(["a", "b"], "en")  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"count is 0 \(int\); expected a whole number from 1"):
        topics.similar(TEXT, "en", count=0)
