"""The trained model as an object, from a project and from an exported folder."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from project import ROOT, STAGES, make_project, run_stage, run_stages, sample_rows, set_params, write_rows
from tiny_bge_m3 import build_tiny_bge_m3

import pipeline
from pipeline.common.errors import InputError, MissingResourceError
from pipeline.common.json_files import read_json, read_sealed_json, write_sealed_json
from pipeline.encoders.precomputed import PrecomputedEncoder, PrecomputedParams
from pipeline.models.model_config import read_model_config, write_model_config
from pipeline.run.layout import LAYOUT
from pipeline.run.record import STAGES as RECORDED
from pipeline.tables.by_language import words_by_language
from pipeline.tables.catalogue import BETA, BOW, DOCUMENTS, THETA, TOPICS, VOCABULARY
from pipeline.tables.vectors import Theta

TEXT = "The actor read the dialogue of every scene of the film"
JAPANESE = "俳優は映画の場面と脚本を読む"
LONGEST = 1000  # more characters than any document of the sample has


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run in three languages, with a list of stop words of the user's own."""
    documents = {"max_characters": LONGEST}
    rules = {"stopwords": "lists"}
    folder = make_project(tmp_path_factory.mktemp("reuse"), sample_rows(40), documents=documents, tokenise=rules)
    (folder / "lists").mkdir()
    (folder / "lists" / "en.txt").write_text("film\n", encoding="utf-8")
    run_stages(folder)
    return folder


@pytest.fixture(scope="module")
def embedding(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of a model that reads embeddings, without words of the user's own."""
    folder = tmp_path_factory.mktemp("embedding") / "project"
    make_project(folder, sample_rows(40), model="usvd", usvd={"dimension": 10, "restarts": 2})
    run_stages(folder)
    return folder


@pytest.fixture(scope="module")
def topics(project: Path) -> pipeline.Topics:
    return pipeline.load(project / LAYOUT.model)


@pytest.fixture(scope="module")
def shared(project: Path) -> Iterator[Path]:
    """Exported without texts, by a path that is not the project's."""
    done = run_stage(project, "export", "--output", "../shared")
    assert done.returncode == 0, done.stderr
    yield project.parent / "shared"
    shutil.rmtree(project.parent / "shared")


def test_importing_the_package_loads_no_model_library() -> None:
    code = "import pipeline, sys; print('torch' in sys.modules, 'polars' in sys.modules, pipeline.__all__)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False False ['Topics', 'load']"
    with pytest.raises(AttributeError, match="no attribute 'lode'"):
        pipeline.lode  # type: ignore[attr-defined]  # noqa: B018


def test_infer_gives_the_runs_own_theta(project: Path, topics: pipeline.Topics) -> None:
    documents = DOCUMENTS.read(project / LAYOUT.tables).filter(pl.col("lang") == "ja")
    expected = THETA.read(project / LAYOUT.tables).filter(pl.col("lang") == "ja")
    found = topics.infer(documents["text"].to_list(), lang="ja")
    np.testing.assert_allclose(Theta.of(found["theta"]).values, Theta.of(expected["theta"]).values, atol=1e-5)
    assert found["id"].to_list() == [str(number) for number in range(1, len(documents) + 1)]
    assert found["note"].null_count() == len(documents)


def test_infer_takes_one_text_or_many_or_none(topics: pipeline.Topics) -> None:
    one = topics.infer(TEXT, lang="en")
    assert topics.infer(TEXT, lang="English").equals(one)
    assert topics.infer([TEXT, "", TEXT], lang="en")["words"].to_list() == [one["words"][0], 0, one["words"][0]]
    assert one["words"][0] > 0
    none = topics.infer([], lang="en")
    assert none.height == 0
    assert none.schema == one.schema


def test_the_users_stop_words_count(topics: pipeline.Topics) -> None:
    assert topics.infer("film", lang="en")["words"][0] == 0


def test_top_words_are_the_reports(project: Path, topics: pipeline.Topics) -> None:
    table = TOPICS.read(project / LAYOUT.tables)
    agreed = table.filter(source="trained", selection="agreed", lang="ja").sort("topic")["words"].to_list()
    row = topics.infer(JAPANESE, lang="ja").row(0, named=True)
    assert row["top_words"] == [agreed[topic][:5] for topic in row["top"]]


def test_topics_have_words_and_shares(project: Path, topics: pipeline.Topics) -> None:
    table = topics.topics(words=3)
    assert table.columns == ["topic", "lang", "words", "share"]
    assert table.select("topic", "lang").rows() == [(topic, lang) for topic in range(4) for lang in topics.languages]
    assert table["words"].list.len().unique().to_list() == [3]
    theta = THETA.read(project / LAYOUT.tables)
    for lang in topics.languages:
        mean = theta.filter(pl.col("lang") == lang)["theta"].drop_nulls().to_numpy().mean(axis=0)
        np.testing.assert_allclose(table.filter(pl.col("lang") == lang)["share"], mean, atol=1e-6)


def test_similar_ranks_the_runs_documents_by_hellinger_affinity(project: Path, topics: pipeline.Topics) -> None:
    theta = Theta.of(topics.infer(TEXT, lang="en")["theta"]).values[0]
    documents = THETA.read(project / LAYOUT.tables).filter((pl.col("lang") == "zh") & pl.col("theta").is_not_null())
    affinity = {
        name: sum((p * q) ** 0.5 for p, q in zip(theta.tolist(), row, strict=True))
        for name, row in documents.select("id", "theta").iter_rows()
    }
    found = topics.similar(TEXT, lang="en", to="zh", count=4)
    assert found["id"].to_list() == sorted(affinity, key=lambda name: -affinity[name])[:4]
    np.testing.assert_allclose(found["similarity"], [affinity[name] for name in found["id"]], atol=1e-6)
    texts = dict(DOCUMENTS.read(project / LAYOUT.tables, ["id", "text"]).iter_rows())
    assert found["text"].to_list() == [texts[name] for name in found["id"]]
    assert topics.similar(TEXT, lang="en")["lang"].unique().to_list() == ["en"]


def test_a_documents_nearest_is_itself(project: Path, topics: pipeline.Topics) -> None:
    name, text = DOCUMENTS.read(project / LAYOUT.tables).filter(pl.col("lang") == "ja").select("id", "text").row(5)
    found = topics.similar(text, lang="ja", count=1)
    assert found["id"][0] == name
    assert found["similarity"][0] == pytest.approx(1, abs=1e-5)


def test_what_the_model_does_not_know(topics: pipeline.Topics) -> None:
    for ask in (
        lambda: topics.infer("a", lang="de"),
        lambda: topics.similar(TEXT, lang="en", to="de"),
        lambda: topics.topic_data("de"),
    ):
        with pytest.raises(InputError, match="does not know the language 'de'; it knows en, ja, zh"):
            ask()
    with pytest.raises(InputError, match="nothing of the text"):
        topics.similar("qwertz", lang="en")


def test_topic_data_has_topicwizards_keys_and_shapes(project: Path, topics: pipeline.Topics) -> None:
    data = topics.topic_data("zh")
    vocabulary = VOCABULARY.read(project / LAYOUT.tables).filter(pl.col("lang") == "zh")["word"].to_list()
    size = len(data["corpus"])
    assert {key: getattr(value, "shape", None) for key, value in data.items()} == {
        "corpus": None,
        "vocab": (len(vocabulary),),
        "document_term_matrix": (size, len(vocabulary)),
        "document_topic_matrix": (size, 4),
        "topic_term_matrix": (4, len(vocabulary)),
        "document_representation": (size, 4),
        "transform": None,
        "topic_names": None,
    }
    assert data["vocab"].tolist() == vocabulary
    assert len(data["topic_names"]) == 4
    np.testing.assert_allclose(data["topic_term_matrix"].sum(axis=1), 1)
    documents = DOCUMENTS.read(project / LAYOUT.tables).with_row_index("document")
    counts = BOW.read(project / LAYOUT.tables).join(documents, on="document").filter(pl.col("lang") == "zh")
    assert data["document_term_matrix"].sum() == counts["count"].sum()
    expected = np.zeros(len(vocabulary), np.int64)
    np.add.at(expected, counts["term"].to_numpy(), counts["count"].to_numpy())
    assert data["document_term_matrix"].sum(axis=0).tolist() == expected.tolist()


def test_a_model_without_tables_infers_but_says_what_is_missing(
    tmp_path: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = shutil.copytree(project / LAYOUT.model, tmp_path / "elsewhere" / "model")
    (project / "lists").rename(project / "kept")
    try:
        with pytest.raises(InputError, match="lists is not a folder"):
            pipeline.load(project / LAYOUT.model)
    finally:
        (project / "kept").rename(project / "lists")
    shutil.copytree(project / "lists", tmp_path / "lists")
    monkeypatch.chdir(tmp_path)
    alone = pipeline.load(model)
    assert alone.infer(TEXT, lang="en")["theta"].null_count() == 0
    for ask in (alone.topics, lambda: alone.similar(TEXT, "en"), lambda: alone.topic_data("en")):
        with pytest.raises(InputError, match="are not beside this model"):
            ask()
    with pytest.raises(MissingResourceError, match="holds no trained model"):
        pipeline.load(tmp_path)


def test_tables_of_another_model_are_not_taken(tmp_path: Path, project: Path) -> None:
    copy = shutil.copytree(project, tmp_path / "copy", symlinks=True)
    table = TOPICS.read(copy / LAYOUT.tables)
    TOPICS.write(table.filter(pl.col("topic") < 3), copy / LAYOUT.tables)
    stale = pipeline.load(copy / LAYOUT.model)
    assert len(stale.infer(TEXT, lang="en")["top_words"][0][0]) == 5  # from beta
    with pytest.raises(InputError, match="belongs to another model"):
        stale.topics()


def test_an_export_is_all_that_is_needed(project: Path, shared: Path, topics: pipeline.Topics, tmp_path: Path) -> None:
    code = (
        f"import pipeline; topics = pipeline.load({str(shared)!r}); "
        f"print(topics.infer({TEXT!r}, lang='en').write_ndjson(), end='')\n"
        f"print(topics.similar({TEXT!r}, lang='en', to='zh').write_ndjson(), end='')\n"
        "print(topics.topics().write_ndjson(), end='')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    similar = topics.similar(TEXT, lang="en", to="zh").with_columns(text=pl.lit(None, pl.String))
    expected = (topics.infer(TEXT, lang="en"), similar, topics.topics())
    assert done.stdout == "".join(table.write_ndjson() for table in expected)
    files = {str(path.relative_to(shared)) for path in shared.rglob("*") if path.is_file()}
    tables = {"topics.parquet", "theta.parquet", "wholes.parquet", "documents.parquet", "vocabulary.parquet"}
    figures = {"metrics.json", "classification.json", "documents.json", "plots/coherence.csv", "plots/losses.csv"}
    records = {f"records/{stage}.json" for stage in RECORDED}
    model = {"weights.safetensors", "config.json", "README.md", "stopwords/en.txt"}
    encoder = {str(path.relative_to(project / LAYOUT.model)) for path in (project / LAYOUT.model_encoder).iterdir()}
    assert encoder
    assert files == tables | figures | records | model | encoder


def test_an_export_keeps_the_texts_only_if_asked(project: Path, shared: Path, tmp_path: Path) -> None:
    assert pl.read_parquet(shared / "documents.parquet").columns == ["id", "lang", "split", "label"]
    with pytest.raises(InputError, match="Export again with `--texts`"):
        pipeline.load(shared).topic_data("en")
    for _ in range(2):  # an export may be written over
        done = run_stage(project, "export", "--output", str(tmp_path / "out"), "--texts")
        assert done.returncode == 0, done.stderr
    assert pl.read_parquet(tmp_path / "out" / "documents.parquet").columns == ["id", "lang", "split", "text", "label"]
    exported, own = (pipeline.load(folder).topic_data("en") for folder in (tmp_path / "out", project / LAYOUT.model))
    assert exported["corpus"] == own["corpus"]
    assert (exported["document_term_matrix"] == own["document_term_matrix"]).all()


def test_the_card_tells_of_the_run(project: Path, shared: Path) -> None:
    card = (shared / "README.md").read_text(encoding="utf-8")
    metrics, words = read_json(project / LAYOUT.metrics), TOPICS.read(project / LAYOUT.tables)
    assert "# 4 topics of mine in English, Japanese, Chinese" in card
    assert "| Japanese | ja | 40 | 40 |" in card
    assert f"| cnpmi | {metrics['cnpmi']:.3f} | {metrics['start']['cnpmi']:.3f} |" in card
    assert "- `xtra.hidden`: 16" in card
    for listed in words.filter(source="trained", selection="agreed")["words"]:
        assert ", ".join(listed[:8]) in card
    again = run_stage(project, "export", "--output", str(shared))
    assert again.returncode == 0
    assert (shared / "README.md").read_text(encoding="utf-8") == card


def test_export_writes_over_nothing_else(project: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "config.json").write_text("{}", encoding="utf-8")
    for folder in (tmp_path / "mine", project / LAYOUT.model, project / "params.yaml"):
        before = sorted(folder.iterdir()) if folder.is_dir() else folder.read_bytes()
        stopped = run_stage(project, "export", "--output", str(folder))
        assert stopped.returncode == 2, stopped.stderr
        assert re.search("Name a|Write to another", stopped.stderr)
        assert before == (sorted(folder.iterdir()) if folder.is_dir() else folder.read_bytes())


def test_what_a_killed_export_left_is_nobodys_own(project: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/.config.json.4242.partial").write_text("{", encoding="utf-8")
    assert run_stage(project, "export", "--output", str(tmp_path / "out")).returncode == 0
    assert not (tmp_path / "out/.config.json.4242.partial").exists()


def test_a_model_that_reads_embeddings_takes_its_encoder_along(tmp_path: Path, embedding: Path) -> None:
    folder = shutil.copytree(embedding, tmp_path / "project", symlinks=True)
    assert run_stage(folder, "export", "--output", str(tmp_path / "shared")).returncode == 0
    shutil.rmtree(folder / "models")
    shutil.rmtree(folder / "data" / "run")
    theta = pipeline.load(tmp_path / "shared").infer(TEXT, lang="en")["theta"]
    assert theta.null_count() == 0
    assert "embeddings by `aligned`" in (tmp_path / "shared" / "README.md").read_text(encoding="utf-8")


def test_a_text_has_no_precomputed_vector(topics: pipeline.Topics, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(topics._inference, "encoder", PrecomputedEncoder(PrecomputedParams()))
    with pytest.raises(InputError, match="precomputed vectors, which are found by a document's id"):
        topics.infer(TEXT, lang="en")


def test_an_export_takes_nothing_of_an_earlier_one(project: Path, tmp_path: Path) -> None:
    target = tmp_path / "shared"
    assert run_stage(project, "export", "--output", str(target)).returncode == 0
    stale = target / "stopwords" / "ja.txt"
    stale.write_text("映画\n", encoding="utf-8")
    assert run_stage(project, "export", "--output", str(target)).returncode == 0
    assert not stale.exists()
    assert (target / "stopwords" / "en.txt").exists()


OTHERS = {"top_words": "beta", "dataset": "another", "train": {"epochs": 99}}  # params.yaml since the run


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def words_of(project: Path, selection: str, lang: str) -> list[list[str]]:
    table = TOPICS.read(project / LAYOUT.tables).filter(source="trained", selection=selection, lang=lang)
    return table.sort("topic")["words"].to_list()


def test_new_documents_are_cut_where_the_run_cut_its_own(
    tmp_path: Path, project: Path, topics: pipeline.Topics
) -> None:
    assert DOCUMENTS.read(project / LAYOUT.tables)["text"].str.len_chars().max() < LONGEST
    kept, cut = (TEXT + " ") * 30, "The planet and the moon move around a star. " * 50
    theta, of_all, of_rest = (topics.infer(text, lang="en")["theta"] for text in (kept[:LONGEST], kept + cut, cut))
    assert theta.equals(of_all)
    assert not theta.equals(of_rest)
    pl.DataFrame({"lang": ["en"], "text": [kept + cut]}).write_ndjson(tmp_path / "new.jsonl")
    output = tmp_path / "theta.parquet"
    done = run_stage(project, "infer", "--input", str(tmp_path / "new.jsonl"), "--output", str(output))
    assert done.returncode == 0, done.stderr
    assert pl.read_parquet(output)["theta"].equals(theta)


def test_what_params_yaml_says_today_changes_nothing_of_the_run(
    tmp_path: Path, project: Path, shared: Path, topics: pipeline.Topics
) -> None:
    copy = shutil.copytree(project, tmp_path / "copy", symlinks=True)
    set_params(copy, copy / "params.yaml", OTHERS)
    assert words_of(copy, "beta", "en") != words_of(copy, "agreed", "en")  # else the comparison would say little
    changed = pipeline.load(copy / LAYOUT.model)
    assert changed.topics().equals(topics.topics())
    assert changed.topics().filter(lang="en")["words"].to_list() == [row[:10] for row in words_of(copy, "agreed", "en")]
    assert changed.infer(TEXT, lang="en").equals(topics.infer(TEXT, lang="en"))
    done = run_stage(copy, "export", "--output", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert "# 4 topics of mine in English" in card
    for line in ("- `dataset`: mine", "- `top_words`: agreed", "- `train.epochs`: 2"):
        assert f"{line}\n" in card
    assert content(tmp_path / "out") == content(shared)
    again = pipeline.load(tmp_path / "out")
    assert again.topics().equals(topics.topics())


def test_without_params_yaml_a_run_is_still_loaded_and_exported(
    tmp_path: Path, project: Path, shared: Path, topics: pipeline.Topics
) -> None:
    copy = shutil.copytree(project, tmp_path / "copy", symlinks=True)
    (copy / "params.yaml").unlink()
    assert pipeline.load(copy / LAYOUT.model).topics().equals(topics.topics())
    assert run_stage(copy, "export", "--output", str(tmp_path / "out")).returncode == 0
    assert content(tmp_path / "out") == content(shared)


def test_the_record_decides_whose_words_are_shown(tmp_path: Path, project: Path) -> None:
    copy = shutil.copytree(project, tmp_path / "copy", symlinks=True)
    path = copy / LAYOUT.records / "evaluate.json"
    record = read_sealed_json(path)
    assert record["parameters"]["top_words"] == "agreed"
    write_sealed_json(record | {"parameters": record["parameters"] | {"top_words": "beta"}}, path)
    assert run_stage(copy, "export", "--output", str(tmp_path / "out")).returncode == 0
    for folder in (copy / LAYOUT.model, tmp_path / "out"):
        loaded = pipeline.load(folder)
        for lang in loaded.languages:
            best = words_of(copy, "beta", lang)
            assert loaded.topics().filter(lang=lang)["words"].to_list() == [row[:10] for row in best]
        top = loaded.infer(TEXT, lang="en").row(0, named=True)
        assert top["top_words"] == [words_of(copy, "beta", "en")[topic][:5] for topic in top["top"]]
    card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert "- `top_words`: beta\n" in card
    assert all(", ".join(row[:8]) in card for row in words_of(copy, "beta", "ja"))


def test_the_card_leaves_out_sections_that_the_run_did_not_use(shared: Path) -> None:
    card = (shared / "README.md").read_text(encoding="utf-8")
    for used in ("documents.test_share", "aligned.dimension", "xtra.anchor", "train.epochs", "evaluate.words"):
        assert f"- `{used}`: " in card
    for unused in ("gloctm.", "usvd.", "bge-m3.", "precomputed."):
        assert f"`{unused}" not in card


def test_an_export_names_no_folder_of_the_machine(tmp_path: Path, project: Path) -> None:
    copy = shutil.copytree(project, tmp_path / "somebodys-folder", symlinks=True)
    lists = str(copy / "lists")
    path = copy / LAYOUT.records / "tokenise.json"
    record = read_sealed_json(path)
    assert record["parameters"]["tokenise"]["stopwords"] == "lists"
    record["parameters"]["tokenise"]["stopwords"] = lists
    write_sealed_json(record | {"inputs": {lists: record["inputs"]["lists"]}}, path)
    config = read_model_config(copy / LAYOUT.model)
    config["tokenise"]["stopwords"] = lists
    write_model_config(config, copy / LAYOUT.model)
    done = run_stage(copy, "export", "--output", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    assert [name for name, found in content(tmp_path / "out").items() if b"somebodys-folder" in found] == []
    exported = read_json(tmp_path / "out" / "records" / "tokenise.json")
    assert exported["parameters"]["tokenise"]["stopwords"] == "lists"
    assert exported["inputs"] == record["inputs"] | {"lists": record["inputs"]["lists"]}
    assert "- `tokenise.stopwords`: lists\n" in (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    shutil.rmtree(copy)
    assert pipeline.load(tmp_path / "out").infer("film", lang="en")["words"][0] == 0


USE = """
import pipeline, sys
topics = pipeline.load(sys.argv[1])
theta = topics.infer([sys.argv[2]], lang="en")["theta"]
assert theta.null_count() == 0
assert topics.infer([""], lang="en")["theta"].null_count() == 1
assert topics.topics().height == 12
assert topics.similar(sys.argv[2], lang="en", to="zh").height == 5
assert len(topics.topic_data("en")["corpus"]) > 0
"""


@pytest.fixture(scope="module")
def cached(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of a model that reads the embeddings of an encoder with a cache, and its export beside it."""
    home = tmp_path_factory.mktemp("cached")
    changes = {"bge-m3": {"name": str(build_tiny_bge_m3(home / "bge-m3")), "batch_tokens": 256}}
    small = {"dimension": 10, "restarts": 2}
    folder = make_project(
        home / "project", sample_rows(40), model="usvd", encoder="bge-m3", usvd=small, cluster=small, **changes
    )
    run_stages(folder, STAGES[: STAGES.index("report")])
    assert run_stage(folder, "export", "--output", "../out", "--texts").returncode == 0
    return folder


@pytest.mark.parametrize("exported", [False, True])
def test_a_model_in_use_writes_nothing_into_the_working_folder(tmp_path: Path, cached: Path, exported: bool) -> None:
    working, cache, before = tmp_path / "working", tmp_path / "cache", content(cached.parent)
    working.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", USE, str(cached.parent / "out" if exported else cached / LAYOUT.model), TEXT],
        cwd=working,
        env=os.environ | {"PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(cache)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert list(working.iterdir()) == []
    after = content(cached.parent)
    assert before.items() <= after.items()
    new = {name.startswith(f"project/{LAYOUT.embedding_cache}/") for name in after.keys() - before.keys()}
    assert new == (set() if exported else {True})  # the text's embedding lies in the project's cache, or
    assert bool(content(cache)) == exported  # in the user's


def test_a_model_by_itself_infers_with_words_from_beta(tmp_path: Path, embedding: Path) -> None:
    model = shutil.copytree(embedding / LAYOUT.model, tmp_path / "elsewhere" / "run")
    texts = [{"id": "a", "lang": "ja", "text": JAPANESE}, {"id": "b", "lang": "en", "text": TEXT}]
    write_rows(tmp_path / "new.jsonl", texts)
    done = run_stage(
        tmp_path, "infer", "--model", str(model), "--input", "new.jsonl", "--output", "theta.parquet",
        XDG_CACHE_HOME=str(tmp_path / "cache"),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = pl.read_parquet(tmp_path / "theta.parquet")
    own = pipeline.load(embedding / LAYOUT.model)
    expected = pl.concat(own.infer(row["text"], row["lang"]) for row in texts)
    assert found.drop("id", "top_words", "theta", "scores").equals(expected.drop("id", "top_words", "theta", "scores"))
    np.testing.assert_allclose(Theta.of(found["theta"]).values, Theta.of(expected["theta"]).values, atol=1e-6)
    beta, vocabulary = (
        BETA.read(embedding / LAYOUT.tables),
        words_by_language(VOCABULARY.read(embedding / LAYOUT.tables)),
    )
    for lang, top, words in found.select("lang", "top", "top_words").iter_rows():
        scores = beta.filter(lang=lang).sort("topic")["word_scores"].to_list()
        best = [np.argsort(-np.array(scores[topic]), kind="stable")[:5] for topic in top]
        assert words == [[vocabulary[lang][term] for term in row] for row in best]
    assert found["top_words"].to_list() != expected["top_words"].to_list()  # which are agreed
    alone = pipeline.load(model)
    assert alone.infer(JAPANESE, "ja")["top_words"][0].to_list() == found["top_words"][0].to_list()
    with pytest.raises(InputError, match="are not beside this model"):
        alone.topics()
