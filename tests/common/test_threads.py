"""The number of threads that the user asks for."""

from __future__ import annotations

import pytest
from project import ROOT, run_stage

from pipeline.common.errors import InputError
from pipeline.common.parallel import processes_allowed
from pipeline.common.reproducible import threads_asked, versions


@pytest.mark.parametrize("value", ["0", "-1", "1.5", "all", "", " 2", "٢", "1e3", "99999"])
def test_what_is_no_number_of_threads_is_refused_with_the_name_of_the_variable(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("PIPELINE_THREADS", value)
    for read in (threads_asked, processes_allowed, versions.__wrapped__):
        with pytest.raises(InputError, match=r"PIPELINE_THREADS is .*Expected a whole number from 1 to 1024"):
            read()


def test_a_stage_says_so_before_it_begins() -> None:
    done = run_stage(ROOT, "check", PIPELINE_THREADS="all")
    assert done.returncode == 2
    assert done.stderr.startswith("the environment variable PIPELINE_THREADS is 'all'.")
    assert done.stderr.count("\n") == 1


def test_the_number_is_a_part_of_the_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIPELINE_THREADS", "3")
    assert versions.__wrapped__()["threads"] == "3"
    monkeypatch.delenv("PIPELINE_THREADS")
    assert versions.__wrapped__()["threads"] == "2"
