"""Presets: complete, checked against params.yaml, and without traces when switched back."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from pipeline.common.errors import InputError
from pipeline.config.presets import apply_preset, read_values

ROOT = Path(__file__).resolve().parents[2]
PRESETS = ROOT / "presets"
NAMES = sorted(path.stem for path in PRESETS.glob("*.yaml"))

PARAMS = """\
# What to run on.
dataset: sample          # a name for reports
languages: auto          # or [en, zh]
path: "data/sample"      # quoted
empty:                   # nothing yet

num_topics: 10
untouched: 2e-3

train:   # the optimiser
    epochs: 100   # odd indentation stays
    schedule:
      halve_every: 40
    tags:
    - a   # a block list
    - b
    # a remark below the list
"""
OTHER = """\
# another preset
dataset: other  # not this comment
languages: [en, zh]
path: data/other
empty: 3
num_topics: 50
train:
  epochs: 800
  schedule: {halve_every: 250}
"""


@pytest.fixture
def params(tmp_path: Path) -> Path:
    """Parameters of our own, with presets ``other`` and ``back`` beside them."""
    folder = tmp_path / "presets"
    folder.mkdir()
    (folder / "other.yaml").write_text(OTHER, encoding="utf-8")
    (folder / "back.yaml").write_text('dataset: sample\nlanguages: auto\npath: "data/sample"\n', encoding="utf-8")
    path = tmp_path / "params.yaml"
    path.write_text(PARAMS, encoding="utf-8")
    return path


def load(path: Path) -> dict[str, object]:
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


def test_values_are_set_and_everything_else_stays(params: Path) -> None:
    changed = apply_preset("other", params, params.parent / "presets")
    expected = PARAMS
    for old, new in (
        ("dataset: sample ", "dataset: other "),
        ("languages: auto ", "languages: [en, zh] "),
        ('"data/sample"', "data/other"),
        ("empty:", "empty: 3"),
        ("num_topics: 10", "num_topics: 50"),
        ("epochs: 100", "epochs: 800"),
        ("halve_every: 40", "halve_every: 250"),
    ):
        assert old in expected
        expected = expected.replace(old, new)
    assert params.read_text(encoding="utf-8") == expected
    assert changed[:2] == ["dataset: sample -> other", "languages: auto -> [en, zh]"]
    assert len(changed) == 7
    values = load(params)
    assert values["languages"] == ["en", "zh"]
    assert values["train"] == {"epochs": 800, "schedule": {"halve_every": 250}, "tags": ["a", "b"]}


def test_switching_back_leaves_no_trace(params: Path) -> None:
    folder = params.parent / "presets"
    lines = [line for line in OTHER.splitlines(keepends=True) if line.startswith(("dataset", "lang", "path"))]
    (folder / "other.yaml").write_text("".join(lines), encoding="utf-8")
    assert len(apply_preset("other", params, folder)) == 3
    assert len(apply_preset("back", params, folder)) == 3
    assert params.read_text(encoding="utf-8") == PARAMS
    assert apply_preset("back", params, folder) == []


@pytest.mark.parametrize(
    ("preset", "message"),
    [
        ("num_topic: 5\n", "`num_topic` is not a parameter.*did you mean `num_topics`"),
        ("train:\n  epoch: 5\n", r"`train\.epoch` is not .*did you mean `train\.epochs`"),
        ("train: 5\n", "`train` is not a parameter"),
        ("dataset:\n  name: 5\n", r"`dataset\.name` is not a parameter"),
        ("a: [\n", "not valid YAML"),
        ("- a\n", "expected a mapping"),
        ("", "expected a mapping"),
    ],
)
def test_wrong_preset_is_refused_and_changes_nothing(params: Path, preset: str, message: str) -> None:
    folder = params.parent / "presets"
    (folder / "wrong.yaml").write_text(preset, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        apply_preset("wrong", params, folder)
    assert params.read_text(encoding="utf-8") == PARAMS


def test_lists_on_several_lines_are_values_as_well(params: Path) -> None:
    """DVC writes lists in this way (`dvc exp run -S languages=[en,zh]`), and keeps the comments that it can."""
    folder = params.parent / "presets"
    written_by_dvc = PARAMS.replace("languages: auto ", "languages:\n- en\n- zh   # ours\nextra: 1 ")
    params.write_text(written_by_dvc, encoding="utf-8")
    assert "languages: [en, zh] -> auto" in apply_preset("back", params, folder)
    assert load(params)["languages"] == "auto"
    (folder / "lists.yaml").write_text("languages:\n- ja\n-   en\ntrain:\n  tags: [\n    c]\n", encoding="utf-8")
    apply_preset("lists", params, folder)
    values = load(params)
    assert (values["languages"], values["train"]["tags"], values["extra"]) == (["ja", "en"], ["c"], 1)
    assert "# ours" in params.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["othr", "../params", "$(id)", ""])
def test_unknown_preset_lists_the_known(params: Path, name: str) -> None:
    with pytest.raises(InputError, match=r"no preset .*Known names are back, other\."):
        apply_preset(name, params, params.parent / "presets")


def test_a_result_that_would_not_be_right_is_not_written(params: Path) -> None:
    params.write_text("num_topics :\n", encoding="utf-8")
    (params.parent / "presets/other.yaml").write_text("num_topics: 3\n", encoding="utf-8")
    with pytest.raises(InputError, match="params"):
        apply_preset("other", params, params.parent / "presets")
    assert params.read_text(encoding="utf-8") == "num_topics :\n"


def test_missing_parameters_are_named(params: Path) -> None:
    params.unlink()
    with pytest.raises(InputError, match=r"params\.yaml is missing"):
        apply_preset("other", params, params.parent / "presets")


def test_the_presets_that_users_are_told_of_are_there() -> None:
    wanted = "amazon_review ecnews ecnews-40 ecnews-anchored ecnews-fast ecnews-translated"
    wanted += " ecnews-universal"
    wanted += " rakuten_amazon rakuten_amazon-40 rakuten_amazon-translated sample"
    assert wanted.split() == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_preset_sets_the_same_keys(name: str) -> None:
    keys = list(read_values(PRESETS / f"{name}.yaml"))
    assert keys == list(read_values(PRESETS / "sample.yaml"))


@pytest.mark.parametrize("name", ["ecnews", "rakuten_amazon"])
def test_short_presets_differ_in_length_and_in_what_does_better(name: str) -> None:
    full, short = (read_values(PRESETS / f"{stem}.yaml") for stem in (name, f"{name}-40"))
    assert {key for key in full if full[key] != short[key]} == {
        "train.epochs",
        "train.halve_every",
        "cluster.space",
        "cluster.centre",
        "cluster.rounds",
        "top_words",
    }


def test_the_anchored_preset_is_the_fast_one_with_an_anchor() -> None:
    fast, anchored = (read_values(PRESETS / f"{name}.yaml") for name in ("ecnews-fast", "ecnews-anchored"))
    assert {key for key in fast if fast[key] != anchored[key]} == {"xtra.anchor", "train.epochs", "train.learning_rate"}


def test_the_translated_preset_is_the_anchored_one_with_translations() -> None:
    anchored, translated = (read_values(PRESETS / f"ecnews-{name}.yaml") for name in ("anchored", "translated"))
    differing = {key for key in anchored if anchored[key] != translated[key]}
    assert differing == {"cluster.translated", "xtra.anchor"}


@pytest.mark.parametrize("name", NAMES)
def test_committed_parameters_take_every_preset_and_go_back(name: str, tmp_path: Path) -> None:
    committed = ROOT / "params.yaml"
    if not committed.exists():
        pytest.skip("needs params.yaml, which is not written yet")
    copy = tmp_path / "params.yaml"
    copy.write_bytes(committed.read_bytes())
    apply_preset(name, copy, PRESETS)
    wanted = read_values(PRESETS / f"{name}.yaml")
    assert wanted.items() <= read_values(copy).items()
    apply_preset("sample", copy, PRESETS)
    assert copy.read_bytes() == committed.read_bytes()


def test_stage_sets_the_parameters_here(params: Path) -> None:
    command = [sys.executable, "-m", "stages.preset"]
    run = {"cwd": params.parent, "env": os.environ | {"PYTHONPATH": str(ROOT)}, "capture_output": True, "text": True}
    done = subprocess.run([*command, "other"], timeout=60, check=False, **run)
    assert done.returncode == 0, done.stderr
    assert "num_topics: 10 -> 50" in done.stderr
    done = subprocess.run([*command, "nothing"], timeout=60, check=False, **run)
    assert done.returncode == 2
