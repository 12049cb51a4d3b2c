"""Classification within and across languages, and every reason for which there is no figure."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from joblib import parallel_config
from project import set_params
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.svm import SVC

from pipeline.common.json_files import read_json
from pipeline.evaluation import svm
from pipeline.evaluation.classify import (
    ClassifyParams,
    Labelled,
    accuracy_table,
    classify,
    classify_each,
    labelled_parts,
)
from pipeline.evaluation.svm import exact_svm, fast_svm
from pipeline.run.layout import LAYOUT
from pipeline.tables.catalogue import THETA, WHOLES
from pipeline.tables.vectors import Theta

ROOT = Path(__file__).resolve().parents[2]
ONE = ClassifyParams(jobs=1, max_train=None)
CLASSES = np.array(["art", "sport", "war"])


def blobs(seed: int, documents: int, spread: float = 0.05) -> tuple[np.ndarray, np.ndarray]:
    """Features near one corner a class, and the labels."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(3, size=documents)
    labels[:3] = range(3)
    return np.eye(3)[labels] + spread * rng.normal(size=(documents, 3)), CLASSES[labels]


def labelled(seed: int, spread: float = 0.05) -> Labelled:
    return Labelled(*blobs(seed, 40, spread), *blobs(seed + 100, 20, spread))


def without(part: Labelled, train: slice = slice(None), test: slice = slice(None)) -> Labelled:
    return Labelled(part.train[train], part.train_labels[train], part.test[test], part.test_labels[test])


def test_separable_classes_are_told_apart_in_every_direction() -> None:
    scores = classify({"en": labelled(0), "zh": labelled(1), "ja": labelled(2)}, ONE)
    assert list(scores) == [f"{a}->{b}" for a in ("en", "zh", "ja") for b in ("en", "zh", "ja")]
    assert all(score["accuracy"] == 1 and score["macro_f1"] == 1 for score in scores.values())


def test_labels_that_mean_nothing_are_not_learnt() -> None:
    part = labelled(0)
    shuffled = Labelled(
        part.train, np.random.default_rng(0).permutation(part.train_labels), part.test, part.test_labels
    )
    assert classify({"en": shuffled}, ONE)["en->en"]["accuracy"] < 0.9


def test_a_model_is_trained_in_the_first_language_and_tested_in_the_second() -> None:
    parts = {"en": labelled(0, spread=0.6), "zh": labelled(1, spread=0.6)}
    scores = classify(parts, ONE)
    for source, target in (("en", "zh"), ("zh", "en"), ("en", "en")):
        model = SVC(C=1, kernel="rbf", gamma="scale").fit(parts[source].train, parts[source].train_labels)
        predicted, truth = model.predict(parts[target].test), parts[target].test_labels
        assert scores[f"{source}->{target}"]["accuracy"] == pytest.approx((predicted == truth).mean())
        f1 = [
            2 * ((predicted == c) & (truth == c)).sum() / ((predicted == c).sum() + (truth == c).sum()) for c in CLASSES
        ]
        assert scores[f"{source}->{target}"]["macro_f1"] == pytest.approx(np.mean(f1))
    assert scores["en->zh"] != scores["zh->en"]


@pytest.mark.parametrize("classes", [2, 3, 6])
def test_the_exact_predictions_are_those_of_scikit_learn(classes: int) -> None:
    rng = np.random.default_rng(classes)
    labels = rng.integers(classes, size=200)
    points = np.eye(6)[labels] + 0.5 * rng.normal(size=(200, 6))
    new = rng.normal(size=(500, 6))
    names = np.array(list("abcdef"))[labels]
    expected = SVC().fit(points, names).predict(new)
    assert len(set(expected)) == classes
    assert exact_svm(points, names, 0)(new).tolist() == expected.tolist()


def test_many_classes_need_no_memory_for_each_pair_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(svm, "DECISIONS", 3 * 90**2)
    rng = np.random.default_rng(0)
    features, labels = rng.random((400, 5)), rng.permutation(np.arange(400) % 90)
    predict, new = exact_svm(features, labels, 0), rng.random((60, 5))
    tracemalloc.start()
    predicted = predict(new)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (predicted == SVC().fit(features, labels).predict(new)).all()
    assert peak < 4e6  # weights of 400 support vectors in 4,005 pairs of classes would take 13 MB


def test_the_fast_one_is_kernel_ridge_where_every_document_is_a_landmark() -> None:
    (points, names), (new, _) = blobs(0, 60, 0.6), blobs(1, 300, 0.6)
    gamma = 1 / (3 * points.var())
    kernel = rbf_kernel(points, gamma=gamma) + 1  # 1: the intercept
    duals = np.linalg.solve(kernel + np.eye(60), np.where(names[:, None] == CLASSES, 1, -1))
    expected = CLASSES[((rbf_kernel(new, points, gamma) + 1) @ duals).argmax(axis=1)]
    assert fast_svm(points, names, 0)(new).tolist() == expected.tolist()


def test_the_fast_one_sees_all_documents_block_by_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.evaluation.svm.LANDMARKS", 20)
    (points, names), (new, labels) = blobs(0, 300, 0.3), blobs(1, 300, 0.3)
    whole = fast_svm(points, names, 0)(new)
    monkeypatch.setattr("pipeline.evaluation.svm.BLOCK", 7)
    assert fast_svm(points, names, 0)(new).tolist() == whole.tolist()
    assert fast_svm(points, names, 1)(new).tolist() != whole.tolist()
    exact = (exact_svm(points, names, 0)(new) == labels).mean()
    assert exact - 0.03 < (whole == labels).mean() < 1


def test_the_fast_one_is_chosen_by_its_name() -> None:
    parts = {"en": labelled(0, spread=0.6), "zh": labelled(1, spread=0.6)}
    fast = classify(parts, ClassifyParams(jobs=1, max_train=None, method="fast"))
    part = parts["en"]
    predicted = fast_svm(part.train, part.train_labels, 0)(parts["zh"].test)
    assert fast["en->zh"]["accuracy"] == pytest.approx((predicted == parts["zh"].test_labels).mean())
    assert fast != classify(parts, ONE)


def test_one_training_for_each_language_and_kind_of_features(monkeypatch: pytest.MonkeyPatch) -> None:
    fits = []
    fit = SVC.fit
    monkeypatch.setattr(SVC, "fit", lambda self, x, y: (fits.append(len(x)), fit(self, x, y))[1])
    clear = {lang: labelled(seed) for seed, lang in enumerate(("en", "zh", "ja"))}
    theta = {lang: labelled(seed, spread=0.6) for seed, lang in enumerate(("en", "zh", "ja"))}
    scores = classify_each({"scores": clear, "theta": theta}, ONE)
    assert fits == [40] * 6
    assert scores == {"scores": classify(clear, ONE), "theta": classify(theta, ONE)}
    assert scores["scores"] != scores["theta"]


def test_the_number_of_jobs_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.evaluation.classify.WORTH_PROCESSES", 0)
    parts = {"en": labelled(0, spread=0.6), "zh": labelled(1, spread=0.6)}
    with parallel_config(backend="threading"):  # processes would take seconds to start
        assert classify(parts, ClassifyParams(jobs=2, max_train=None)) == classify(parts, ONE)


def test_a_language_without_labels_has_no_figure_but_a_reason() -> None:
    empty = without(labelled(1), slice(0), slice(0))
    scores = classify({"en": labelled(0), "zh": empty}, ONE)
    assert scores["en->en"]["accuracy"] == 1
    none = {"accuracy": None, "macro_f1": None, "language": "zh"}
    assert scores["en->zh"] == none | {"reason": "no test document has a `label`"}
    assert scores["zh->en"] == scores["zh->zh"] == none | {"reason": "no training document has a `label`"}


def test_one_class_only_has_no_figure_but_a_reason() -> None:
    part = labelled(1)
    one = without(part, part.train_labels == "war")
    scores = classify({"en": labelled(0), "zh": one}, ONE)
    assert scores["en->zh"]["accuracy"] == 1
    for target in ("en", "zh"):
        assert scores[f"zh->{target}"]["accuracy"] is None
        assert str(scores[f"zh->{target}"]["reason"]).startswith("all training documents have the same `label`")
        assert scores[f"zh->{target}"]["language"] == "zh"


@pytest.mark.parametrize("repeated", [0, 10])
def test_labels_that_tell_documents_apart_have_no_figure_but_a_reason(repeated: int) -> None:
    names = np.array([str(number) for number in range(40 - repeated)] + ["a"] * repeated)
    part = labelled(0)
    scores = classify({"en": Labelled(part.train, names, part.test, names[:20])}, ONE)
    different = len(set(names))
    assert scores["en->en"]["accuracy"] is None
    assert f"{40 - repeated} of {different} labels are at one training document only" in str(scores["en->en"]["reason"])


def test_the_only_class_is_named_as_it_is_spelt() -> None:
    part = labelled(1)
    reason = classify({"zh": without(part, part.train_labels == "war")}, ONE)["zh->zh"]["reason"]
    assert str(reason).endswith("the same `label`, 'war'")


def test_a_subset_is_drawn_with_the_seed() -> None:
    parts = {"en": labelled(0, spread=0.8), "zh": labelled(1, spread=0.8)}
    few = {seed: classify(parts, ClassifyParams(jobs=1, max_train=12, seed=seed)) for seed in range(4)}
    assert classify(parts, ClassifyParams(jobs=1, max_train=12, seed=0)) == few[0]
    assert any(few[seed] != few[0] for seed in few)
    assert classify(parts, ClassifyParams(jobs=1, max_train=40)) == classify(parts, ONE)
    assert any(few[seed] != classify(parts, ONE) for seed in few)


def test_a_subset_has_the_wanted_size(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = []
    fit = SVC.fit
    monkeypatch.setattr(SVC, "fit", lambda self, x, y: (sizes.append((len(x), len(y))), fit(self, x, y))[1])
    classify({"en": labelled(0), "zh": without(labelled(1), slice(10))}, ClassifyParams(jobs=1, max_train=12))
    assert sizes == [(12, 12), (10, 10)]


def test_labels_that_training_lacks_are_counted_as_errors() -> None:
    part = labelled(0)
    test = np.concatenate([np.eye(3), np.full((1, 3), 1 / 3)])
    strange = Labelled(part.train, part.train_labels, test, np.array([*CLASSES, "tax"]))
    score = classify({"en": strange}, ONE)["en->en"]
    assert score["accuracy"] == 0.75
    # Two classes are told perfectly, one takes the stranger too (F1 of 2/3), the stranger is never given.
    assert score["macro_f1"] == pytest.approx((1 + 1 + 2 / 3 + 0) / 4)


@pytest.mark.parametrize(("spelt", "hint"), [(".0", "'1' and '1.0'"), (" ", "'1' and '1 '"), ("x", "")])
def test_languages_without_a_common_label_have_no_figure_but_a_reason(spelt: str, hint: str) -> None:
    number = {name: str(place) for place, name in enumerate(sorted(CLASSES), start=1)}
    parts = {}
    for lang, ending in (("en", ""), ("zh", spelt)):
        part = labelled(0)
        train, test = (
            np.array([number[name] + ending for name in names.tolist()])
            for names in (part.train_labels, part.test_labels)
        )
        parts[lang] = Labelled(part.train, train, part.test, test)
    scores = classify(parts, ONE)
    assert scores["en->en"]["accuracy"] == scores["zh->zh"]["accuracy"] == 1
    reason = str(scores["en->zh"].pop("reason"))
    assert scores["en->zh"] == {"accuracy": None, "macro_f1": None, "language": "zh"}
    assert reason.startswith("no `label` of its test documents is one of")
    assert ("write them alike" in reason) == bool(hint)
    assert hint in reason


def test_scores_are_json() -> None:
    parts = {"en": labelled(0), "zh": without(labelled(1), slice(0)), "ja": without(labelled(2), test=slice(0))}
    scores = classify(parts, ONE)
    assert json.loads(json.dumps(scores, allow_nan=False)) == scores


DOCUMENTS = pl.DataFrame(
    [
        ("en", "train", "a"),
        ("en", "train", None),
        ("en", "test", "b"),
        ("en", "train", "c"),
        ("zh", "test", "a"),
        ("zh", "test", None),
    ],
    schema=["lang", "split", "label"],
    orient="row",
)
KNOWN = np.array([True, True, True, False, True, False])


def test_only_labelled_documents_with_features_are_used() -> None:
    parts = labelled_parts(DOCUMENTS, Theta(np.arange(12.0).reshape(6, 2), KNOWN))
    assert list(parts) == ["en", "zh"]
    assert parts["en"].train.tolist() == [[0, 1]]
    assert parts["en"].train_labels.tolist() == ["a"]
    assert parts["en"].test.tolist() == [[4, 5]]
    assert parts["en"].test_labels.tolist() == ["b"]
    assert parts["zh"].train.shape == (0, 2)
    assert parts["zh"].test.tolist() == [[8, 9]]


def test_documents_without_any_label_are_classified_without_figures(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    documents = DOCUMENTS.with_columns(label=pl.lit(None, pl.String))
    scores = classify(labelled_parts(documents, Theta(np.zeros((6, 2)), KNOWN)), ONE)
    assert len(scores) == 4
    unlabelled = {"accuracy": None, "macro_f1": None, "reason": "no document has a `label`"}
    assert all(score == unlabelled for score in scores.values())  # nothing about any single language
    assert caplog.messages == ["no document has a label, so there is nothing to classify"]


def test_the_table_for_plots_holds_the_known_figures() -> None:
    scores = classify({"en": labelled(0), "zh": without(labelled(1), slice(0))}, ONE)
    table = accuracy_table({"scores": scores, "theta": {}})
    assert table.columns == ["features", "direction", "accuracy", "macro_f1"]
    assert table.rows() == [("scores", "en->en", 1.0, 1.0), ("scores", "en->zh", 1.0, 1.0)]
    assert accuracy_table({"scores": {}}).columns == table.columns


def test_the_stage_writes_figures_of_theta_and_scores(tmp_path: Path) -> None:
    rows, features = [], []
    for seed, lang in enumerate(("en", "zh")):
        for split, documents in (("train", 30), ("test", 10)):
            points, labels = blobs(10 * seed + documents, documents)
            rows += [(lang, split, str(label)) for label in labels]
            features += points.tolist()
    documents = pl.DataFrame(rows, schema=["lang", "split", "label"], orient="row")
    features[0] = None  # a document without known words
    columns = {name: pl.Series(features, dtype=pl.Array(pl.Float32, 3)) for name in ("theta", "scores")}
    ids = pl.Series([f"d{row}" for row in range(len(rows))])
    table = documents.with_columns(pair=pl.lit(None, pl.String), whole=pl.lit(None, pl.String), id=ids, **columns)
    THETA.write(table, tmp_path / LAYOUT.tables)
    WHOLES.write(WHOLES.empty(), tmp_path / LAYOUT.tables)
    set_params(tmp_path, ROOT / "params.yaml", {"seed": 0, "classify": {"jobs": 1}})
    command = [sys.executable, "-m", "stages.classify"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    scores = read_json(tmp_path / LAYOUT.classification)
    assert set(scores) == {"theta", "scores"}
    assert all(score["accuracy"] == 1 for part in scores.values() for score in part.values())
    assert len((tmp_path / LAYOUT.accuracy).read_text(encoding="utf-8").splitlines()) == 1 + 2 * 4
