"""How well a document's topics predict its label: an SVM within and across languages (XTRA, section 4.2)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from pydantic import BaseModel, ConfigDict, Field

from pipeline.common.parallel import processes_allowed
from pipeline.evaluation.svm import BLOCK, METHODS, Method, Predict
from pipeline.tables.by_language import ByLanguage
from pipeline.tables.vectors import Theta

log = logging.getLogger(__name__)
Score = dict[str, float | int | str | None]
UNLABELLED, UNTRAINED = "no document has a `label`", "no training document has a `label`"
WORTH_PROCESSES = 4000  # training documents; with fewer, starting a process takes longer than training


class ClassifyParams(BaseModel):
    """The ``classify`` section of params.yaml.

    Attributes:
        seed: seed of the random draw of training documents (top level).
        method: ``exact`` is the SVM of the papers; its time grows with the square of the number of documents.
            ``fast`` is for large sets, see :func:`pipeline.evaluation.svm.fast_svm`.
        max_train: the most training documents of each language, drawn with the seed. ``null`` takes all.
        jobs: number of exact SVMs that are trained at the same time.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = Field(0, ge=0, lt=2**32)
    method: Method = "exact"
    max_train: int | None = Field(20_000, ge=2)
    jobs: int = Field(2, ge=1)


@dataclass(frozen=True)
class Labelled:
    """Labelled documents of one language.

    Attributes:
        train: (D1, K) features.
        train_labels: (D1,) strings.
        test: (D2, K) features.
        test_labels: (D2,) strings.
    """

    train: np.ndarray
    train_labels: np.ndarray
    test: np.ndarray
    test_labels: np.ndarray


def labelled_parts(documents: pl.DataFrame, features: Theta) -> dict[str, Labelled]:
    """Split labelled documents by language and split.

    Args:
        documents: columns lang, split and label; D rows.
        features: theta or scores of these documents; documents without them are left out.
    """
    usable = documents.with_row_index("row").filter(pl.col("label").is_not_null() & pl.Series(features.known))
    labelled = {}
    for language in ByLanguage.of(documents["lang"]).names:
        language_rows = usable.filter(pl.col("lang") == language)
        train, test = (language_rows.filter(pl.col("split") == split) for split in ("train", "test"))
        labelled[language] = Labelled(
            features.values[train["row"].to_numpy()],
            train["label"].to_numpy().astype(str),
            features.values[test["row"].to_numpy()],
            test["label"].to_numpy().astype(str),
        )
    return labelled


def classify_each(
    features: Mapping[str, Mapping[str, Labelled]], params: ClassifyParams
) -> dict[str, dict[str, Score]]:
    """Train one SVM for each kind of features and language, several at a time; see :func:`classify`."""
    from joblib import Parallel, delayed

    work = [(kind, lang) for kind, parts in features.items() for lang in parts]
    sizes = {
        lang: min(len(part.train_labels), params.max_train or len(part.train_labels))
        for parts in features.values()
        for lang, part in parts.items()
    }
    if any(sizes.values()):
        log.info("one SVM for each language (%s), on %s documents", params.method, " + ".join(map(str, sizes.values())))
    else:
        log.info("no document has a label, so there is nothing to classify")
    # The fast method consists of matrix products, which already use every thread: processes would only compete.
    worth_it = params.method == "exact" and sum(sizes.values()) >= WORTH_PROCESSES
    jobs = min(params.jobs, processes_allowed()) if worth_it else 1
    rows = Parallel(n_jobs=jobs)(delayed(_train_and_test)(lang, features[kind], params) for kind, lang in work)
    scores: dict[str, dict[str, Score]] = {kind: {} for kind in features}
    for (kind, _), row in zip(work, rows, strict=True):
        scores[kind] |= row
    return scores


def classify(parts: Mapping[str, Labelled], params: ClassifyParams) -> dict[str, Score]:
    """Train one SVM for each language and test it on every language.

    Returns:
        ``train->test`` -> accuracy and macro F1 (over all labels that test documents have or are predicted to
        have). Both are null, with a reason, where the labels do not allow training or testing, or no test document
        has a label of the training documents; ``language`` is then
        the language that the reason is about, if it is about one.
    """
    return classify_each({"": parts}, params)[""]


def _train_and_test(source: str, parts: Mapping[str, Labelled], params: ClassifyParams) -> dict[str, Score]:
    if not any(len(part.train_labels) + len(part.test_labels) for part in parts.values()):
        return {f"{source}->{target}": _none(UNLABELLED) for target in parts}
    features, labels = _subset(parts[source], params.max_train, params.seed)
    classes, sizes = np.unique(labels, return_counts=True)
    if len(classes) < 2:
        found = f"all training documents have the same `label`, {str(classes[0])!r}" if len(classes) else UNTRAINED
        return {f"{source}->{target}": _none(found, source) for target in parts}
    if (single := int((sizes == 1).sum())) > len(classes) / 2:
        found = f"{single:,} of {len(classes):,} labels are at one training document only, so they look like ids"
        return {f"{source}->{target}": _none(found, source) for target in parts}
    predict = METHODS[params.method](features.astype(np.float64), labels, params.seed)
    return {f"{source}->{target}": _test(predict, classes, part, target) for target, part in parts.items()}


def _test(predict: Predict, classes: np.ndarray, part: Labelled, target: str) -> Score:
    from sklearn.metrics import accuracy_score, f1_score

    if not len(part.test_labels):
        return _none("no test document has a `label`", target)
    tested = np.unique(part.test_labels)
    if not np.isin(tested, classes).any():
        return _none(_no_label_in_common(classes, tested), target)
    starts = range(0, len(part.test), BLOCK)
    predicted = np.concatenate([predict(part.test[start : start + BLOCK].astype(np.float64)) for start in starts])
    return {
        "accuracy": float(accuracy_score(part.test_labels, predicted)),
        "macro_f1": float(f1_score(part.test_labels, predicted, average="macro", zero_division=0)),
    }


def _no_label_in_common(trained: np.ndarray, tested: np.ndarray) -> str:
    """Why nothing can be right, and labels that may be one in two spellings."""
    same = {_meaning(label): label for label in trained.tolist()}
    alike = next(((same[_meaning(label)], label) for label in tested.tolist() if _meaning(label) in same), None)
    hint = f"; if {alike[0]!r} and {alike[1]!r} are the same label, write them alike" if alike else ""
    return f"no `label` of its test documents is one of the training documents', {trained[0]!s} ...{hint}"


def _meaning(label: str) -> float | str:
    """What two spellings of one label have in common: the number, or the letters."""
    try:
        return float(label)
    except ValueError:
        return "".join(filter(str.isalnum, label.casefold()))


def _subset(part: Labelled, max_train: int | None, seed: int) -> tuple[np.ndarray, np.ndarray]:
    if max_train is None or len(part.train_labels) <= max_train:
        return part.train, part.train_labels
    chosen = np.sort(np.random.default_rng(seed).permutation(len(part.train_labels))[:max_train])
    return part.train[chosen], part.train_labels[chosen]


def accuracy_table(scores: Mapping[str, Mapping[str, Score]]) -> pl.DataFrame:
    """The accuracies that were measured, as rows for plots: features, direction, accuracy, macro_f1."""
    return pl.DataFrame(
        [
            (features, direction, score["accuracy"], score["macro_f1"])
            for features, directions in scores.items()
            for direction, score in directions.items()
            if score["accuracy"] is not None
        ],
        schema={"features": pl.String, "direction": pl.String, "accuracy": pl.Float64, "macro_f1": pl.Float64},
        orient="row",
    )


def _none(reason: str, language: str | None = None) -> Score:
    about = {"language": language} if language else {}
    return {"accuracy": None, "macro_f1": None, "reason": reason, **about}
