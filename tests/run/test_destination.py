"""No command writes among the files that a run reads or makes."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.common.errors import InputError
from pipeline.run.destination import check_destination
from pipeline.run.layout import LAYOUT
from pipeline.run.record import write_record


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("mine", "new", "words"):
        Path(name).mkdir()
    Path("mine/documents.jsonl").touch()
    Path("reference.jsonl").touch()
    write_record(LAYOUT.records, "documents", {}, [Path("mine"), Path("reference.jsonl")])
    return tmp_path


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("models/run/share", "the pipeline's own files"),
        ("models/encoder", "the pipeline's own files"),
        ("data/run/records/x.csv", "the pipeline's own files"),
        ("data/cache/x.json", "the pipeline's own files"),
        ("mine/theta.parquet", "files in mine are read as an input"),
        ("mine/below/share", "files in mine are read as an input"),
        ("words/../mine/x.csv", "files in mine are read as an input"),
        ("mine", "is also the input"),
        ("reference.jsonl", "is also the input"),
        ("new/theta.parquet", "files in new are read as an input"),
    ],
)
def test_what_a_run_would_lose_or_read_is_refused(project: Path, path: str, words: str) -> None:
    for given in (Path(path), project / path):
        with pytest.raises(InputError, match=f"--output .*{words}"):
            check_destination("--output", given, [Path("new")])


@pytest.mark.parametrize("path", ["theta.parquet", "mine2/x.csv", "words/share", "reports/t.jsonl", "../x", "models/x"])
def test_anywhere_else_is_right(project: Path, path: str) -> None:
    check_destination("--output", Path(path), [Path("new"), project / "new/documents.jsonl"])
