"""The trained model as an object, from a project and from an exported folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from project import ROOT, make_project, run_stage, run_stages, sample_rows

import pipeline
from pipeline.common.arrays import filled
from pipeline.common.errors import InputError, MissingResourceError
from pipeline.common.files import read_json, read_parquet, write_parquet
from pipeline.common.layout import LAYOUT
from pipeline.encoders.precomputed import PrecomputedEncoder, PrecomputedParams

TEXT = "The actor read the dialogue of every scene of the film"
JAPANESE = "俳優は映画の場面と脚本を読む"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run in three languages, with a list of stop words of the user's own."""
    folder = make_project(tmp_path_factory.mktemp("reuse"), sample_rows(40), tokenise={"stopwords": "lists"})
    (folder / "lists").mkdir()
    (folder / "lists" / "en.txt").write_text("film\n", encoding="utf-8")
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
    documents = read_parquet(project / LAYOUT.documents).filter(pl.col("lang") == "ja")
    expected = read_parquet(project / LAYOUT.theta).filter(pl.col("lang") == "ja")
    found = topics.infer(documents["text"].to_list(), lang="ja")
    np.testing.assert_allclose(filled(found["theta"]), filled(expected["theta"]), atol=1e-5)
    assert found["id"].to_list() == [str(number) for number in range(1, len(documents) + 1)]
    assert found["note"].null_count() == len(documents)


def test_infer_takes_one_text_or_many_or_none(topics: pipeline.Topics) -> None:
    one = topics.infer(TEXT, lang="en")
    assert topics.infer([TEXT, "", TEXT], lang="en")["words"].to_list() == [one["words"][0], 0, one["words"][0]]
    assert one["words"][0] > 0
    none = topics.infer([], lang="en")
    assert none.height == 0
    assert none.schema == one.schema


def test_the_users_stop_words_count(topics: pipeline.Topics) -> None:
    assert topics.infer("film", lang="en")["words"][0] == 0


def test_top_words_are_the_reports(project: Path, topics: pipeline.Topics) -> None:
    table = read_parquet(project / LAYOUT.topics)
    owned = table.filter(source="trained", selection="owned", lang="ja").sort("topic")["words"].to_list()
    row = topics.infer(JAPANESE, lang="ja").row(0, named=True)
    assert row["top_words"] == [owned[topic][:5] for topic in row["top"]]


def test_topics_have_words_and_shares(project: Path, topics: pipeline.Topics) -> None:
    table = topics.topics(words=3)
    assert table.columns == ["topic", "lang", "words", "share"]
    assert table.select("topic", "lang").rows() == [(topic, lang) for topic in range(4) for lang in topics.languages]
    assert table["words"].list.len().unique().to_list() == [3]
    theta = read_parquet(project / LAYOUT.theta)
    for lang in topics.languages:
        mean = theta.filter(pl.col("lang") == lang)["theta"].drop_nulls().to_numpy().mean(axis=0)
        np.testing.assert_allclose(table.filter(pl.col("lang") == lang)["share"], mean, atol=1e-6)


def test_similar_ranks_the_runs_documents_by_hellinger_affinity(project: Path, topics: pipeline.Topics) -> None:
    theta = filled(topics.infer(TEXT, lang="en")["theta"])[0]
    documents = read_parquet(project / LAYOUT.theta).filter((pl.col("lang") == "zh") & pl.col("theta").is_not_null())
    affinity = {
        name: sum((p * q) ** 0.5 for p, q in zip(theta.tolist(), row, strict=True))
        for name, row in documents.select("id", "theta").iter_rows()
    }
    found = topics.similar(TEXT, lang="en", to="zh", count=4)
    assert found["id"].to_list() == sorted(affinity, key=lambda name: -affinity[name])[:4]
    np.testing.assert_allclose(found["similarity"], [affinity[name] for name in found["id"]], atol=1e-6)
    texts = dict(read_parquet(project / LAYOUT.documents, ["id", "text"]).iter_rows())
    assert found["text"].to_list() == [texts[name] for name in found["id"]]
    assert topics.similar(TEXT, lang="en")["lang"].unique().to_list() == ["en"]


def test_a_documents_nearest_is_itself(project: Path, topics: pipeline.Topics) -> None:
    name, text = read_parquet(project / LAYOUT.documents).filter(pl.col("lang") == "ja").select("id", "text").row(5)
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
    with pytest.raises(InputError, match="no word of the text"):
        topics.similar("qwertz", lang="en")


def test_topic_data_has_topicwizards_keys_and_shapes(project: Path, topics: pipeline.Topics) -> None:
    data = topics.topic_data("zh")
    vocabulary = read_parquet(project / LAYOUT.vocabulary).filter(pl.col("lang") == "zh")["word"].to_list()
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
    documents = read_parquet(project / LAYOUT.documents).with_row_index("document")
    counts = read_parquet(project / LAYOUT.bow).join(documents, on="document").filter(pl.col("lang") == "zh")
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
        with pytest.raises(InputError, match="do not lie beside this model"):
            ask()
    with pytest.raises(MissingResourceError, match="holds no trained model"):
        pipeline.load(tmp_path)


def test_tables_of_another_model_are_not_taken(tmp_path: Path, project: Path) -> None:
    copy = shutil.copytree(project, tmp_path / "copy", symlinks=True)
    table = read_parquet(copy / LAYOUT.topics)
    write_parquet(table.filter(pl.col("topic") < 3), copy / LAYOUT.topics)
    stale = pipeline.load(copy / LAYOUT.model)
    assert len(stale.infer(TEXT, lang="en")["top_words"][0][0]) == 5  # from beta
    with pytest.raises(InputError, match="is of another model"):
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
    tables = {"topics.parquet", "theta.parquet", "documents.parquet", "vocabulary.parquet"}
    assert files == tables | {"weights.safetensors", "config.json", "README.md", "stopwords/en.txt"}


def test_an_export_keeps_the_texts_only_if_asked(project: Path, shared: Path, tmp_path: Path) -> None:
    assert read_parquet(shared / "documents.parquet").columns == ["id", "lang", "label"]
    with pytest.raises(InputError, match="Export again with `--texts`"):
        pipeline.load(shared).topic_data("en")
    for _ in range(2):  # an export may be written over
        done = run_stage(project, "export", "--output", str(tmp_path / "out"), "--texts")
        assert done.returncode == 0, done.stderr
    assert read_parquet(tmp_path / "out" / "documents.parquet").columns == ["id", "lang", "label", "text"]
    exported, own = (pipeline.load(folder).topic_data("en") for folder in (tmp_path / "out", project / LAYOUT.model))
    assert exported["corpus"] == own["corpus"]
    assert (exported["document_term_matrix"] == own["document_term_matrix"]).all()


def test_the_card_tells_of_the_run(project: Path, shared: Path) -> None:
    card = (shared / "README.md").read_text(encoding="utf-8")
    metrics, words = read_json(project / LAYOUT.metrics), read_parquet(project / LAYOUT.topics)
    assert "# 4 topics of mine in English, Japanese, Chinese" in card
    assert "| Japanese | ja | 40 | 40 |" in card
    assert f"| cnpmi | {metrics['cnpmi']:.3f} | {metrics['start']['cnpmi']:.3f} |" in card
    assert "- `xtra.hidden`: 16" in card
    for listed in words.filter(source="trained", selection="owned")["words"]:
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
        assert "Name a" in stopped.stderr
        assert before == (sorted(folder.iterdir()) if folder.is_dir() else folder.read_bytes())


def test_a_model_that_reads_embeddings_takes_its_encoder_along(tmp_path: Path) -> None:
    folder = make_project(tmp_path / "project", sample_rows(40), model="usvd", usvd={"dimension": 10, "restarts": 2})
    run_stages(folder)
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
