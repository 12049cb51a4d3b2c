"""The pipeline under DVC, in a repository of its own: what runs again, and what does not."""

from __future__ import annotations

from pathlib import Path

import pytest
from project import STAGES
from repository import call, commit

AFTER_LAMBDA = ("check", "train", "evaluate", "classify", "report")


def ran(output: str) -> list[str]:
    return [name for name in STAGES if f"> python -m stages.{name}" in output]


def test_only_what_changed_runs_again(repository: Path) -> None:
    assert ran(call(repository, "dvc", "repro")) == list(STAGES)
    commit(repository, "first run")
    assert ran(call(repository, "dvc", "repro")) == []
    assert call(repository, "git", "status", "--porcelain") == ""

    experiment = call(repository, "dvc", "exp", "run", "-S", "lambda1=70")
    assert tuple(ran(experiment)) == AFTER_LAMBDA
    difference = call(repository, "dvc", "metrics", "diff")
    assert "reports/metrics.json" in difference

    call(repository, "git", "checkout", "--quiet", "params.yaml")
    back = call(repository, "dvc", "repro")
    assert "train" not in ran(back), "the run cache answers for a run that was done before"


def test_another_model_runs_from_train_on_and_back_trains_nothing(repository: Path) -> None:
    assert tuple(ran(call(repository, "dvc", "exp", "run", "-S", "model=usvd"))) == AFTER_LAMBDA
    plots = call(repository, "dvc", "plots", "show", "--json")
    assert "losses" in plots, "a model without training has no losses to draw, and breaks no plot"
    call(repository, "git", "checkout", "--quiet", "params.yaml")
    back = ran(call(repository, "dvc", "repro"))
    assert back in ([], ["report"]), "only the page, which Git keeps and the run cache does not, is written again"


def test_unknown_parameter_is_refused_before_anything_runs(repository: Path) -> None:
    with pytest.raises(AssertionError, match="lambda9"):
        call(repository, "dvc", "exp", "run", "-S", "lambda9=1")
