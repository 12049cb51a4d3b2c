"""Comparison of models: statistics by hand, marks, published figures, failed rows, keys, settings."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from imports import ROOT, library_files
from project import STAGES
from ruamel.yaml import YAML

from pipeline.common.errors import InputError, PipelineError
from pipeline.comparison.collect import run_figures
from pipeline.comparison.figure_tables import figure_text
from pipeline.comparison.plot import draw_comparison
from pipeline.comparison.published import Published, read_published
from pipeline.comparison.results import ComparedRow, Comparison, RunFigures, as_json, write_markdown
from pipeline.comparison.statistics import SeedSummary, mark_column, pooled_std, summarise
from pipeline.config.parameters import NONE
from pipeline.experiments import keys
from pipeline.experiments.compare import read_overrides, read_seeds, shared_facts, write_comparison
from pipeline.experiments.keys import Keys, fill, inputs, leading_to
from pipeline.experiments.runs import read_training
from pipeline.experiments.settings import check_models, choose_rows, run_settings

NOTHING = Published({}, {})
COMPARISONS = ROOT / "comparisons"


def read(path: Path) -> dict[str, Any]:
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


def compared(
    figures: dict[str, list[float | None]], published: Published = NOTHING, **more: frozenset[str]
) -> Comparison:
    """Rows with CNPMI by beta, a value a seed; None is a failed run."""
    rows = {
        ComparedRow(name, "m", {"lambda1": 3} if name == "b" else {}): [
            RunFigures(seed, "key", None, "train: it | broke")
            if value is None
            else RunFigures(seed, "key", {"beta/cnpmi": value, "scores/intra": 0.5, "cost/seconds": None})
            for seed, value in enumerate(values)
        ]
        for name, values in figures.items()
    }
    return Comparison("Comparison on x", {"dataset": "x"}, rows, published, **more)


def test_mean_and_deviation_by_hand() -> None:
    assert summarise([1.0, None, 2.0, 6.0]) == SeedSummary(3.0, pytest.approx(math.sqrt(7)), 3)
    assert summarise([0.5]) == SeedSummary(0.5, None, 1)
    assert summarise([None]) is None
    # ((3 - 1) * 4 + (2 - 1) * 1) / (3 + 2 - 2) = 3
    assert pooled_std(SeedSummary(0, 2.0, 3), SeedSummary(0, 1.0, 2)) == pytest.approx(math.sqrt(3))
    assert pooled_std(SeedSummary(0, None, 1), SeedSummary(0, None, 1)) is None
    assert pooled_std(SeedSummary(0, None, 1), SeedSummary(0, 2.0, 2)) == 2.0


def test_marks() -> None:
    means = {"a": 0.50, "b": 0.49, "c": 0.475}
    column = {name: SeedSummary(mean, 0.02, 2) for name, mean in means.items()} | {"d": None}
    assert mark_column(column, "high") == {"a": "best", "b": "noise", "c": "", "d": ""}
    assert mark_column(column, "low") == {"a": "", "b": "noise", "c": "best", "d": ""}
    assert set(mark_column(column, None).values()) == {""}
    one_seed = {"a": SeedSummary(0.5, None, 1), "b": SeedSummary(0.4999, None, 1)}
    assert mark_column(one_seed, "high") == {"a": "best", "b": ""}, "noise is unknown, so nothing is called noise"
    assert set(mark_column({"a": SeedSummary(1.0, None, 1), "b": SeedSummary(1.0, None, 1)}, "high").values()) == {""}
    assert set(mark_column({"a": SeedSummary(1.0, None, 1), "b": None}, "high").values()) == {""}


def test_cells() -> None:
    assert figure_text(SeedSummary(0.04971, 0.00104, 3), "best", 4) == "**0.0497 ± 0.0010**"
    assert figure_text(SeedSummary(0.04971, 0.00104, 3), "noise", 4) == "0.0497 ± 0.0010 ≈"
    assert figure_text(SeedSummary(12.34, None, 1), "", 1) == "12.3"
    assert figure_text(None, "", 1) == "–"


def test_table_marks_failures_and_own_theta() -> None:
    table = write_markdown(compared({"a": [0.5, 0.54], "b": [0.48, None], "c": [None, None]}, own_theta=frozenset("a")))
    assert "| a † | **0.5200 ± 0.0283** |" in table
    assert "| b (1 of 2 seeds) | 0.4800 |" in table, "0.04 below, with 0.028 of noise"
    assert "| c | failed |" in table
    assert "- c, seed 1: train: it | broke" in table
    assert "- b: lambda1 3" in table
    assert "no record" in table, "seconds of training that were not noted are said to be so"
    assert "| published" not in table


def test_one_seed_says_that_noise_is_unknown() -> None:
    assert "unknown" in write_markdown(compared({"a": [0.5], "b": [0.4]}))
    several = write_markdown(compared({"a": [0.5, 0.6], "b": [0.4, 0.5]}))
    assert "unknown" not in several
    assert "≈" in several


def test_published_figures_stand_in_columns_of_their_own() -> None:
    values = {
        "sources": {"one": "One 2020", "two": "Two 2021", "three": "Three"},
        "figures": {
            "x": {
                "a": {"two": {"cnpmi": [0.07, 0.002]}, "one": {"cnpmi": 0.076, "intra": {"en": 0.8, "zh": 0.7}}},
                "not compared": {"three": {"cnpmi": 1.0}},
            }
        },
    }
    published = read_published(values, "x", ["a", "b"])
    table = write_markdown(compared({"a": [0.5], "b": [0.4]}, published))
    assert "| published CNPMI |" in table
    assert "| 0.070 ± 0.002 [2]; 0.076 [1] |" in table
    assert "| 0.750 (en 0.800, zh 0.700) [1] |" in table
    assert "[1] One 2020." in table
    assert "another reference corpus" in table
    assert "Three" not in table
    assert read_published(values, "y", ["a"]) == NOTHING
    with pytest.raises(InputError, match="four"):
        read_published({"sources": {}, "figures": {"x": {"a": {"four": {}}}}}, "x", ["a"])


def test_json_holds_every_run() -> None:
    comparison = compared({"a": [0.5, 0.54], "b": [0.48, None]})
    rows = json.loads(json.dumps(as_json(comparison), allow_nan=False))["rows"]
    assert rows[0]["figures"]["beta/cnpmi"] == {
        "mean": 0.52,
        "std": pytest.approx(0.0282843, abs=1e-6),
        "n": 2,
        "mark": "best",
    }
    assert rows[0]["figures"]["cost/seconds"] is None
    assert [run["error"] for run in rows[1]["runs"]] == [None, "train: it | broke"]
    assert rows[1]["overrides"] == {"lambda1": 3}


def test_plot_has_the_same_bytes_twice_and_stands_missing_figures() -> None:
    comparison = compared({"a": [0.5, 0.54], "b & <c>": [None, None]})
    first = draw_comparison(comparison)
    assert first == draw_comparison(comparison)
    assert first.count("<svg") == 1


def test_all_failed_is_an_error_with_the_table_written(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match="every run failed"):
        write_comparison(compared({"a": [None]}), tmp_path / "comparison")
    assert "it | broke" in (tmp_path / "comparison.md").read_text(encoding="utf-8")


def test_figures_of_a_run() -> None:
    headline = {"cnpmi": 0.1, "tu": 0.9, "tq": 0.09, "npmi": 0.2}
    metrics = {
        "selections": {
            "owned": headline | {"start": headline | {"cnpmi": 0.3}, "languages": {"en": {"npmi": 0.25}}},
            "beta": headline | {"start": headline, "languages": {"en": {"npmi": 0.2}, "zh": {"npmi": 0.15}}},
        },
        "retrieval": {"en->zh": {"mrr": 0.4, "jsd": 0.01}, "zh->en": {"mrr": 0.6, "jsd": 0.03}},
    }
    accuracy = {"en->en": 0.9, "zh->zh": 0.7, "en->zh": 0.5, "zh->en": None}
    classification = {"theta": {name: {"accuracy": value} for name, value in accuracy.items()}}
    found = run_figures(metrics, classification, {"seconds": 3.0, "peak_mb": 400.0}, with_start=True)
    assert found["owned/cnpmi"] == 0.1
    assert found["owned/start cnpmi"] == 0.3
    assert found["beta/npmi zh"] == 0.15
    assert "owned/npmi zh" not in found
    assert (found["theta/intra"], found["theta/cross"]) == (pytest.approx(0.8), 0.5)
    assert (found["retrieval/mrr"], found["retrieval/jsd"]) == (pytest.approx(0.5), pytest.approx(0.02))
    assert found["cost/seconds"] == 3.0
    other = run_figures(metrics, classification, None, with_start=False)
    assert other["cost/peak_mb"] is None
    assert other["owned/start cnpmi"] is None, "the clusters are not where this model starts"


def test_rows_are_models_or_variants() -> None:
    listed = {"a": None, "a without x": {"model": "a", "train": {"epochs": 3}, "b.c": [1]}}
    rows = choose_rows(listed, [], "list")
    assert [(row.name, row.model, dict(row.overrides)) for row in rows] == [
        ("a", "a", {}),
        ("a without x", "a", {"train.epochs": 3, "b.c": [1]}),
    ]
    assert choose_rows({}, ["z"], "list") == [ComparedRow("z", "z")]
    check_models(rows, ["a"], "list")
    for listed, names, told in (
        ({}, [], "nothing to compare"),
        ({}, ["a", "a"], "twice"),
        ({"a": 3}, [], "must be a mapping of parameters"),
        ({"a": {"seed": 1}}, [], "sets `seed`"),
    ):
        with pytest.raises(InputError, match=told):
            choose_rows(listed, names, "list")
    with pytest.raises(InputError, match=r"did you mean `xtra`.*Models are xtra, b"):
        check_models([ComparedRow("xtr", "xtr")], ["xtra", "b"], "list")


@pytest.mark.parametrize("texts", [[], ["0", "0"], ["a"], ["-1"], ["1.5"]])
def test_wrong_seeds_are_refused(texts: list[str]) -> None:
    with pytest.raises(InputError, match="whole numbers"):
        read_seeds(texts)


def test_settings_are_the_parameters_with_what_the_row_changes(tmp_path: Path) -> None:
    base = tmp_path / "params.yaml"
    base.write_text(
        "model: a\nablate: [x]\nseed: 0\npath: ../far/x.csv  # where\ntrain:\n  epochs: 5\n  list: []\n"
        "comparison: old.json\n",
        encoding="utf-8",
    )
    row = ComparedRow("r", "b", {"train.epochs": 7, "train.list": ["x"]})
    settings = run_settings(base, None, row, 3, ["path"])
    far = str((tmp_path / "../far/x.csv").resolve())
    expected = {"model": "b", "ablate": [], "seed": 3, "path": far, "train": {"epochs": 7, "list": ["x"]}}
    expected["comparison"] = NONE
    assert settings.values == expected, "what params.yaml ablates is not ablated in a comparison"
    common = {"train.epochs": 9, "path": "y.csv"}
    shared = run_settings(base, None, row, 3, ["path"], common=common).values
    assert (shared["train"]["epochs"], shared["path"]) == (7, "y.csv"), "a row's own come last"
    assert "# where" in settings.text
    with pytest.raises(InputError, match=r"row 'r'.*`train\.epoch` is not a parameter of params\.yaml; did you mean"):
        run_settings(base, None, ComparedRow("r", "b", {"train.epoch": 1}), 0)


def test_overrides_are_typed_values() -> None:
    assert read_overrides(["a.b=3", "c=[x]", "d=p=q"]) == {"a.b": 3, "c": ["x"], "d": "p=q"}
    for text in ("a.b", "a=[x"):
        with pytest.raises(InputError, match=r"expected name=value|is not a value"):
            read_overrides([text])


STAGES_BY_HAND = {
    "first": {"cmd": "x", "deps": ["code", "${path}"], "params": ["seed"], "outs": ["made"]},
    "train": {"cmd": "y", "deps": ["made"], "params": ["model", "${model}"], "outs": [{"theta": {"cache": False}}]},
    "last": {"cmd": "z", "deps": ["theta"], "params": ["top.words"]},
}


def test_key_changes_with_what_decides_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "code/__pycache__").mkdir(parents=True)
    (tmp_path / "code/a.py").write_text("1", encoding="utf-8")
    (tmp_path / "data").write_text("rows", encoding="utf-8")
    values = {"path": "data", "seed": 0, "model": "m", "m": {"size": 1}, "other": {"size": 1}, "top": {"words": 1}}

    def key(until: str | None = None, **changes: object) -> str:
        return Keys(STAGES_BY_HAND, tmp_path).key(values | changes, until)

    first = key()
    assert key(other={"size": 2}) == first, "another model's parameters decide nothing"
    (tmp_path / "code/__pycache__/a.pyc").write_text("x", encoding="utf-8")
    assert key() == first
    assert key(top={"words": 2}) != first
    assert key("train", top={"words": 2}) == key("train"), "what comes after training does not decide it"
    assert len({first, key(seed=1), key(m={"size": 2}), key(model="other"), key("train")}) == 5
    (tmp_path / "code/a.py").write_text("2", encoding="utf-8")
    changed = key()
    assert changed != first
    (tmp_path / "data").write_text("more", encoding="utf-8")
    more = key()
    assert more not in (first, changed)
    monkeypatch.setattr(keys, "versions", lambda: {"jieba": "0"})
    assert key() != more


def test_facts_are_those_that_all_runs_share() -> None:
    first = {"dataset": "d", "num_topics": 20, "encoder": "aligned", "reference": "/a/b/ref.jsonl"}
    assert shared_facts([first, first | {"num_topics": 50}]) == {
        "dataset": "d",
        "encoder": "aligned",
        "reference": "ref.jsonl",
    }


def test_inputs_and_ancestors() -> None:
    assert inputs(STAGES_BY_HAND, {"path": "p"}) == ["code", "p"]
    assert leading_to(STAGES_BY_HAND, "train") == ["first", "train"]
    with pytest.raises(InputError, match=r"no parameter `a\.b`"):
        fill("${a.b}", {"a": 3})


def test_training_is_found_by_its_key(tmp_path: Path) -> None:
    times = tmp_path / "times.jsonl"
    assert read_training(times, "k") is None
    rows = [("train", "k", 1.0), ("train", "other", 2.0), ("train", "k", 3.0), ("report", "k", 4.0)]
    lines = [json.dumps({"stage": stage, "run": run, "seconds": s, "peak_mb": s}) for stage, run, s in rows]
    times.write_text("\n".join([*lines, json.dumps({"stage": "train", "seconds": 9})]) + "\n", encoding="utf-8")
    assert read_training(times, "k") == {"seconds": 3.0, "peak_mb": 3.0}


def test_stages_need_no_more_of_the_comparison_than_its_columns() -> None:
    for stage in STAGES:
        files = library_files(ROOT / "stages" / f"{stage}.py")
        needed = {file.name for file in files if "comparison" in file.parts}
        assert needed <= ({"__init__.py", "figure_tables.py", "statistics.py"} if stage == "report" else set()), stage


@pytest.mark.parametrize("path", sorted(COMPARISONS.glob("*.yaml")), ids=lambda path: path.stem)
def test_shipped_rows_fit_the_parameters(path: Path) -> None:
    if path.stem == "published":
        values = read(path)
        for dataset, rows in values["figures"].items():
            found = read_published(values, dataset, list(rows))
            kinds = {kind for parts in found.figures.values() for part in parts.values() for kind in part}
            assert kinds <= {"cnpmi", "tu", "tq", "intra", "cross"}
        return
    preset = path.stem if (ROOT / "presets" / path.name).exists() else None
    for row in choose_rows(read(path), [], str(path)):
        values = run_settings(ROOT / "params.yaml", preset, row, 4, presets=ROOT / "presets").values
        assert (values["model"], values["seed"]) == (row.model, 4)
