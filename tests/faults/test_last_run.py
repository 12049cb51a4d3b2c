"""A run that stops on the way: what says so, and how the last run comes back without a second training."""

from __future__ import annotations

from pathlib import Path

import pytest
from project import run_stage, set_params
from repository import call, commit

MODEL = Path("models/run/weights.safetensors")


@pytest.mark.slow
def test_the_last_run_comes_back(repository: Path) -> None:
    call(repository, "dvc", "repro")
    commit(repository, "a run")
    weights = (repository / MODEL).read_bytes()
    set_params(repository, repository / "params.yaml", {"lambda1": 1e38})  # the loss becomes infinite
    with pytest.raises(AssertionError, match=r"epoch 1, batch"):
        call(repository, "dvc", "repro")
    for name, arguments in (("infer", ("--input", "x.jsonl", "--output", "x.parquet")), ("export", ("--output", "x"))):
        refused = run_stage(repository, name, *arguments)
        assert refused.returncode == 3, refused.stderr
        assert "the last run stopped before" in refused.stderr
        assert "To have the run before it back" in refused.stderr
    call(repository, "git", "checkout", "--quiet", "params.yaml")
    assert "> python -m stages.train" not in call(repository, "dvc", "repro")
    assert (repository / MODEL).read_bytes() == weights
    assert run_stage(repository, "export", "--output", "x").returncode == 0
