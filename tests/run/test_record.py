"""A run knows what it was made with, whatever params.yaml says today."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from project import ROOT

from pipeline.common import reproducible as common_versions
from pipeline.common.dotted import leaves, look_up, merged
from pipeline.common.errors import InputError
from pipeline.common.files import digest
from pipeline.run.record import all_parameters, read_record, read_records, without_paths, write_record


def test_a_record_holds_parameters_versions_and_digests(tmp_path: Path) -> None:
    folder = tmp_path / "lists"
    folder.mkdir()
    (folder / "en.txt").write_text("a\n", encoding="utf-8")
    write_record(tmp_path / "records", "bow", {"bow": {"size": 5}}, [folder, None])
    record = read_record(tmp_path / "records", "bow")
    assert record.parameters == {"bow": {"size": 5}}
    assert record.inputs == {folder.as_posix(): digest(folder)}
    assert record.versions == common_versions.versions()
    assert {"python", "torch", "scikit-learn", "jieba", "unidic-lite", "threads"} <= set(record.versions)
    first = (tmp_path / "records/bow.json").read_bytes()
    write_record(tmp_path / "records", "bow", {"bow": {"size": 5}}, [folder, None])
    assert (tmp_path / "records/bow.json").read_bytes() == first


def test_records_come_in_the_order_of_the_stages_and_make_one_set_of_parameters(tmp_path: Path) -> None:
    write_record(tmp_path, "train", {"seed": 0, "train": {"epochs": 3}})
    write_record(tmp_path, "documents", {"seed": 0, "documents": {"test_share": 0.2}})
    records = read_records(tmp_path)
    assert list(records) == ["documents", "train"]
    expected = {"seed": 0, "documents": {"test_share": 0.2}, "train": {"epochs": 3}}
    assert all_parameters(records) == expected


@pytest.mark.parametrize(
    ("text", "told"), [(None, "missing"), ("{", "damaged"), ("{}", "of another version"), ("3", "of another version")]
)
def test_a_record_that_is_none_is_named(tmp_path: Path, text: str | None, told: str) -> None:
    if text is not None:
        (tmp_path / "bow.json").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=rf"bow\.json.*{told}"):
        read_record(tmp_path, "bow")


def test_what_is_shared_names_no_folder_of_a_machine() -> None:
    parameters = {"path": "/home/me/news.csv", "tokenise": {"stopwords": "/x/lists"}, "dictionary": "data/d", "k": 3}
    shared = {"path": "news.csv", "tokenise": {"stopwords": "lists"}, "dictionary": "data/d", "k": 3}
    assert without_paths(parameters) == shared


def test_dotted_names_walk_nested_values() -> None:
    values = {"a": 1, "b": {"c": 2, "d": {"e": 3}}}
    assert dict(leaves(values)) == {"a": 1, "b.c": 2, "b.d.e": 3}
    assert all(look_up(values, name) == value for name, value in leaves(values))
    with pytest.raises(KeyError, match=r"b\.x"):
        look_up(values, "b.x")
    assert merged(values, {"b": {"c": 4}, "f": 5}) == {"a": 1, "b": {"c": 4, "d": {"e": 3}}, "f": 5}


BROUGHT = {"tokenizers", "kiwipiepy_model"}  # which transformers and kiwipiepy need


def test_what_decides_results_is_installed_with_every_run() -> None:
    """A package of the development tools alone would make records, and so hashes of stages, differ."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    direct = {re.split(r"[<>=!~ ]", name)[0].lower() for name in project["dependencies"]}
    assert {name.lower() for name in common_versions.PACKAGES} <= direct | BROUGHT
