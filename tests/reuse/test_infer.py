"""Theta for new documents: the same as in training, whatever the file, and rows in = rows out + rejected."""

from __future__ import annotations

import csv
import logging
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import torch
from intake_files import json_lines, table, write
from scipy.sparse import csr_array

from pipeline.common.errors import InputError, MissingResourceError
from pipeline.common.json_files import read_json, write_json
from pipeline.models.model_config import read_model_config, write_model_config
from pipeline.models.model_folder import load_model, save_model
from pipeline.models.theta_and_beta import theta_scores
from pipeline.models.topic_model import LanguageCorpus
from pipeline.models.xtra import Xtra, XtraParams
from pipeline.reuse.inference import Inference
from pipeline.reuse.new_documents import read_new_documents
from pipeline.reuse.output import Rejects, check_outputs
from pipeline.run.finished import FinishedRun
from pipeline.run.layout import LAYOUT
from pipeline.run.record import write_record
from pipeline.tables.catalogue import REJECTS, THETA, VOCABULARY
from pipeline.training.loop import train
from pipeline.training.train_params import TrainParams

REPOSITORY = Path(__file__).resolve().parents[2]
WORDS = {
    "en": ["film", "market", "moon", "music"],
    "zh": ["电影", "音乐", "经济", "足球"],
    "ja": ["映画", "音楽", "経済"],
}
TEXTS = [
    {"id": "j1", "lang": "ja", "text": "音楽と映画、そして映画。"},
    {"id": "e1", "lang": "en", "text": "Music of the film; a film about the moon"},
    {"id": "z1", "lang": "zh", "text": "他喜欢电影和音乐，也喜欢足球。"},
    {"id": "e2", "lang": "en", "text": "Nothing that anybody here has heard of"},
    {"id": "e0", "lang": "en", "text": "the market"},
]

EARLIER = b"file,row,id,lang,reason\nold.jsonl,3,x,en,no text\n"  # a list of rejects


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model trained for two epochs on bags drawn at random."""
    home = tmp_path_factory.mktemp("infer")
    sizes = {lang: len(words) for lang, words in WORDS.items()}
    torch.manual_seed(0)
    model = Xtra(sizes, 5, 6, XtraParams(theta="words", shared=8, hidden=8, semantic=4))
    rng = np.random.default_rng(0)
    corpus = {
        lang: LanguageCorpus(
            csr_array(rng.integers(0, 3, (20, size)).astype(np.int32)),
            rng.normal(size=(20, 6)).astype(np.float32),
            rng.integers(0, 5, 20),
        )
        for lang, size in sizes.items()
    }
    model.start_from(corpus)
    train(model, corpus, TrainParams(num_topics=5, epochs=2, batch_size=10, device="cpu"), home / "checkpoints")
    rows = [(lang, term, word) for lang, words in WORDS.items() for term, word in enumerate(words)]
    vocabulary = pl.DataFrame(rows, schema={"lang": pl.String, "term": pl.UInt32, "word": pl.String}, orient="row")
    save_model(home / "run", "xtra", model, vocabulary, {})
    return home / "run"


@pytest.fixture(scope="module")
def run(folder: Path) -> FinishedRun:
    return FinishedRun.open(folder)


def with_tokenise(run: FinishedRun, **rules: object) -> FinishedRun:
    """The same model in another folder, as if its texts had been tokenised by other rules."""
    model = run.layout.model
    other = model.with_name(f"{model.name}-{len(list(model.parent.iterdir()))}")
    shutil.copytree(model, other)
    write_model_config(read_model_config(other) | {"tokenise": rules}, other)
    return FinishedRun.open(other)


def read(path: Path, **options: Any) -> tuple[pl.DataFrame, pl.DataFrame]:  # noqa: ANN401 - form, lang and size
    """All documents and all rejects."""
    documents, rejects = zip(*read_new_documents(path, list(WORDS), **options), strict=True)
    return pl.concat(documents), pl.concat(rejects)


def infer(run: FinishedRun, path: Path) -> pl.DataFrame:
    return Inference(run).table(read(path)[0])


def refused(path: Path, **options: Any) -> str:  # noqa: ANN401 - form and lang
    with pytest.raises(InputError) as error:
        read(path, **options)
    assert error.value.exit_code == 2
    return str(error.value)


def call(*options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "stages.infer", *map(str, options)]
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    home = Path(str(options[1])).parent
    return subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, check=False)


def test_same_theta_as_the_models_own_on_the_same_bags(tmp_path: Path, run: FinishedRun) -> None:
    found = infer(run, write(tmp_path / "new.jsonl", TEXTS))
    bags = [("ja", [2, 1, 0]), ("en", [2, 0, 1, 1]), ("zh", [1, 1, 0, 1]), ("en", [0] * 4), ("en", [0, 1, 0, 0])]
    means = np.concatenate(
        [theta_scores(load_model(run.layout.model).model, lang, csr_array([bag])) for lang, bag in bags]
    )
    known = [0, 1, 2, 4]
    np.testing.assert_allclose(found["scores"].gather(known).to_numpy(), means[known], atol=1e-6)
    thetas = torch.from_numpy(means[known]).softmax(dim=1).numpy()
    np.testing.assert_allclose(found["theta"].gather(known).to_numpy(), thetas, atol=1e-6)
    assert np.unique(thetas.round(4), axis=0).shape == thetas.shape  # else the comparison would say little
    assert found["top"].gather(known).to_list() == np.argsort(-thetas, axis=1)[:, :3].tolist()
    assert found["words"].to_list() == [3, 4, 3, 0, 1]


def test_rows_stand_in_the_order_of_the_input(tmp_path: Path, run: FinishedRun) -> None:
    found = infer(run, write(tmp_path / "new.jsonl", TEXTS))
    assert found["id"].to_list() == [row["id"] for row in TEXTS]
    assert found["lang"].to_list() == [row["lang"] for row in TEXTS]
    assert found.schema == {
        "id": pl.String,
        "lang": pl.String,
        "theta": pl.Array(pl.Float32, 5),
        "scores": pl.Array(pl.Float32, 5),
        "words": pl.UInt32,
        "top": pl.List(pl.UInt32),
        "top_words": pl.List(pl.List(pl.String)),
        "note": pl.String,
    }


def test_the_largest_topics_first_words_are_in_the_documents_language(tmp_path: Path, run: FinishedRun) -> None:
    for lang, top, words in infer(run, write(tmp_path / "new.jsonl", TEXTS)).select("lang", "top", "top_words").rows():
        scores = load_model(run.layout.model).model.word_scores(lang).detach().numpy()
        best = [[WORDS[lang][word] for word in np.argsort(-scores[topic])[:5]] for topic in top or []]
        assert (words or []) == best


def test_a_document_without_known_words_has_no_theta(tmp_path: Path, run: FinishedRun) -> None:
    found = infer(run, write(tmp_path / "new.jsonl", TEXTS))
    nothing = ("e2", "en", None, None, 0, None, None, "no word of the vocabulary")
    assert found.row(3) == nothing
    assert found.select(pl.exclude("id", "lang", "words").is_null().sum()).row(0) == (1, 1, 1, 1, 4)
    alone = infer(run, write(tmp_path / "alone.jsonl", [TEXTS[3]]))
    assert alone.row(0) == nothing
    assert alone.schema == found.schema


@pytest.mark.parametrize("lang", list(WORDS))
def test_a_file_of_one_language_gives_the_same(tmp_path: Path, run: FinishedRun, lang: str) -> None:
    everything = infer(run, write(tmp_path / "new.jsonl", TEXTS)).filter(pl.col("lang") == lang)
    alone = infer(run, write(tmp_path / "one.jsonl", [row for row in TEXTS if row["lang"] == lang]))
    assert alone.drop("theta", "scores").equals(everything.drop("theta", "scores"))
    known = alone["theta"].is_not_null()
    np.testing.assert_allclose(
        alone["theta"].filter(known).to_numpy(), everything["theta"].filter(known).to_numpy(), atol=1e-6
    )


@pytest.mark.parametrize(("name", "delimiter"), [("new.csv", ","), ("new.tsv", "\t")])
def test_tables_equal_json_lines(tmp_path: Path, run: FinishedRun, name: str, delimiter: str) -> None:
    found = infer(run, write(tmp_path / name, table(TEXTS, delimiter)))
    assert found.equals(infer(run, write(tmp_path / "new.jsonl", TEXTS)))


def test_id_is_optional(tmp_path: Path, run: FinishedRun) -> None:
    found = infer(run, write(tmp_path / "new.jsonl", [{"lang": "en", "text": "film"}, {"lang": "en", "text": "moon"}]))
    assert found["id"].to_list() == ["new:1", "new:2"]


@pytest.mark.parametrize("more", [{"split": "dev"}, {"label": ["x"]}, {"pair": {}}, {"date": 1.0}, {"group": False}])
def test_other_columns_are_passed_over(tmp_path: Path, more: dict[str, Any]) -> None:
    rows = [*TEXTS, TEXTS[0] | more]  # the second j1 is the same document all the same
    documents, rejects = read(write(tmp_path / "new.jsonl", rows))
    assert documents.columns == ["id", "lang", "text"]
    assert documents["id"].to_list() == ["j1", "e1", "z1", "e2", "e0"]
    assert rejects["reason"].to_list() == ["duplicate: same as new.jsonl:1"]


def test_one_language_a_column_is_read_and_named_as_in_training(tmp_path: Path) -> None:
    rows = [{"pair": "a", "split": "dev", "en": "film", "ja": "映画"}, {"id": 7, "en": "moon", "ja": None}]
    documents, rejects = read(write(tmp_path / "new.jsonl", rows))
    assert documents.rows() == [("a:en", "en", "film"), ("a:ja", "ja", "映画"), ("7:en", "en", "moon")]
    assert rejects.is_empty()


def test_a_language_that_the_model_does_not_know(tmp_path: Path) -> None:
    rows = [*TEXTS, {"lang": "de", "text": ""}, {"lang": "fr", "text": "a"}, {"lang": "de", "text": "b"}]
    documents, rejects = read(write(tmp_path / "new.jsonl", [*rows, {"lang": "cn", "text": "电影"}]))
    assert documents.height == len(TEXTS)
    reason = "unknown language: `{}`; the model knows en, zh, ja"
    assert rejects.select("row", "lang", "reason").rows() == [
        (6, "de", "no text: empty after normalisation"),
        *((row, lang, reason.format(lang)) for row, lang in ((7, "fr"), (8, "de"), (9, "cn"))),
    ]
    message = refused(write(tmp_path / "others.jsonl", rows[len(TEXTS) :]))
    assert "others.jsonl: no document is left. The model knows en, zh, ja; found `de` (1 row), `fr` (1 row)." in message


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (
            [{"lang": "cn", "text": "电影"}],
            "new.jsonl: no document is left. The model knows en, zh, ja; found `cn` (1 row)",
        ),
        ([{"lang": "en", "txt": "film"}], "missing columns: text."),
        ([{"lang": "en", "text": ""}], "it has 1 row, and none can be used"),
        ([TEXTS[0], TEXTS[1] | {"id": "j1"}], "1 id for different documents"),
    ],
)
def test_bad_input_stops(tmp_path: Path, rows: list[dict[str, Any]], words: str) -> None:
    assert words in refused(write(tmp_path / "new.jsonl", rows))


def test_every_row_is_a_document_or_listed_as_rejected(tmp_path: Path) -> None:
    content = json_lines(TEXTS) + b'{"lang": "en", "text": "\xff"}\n{\n' + json_lines([{"lang": "en"}, {"text": "?"}])
    documents, rejects = read(write(tmp_path / "new.jsonl", content))
    assert documents.height == len(TEXTS)
    assert rejects.columns == list(REJECTS.columns)
    assert [(row, reason.partition(":")[0]) for row, reason in rejects.select("row", "reason").iter_rows()] == [
        (6, "invalid UTF-8"), (7, "invalid JSON"), (8, "no text"), (9, "language unclear"),
    ]  # fmt: skip


def test_rejects_are_logged_and_written_inert(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    ids = ["=1+1", "+1", "-1", "@a", "a=b", 'say "hi"', *map(str, range(10, 16))]
    rejects = pl.DataFrame({"file": "-new.csv", "row": range(1, 13), "id": ids, "lang": None, "reason": "no lang"})
    path = tmp_path / "theta.rejects.csv"
    with caplog.at_level(logging.WARNING), Rejects(path) as rejected:
        for part in rejects.cast({"lang": pl.String}).iter_slices(7):
            rejected.add(part)
        assert not path.exists()
    rejected.log_summary()
    messages = [record.getMessage() for record in caplog.records]
    assert messages[0] == "rejected -new.csv:1: no lang"
    assert len(messages) == 11
    assert messages[-1] == f"rejected rows: 12; all are listed in {path}"
    with path.open(encoding="utf-8", newline="") as file:
        written = list(csv.DictReader(file))
    assert [row["id"] for row in written[:6]] == ["'=1+1", "'+1", "'-1", "'@a", "a=b", 'say "hi"']
    assert written[0] == {"file": "'-new.csv", "row": "1", "id": "'=1+1", "lang": "", "reason": "no lang"}
    assert len(written) == 12


def test_without_rejects_there_is_no_file_of_them(tmp_path: Path) -> None:
    path = write(tmp_path / "theta.rejects.csv", EARLIER)
    with Rejects(path) as rejects:
        rejects.add(REJECTS.empty())
    assert not path.exists()


def test_pretokenised_texts_stay_as_they_are_and_the_log_says_so(
    tmp_path: Path, run: FinishedRun, caplog: pytest.LogCaptureFixture
) -> None:
    path = write(
        tmp_path / "new.jsonl", [{"lang": "zh", "text": "电影 足球 电影音乐"}, {"lang": "en", "text": "film,"}]
    )
    with caplog.at_level(logging.INFO):
        assert infer(run, path)["words"].to_list() == [4, 1]
        assert "pretokenised" not in caplog.text
        assert infer(with_tokenise(run, pretokenised=True), path)["words"].to_list() == [2, 0]
    assert "the model was trained on pretokenised texts" in caplog.text


def test_the_runs_tokeniser_parameters_are_used(tmp_path: Path, run: FinishedRun) -> None:
    traditional = write(tmp_path / "new.jsonl", [{"lang": "zh", "text": "電影"}])
    assert infer(run, traditional)["words"].to_list() == [0]
    assert infer(with_tokenise(run, zh={"script": "simplified"}), traditional)["words"].to_list() == [1]
    with pytest.raises(InputError, match="`tokenise` cannot be used"):
        infer(with_tokenise(run, zh={"script": "cursive"}), traditional)


def test_stop_words_of_another_language_do_not_stop_a_file_of_one(tmp_path: Path, run: FinishedRun) -> None:
    lists = write(tmp_path / "lists" / "en.txt", b"film\n").parent
    stopping = with_tokenise(run, stopwords=str(lists))
    assert infer(stopping, write(tmp_path / "ja.jsonl", TEXTS[:1]))["words"].to_list() == [3]
    assert infer(stopping, write(tmp_path / "en.jsonl", TEXTS[1:2]))["words"].to_list() == [2]
    with pytest.raises(InputError, match="is not a folder"):
        infer(with_tokenise(run, stopwords=str(tmp_path / "gone")), tmp_path / "ja.jsonl")


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A working folder without a project."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("theta.csv", "ends in .parquet or .jsonl"),
        ("theta", "ends in .parquet or .jsonl"),
        (THETA.path(LAYOUT.tables), "the pipeline's own files"),
        (VOCABULARY.path(LAYOUT.model), "the pipeline's own files"),
        ("other/vocabulary.parquet", "the pipeline's own files"),
        ("other/../data/run/x.parquet", "the pipeline's own files"),
    ],
)
def test_outputs_that_are_refused(output: str | Path, words: str) -> None:
    source, layout = Path("new.jsonl"), replace(LAYOUT, model=Path("other"))
    for good in ("theta.parquet", "theta.jsonl", "-"):
        check_outputs(source, Path(good), Path("rejects.csv"), layout)
    with pytest.raises(InputError, match=words):
        check_outputs(source, Path(output), None, layout)


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize(
    ("output", "rejects", "words"),
    [
        ("./new.jsonl", None, "--output new.jsonl is also the input"),
        ("theta.jsonl", "new.jsonl", "--rejects new.jsonl is also the input"),
        ("theta.jsonl", "theta.jsonl", "--rejects theta.jsonl is also --output"),
        ("theta.jsonl", "data/run/x.csv", "--rejects data/run/x.csv: .*own files"),
    ],
)
def test_no_output_takes_the_place_of_another_file(output: str, rejects: str | None, words: str) -> None:
    with pytest.raises(InputError, match=words):
        check_outputs(Path("new.jsonl"), Path(output), Path(rejects) if rejects else None, LAYOUT)


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize("content", [b"", b"\n" + EARLIER, b"file,row,id,lang\n", EARLIER[4:], b"my notes\n\xff\0"])
def test_a_file_that_is_no_list_of_rejects_is_not_written_over(tmp_path: Path, content: bytes) -> None:
    path = write(tmp_path / "mine.csv", content)
    with pytest.raises(InputError, match=r"mine.csv exists and is not a list of rejected rows"):
        check_outputs(tmp_path / "new.jsonl", tmp_path / "theta.parquet", path, LAYOUT)
    assert path.read_bytes() == content


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize("content", [EARLIER, EARLIER.splitlines()[0], EARLIER.replace(b"\n", b"\r\n")])
def test_a_list_of_an_earlier_run_may_be_written_over(tmp_path: Path, content: bytes) -> None:
    path = write(tmp_path / "theta.rejects.csv", content)
    check_outputs(tmp_path / "new.jsonl", tmp_path / "theta.parquet", path, LAYOUT)


def test_no_model_and_damaged_models(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(MissingResourceError, match=r"holds no trained model.*make run"):
        load_model(tmp_path)
    write_json(read_json(folder / "config.json"), tmp_path / "config.json")
    write(tmp_path / "vocabulary.parquet", (folder / "vocabulary.parquet").read_bytes())
    weights = (folder / "weights.safetensors").read_bytes()
    for damaged in (weights[:-10], b"\x80\x05pickle", weights.replace(b"theta_map.bias", b"theta_map.bios")):
        write(tmp_path / "weights.safetensors", damaged)
        with pytest.raises(InputError, match=r"weights.safetensors is not the file that was saved"):
            load_model(tmp_path)


def test_stage_writes_theta_and_rejects_and_nothing_else(tmp_path: Path, folder: Path, run: FinishedRun) -> None:
    rows = [*TEXTS, {"id": "=e3", "lang": "en", "text": ""}]
    source = write(tmp_path / "new.jsonl", rows)
    done = call("--input", source, "--output", "out/theta.parquet", "--model", folder)
    assert done.returncode == 0, done.stderr
    assert "infer: rejected new.jsonl:6: no text: empty after normalisation" in done.stderr
    assert "6 rows: 5 documents, 1 rejected; documents without theta (nothing of them is known): 1;" in done.stderr
    found = pl.read_parquet(tmp_path / "out" / "theta.parquet")
    expected = infer(run, source)
    assert found.drop("theta", "scores").equals(expected.drop("theta", "scores"))
    known = expected["theta"].is_not_null()
    np.testing.assert_allclose(
        found["theta"].filter(known).to_numpy(), expected["theta"].filter(known).to_numpy(), atol=1e-6
    )
    rejects = (tmp_path / "out" / "theta.rejects.csv").read_text(encoding="utf-8")
    assert rejects == "file,row,id,lang,reason\nnew.jsonl,6,'=e3,en,no text: empty after normalisation\n"
    files = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert files == {"new.jsonl", "out/theta.parquet", "out/theta.rejects.csv", str(LAYOUT.times)}


@pytest.mark.parametrize("options", [(), ("--rejects", "out/theta.rejects.csv")])
@pytest.mark.parametrize("rows", [TEXTS, [*TEXTS, {"lang": "en", "text": ""}]])
def test_stage_leaves_a_file_of_somebodys_own_as_it_is(
    tmp_path: Path, folder: Path, rows: list[dict[str, Any]], options: tuple[str, ...]
) -> None:
    own = "my own list\r\nfile,row,id,lang,reason\n\xff".encode("latin-1")
    theirs = write(tmp_path / "out" / "theta.rejects.csv", own)
    source = write(tmp_path / "new.jsonl", rows)
    stopped = call("--input", source, "--output", "out/theta.parquet", "--model", folder, *options)
    assert stopped.returncode == 2
    assert "--rejects out/theta.rejects.csv exists and is not a list of rejected rows" in stopped.stderr
    assert theirs.read_bytes() == own
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["new.jsonl", "theta.rejects.csv"]


@pytest.mark.parametrize("options", [(), ("--rejects", "out/theta.rejects.csv")])
def test_stage_replaces_or_removes_the_list_of_an_earlier_run(
    tmp_path: Path, folder: Path, options: tuple[str, ...]
) -> None:
    listed = write(tmp_path / "out" / "theta.rejects.csv", EARLIER)
    source = write(tmp_path / "new.jsonl", [*TEXTS, {"id": "e3", "lang": "en", "text": ""}])
    given = ("--input", source, "--output", "out/theta.parquet", "--model", folder, *options)
    done = call(*given)
    assert done.returncode == 0, done.stderr
    assert listed.read_text(encoding="utf-8") == (
        "file,row,id,lang,reason\nnew.jsonl,6,e3,en,no text: empty after normalisation\n"
    )
    write(source, TEXTS)
    assert call(*given).returncode == 0
    assert not listed.exists()


def test_stage_without_a_model_stops_with_three(tmp_path: Path) -> None:
    stopped = call("--input", write(tmp_path / "new.jsonl", TEXTS), "--output", "theta.parquet")
    assert stopped.returncode == 3
    assert "models/run holds no trained model: nothing was trained yet" in stopped.stderr
    assert not (tmp_path / "theta.parquet").exists()


def test_long_texts_are_cut_as_in_the_run_and_have_the_mean_theta_of_their_passages(run: FinishedRun) -> None:
    parts = [
        "The film and the film and the music.",
        "It is the moon, and not the others.",
        "Nothing that is known to anybody.",
    ]
    long = pl.DataFrame({"id": "a", "lang": "en", "text": "\n\n".join(parts)})
    other = with_tokenise(run)
    write_record(other.layout.records, "documents", {"documents": {"max_characters": 1000, "split_length": 35}})
    alone = Inference(run).table(pl.DataFrame({"id": ["1", "2", "3"], "lang": "en", "text": parts}))
    whole = Inference(other).table(long)
    assert whole.select("id", "words", "note").row(0) == ("a", 4, None)
    mean = alone["theta"][0] * 0.75 + alone["theta"][1] * 0.25
    np.testing.assert_allclose(whole["theta"][0], mean, atol=1e-6)
    assert not np.allclose(Inference(run).table(long)["theta"][0], mean, atol=1e-6)
    assert Inference(other).table(long.clear()).is_empty()
    write_record(other.layout.records, "documents", {"documents": {"split_length": "long"}})
    with pytest.raises(InputError, match=r"does not say how documents are read(.|\n)*split_length"):
        Inference(other)
