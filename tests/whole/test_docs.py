"""README and docs tell the truth: the site builds without a warning, and what they tell to type exists."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from project import STAGES, make_project, run_stages, sample_rows
from ruamel.yaml import YAML

from docs.write_languages import PAGE as LANGUAGES_PAGE
from docs.write_languages import page as languages_page
from docs.write_parameters import PAGE, page
from docs.write_tables import PAGE as TABLES_PAGE
from docs.write_tables import page as tables_page
from pipeline.experiments.keys import look_up
from stages.plots_page import page as plots_page

ROOT = Path(__file__).resolve().parents[2]
FLAGS = re.DOTALL | re.MULTILINE
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def commands(path: Path) -> list[list[str]]:
    """The lines of a page's shell blocks, as words, without their comments."""
    blocks = re.findall(r"^```(?:sh|bash)?\n(.*?)^```", path.read_text(encoding="utf-8"), FLAGS)
    starts = ("make ", "dvc ", "python -m ")
    lines = [line.strip() for block in blocks for line in block.splitlines()]
    return [shlex.split(line, comments=True) for line in lines if line.startswith(starts)]


@cache
def options(entry: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", entry, "--help"], cwd=ROOT, capture_output=True, text=True, env={"COLUMNS": "200"}
    )
    assert done.returncode == 0, f"{entry}: {done.stderr}"
    return done.stdout


def test_the_page_of_parameters_is_that_of_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    written, fresh = PAGE.read_text(encoding="utf-8"), page()
    # A user's own params.yaml has other values than those that ship.
    assert [_less_value(line) for line in written.splitlines()] == [_less_value(line) for line in fresh.splitlines()]


def _less_value(line: str) -> list[str]:
    cells = line.split(" | ")
    return [*cells[:1], *cells[2:]]


def test_every_parameter_says_what_it_means() -> None:
    rows = [line.split(" | ") for line in page(ROOT / "params.yaml").splitlines() if line.startswith("| `")]
    assert len(rows) > 80
    assert not [row[0] for row in rows if len(row[-1].strip(" |")) < 3]


def test_the_page_of_tables_is_that_of_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert TABLES_PAGE.read_text(encoding="utf-8") == tables_page()


def test_the_page_of_languages_is_that_of_the_code() -> None:
    text = languages_page()
    assert LANGUAGES_PAGE.read_text(encoding="utf-8") == text
    assert len(re.findall(r"^\| `\w+` \|", text, re.MULTILINE)) > 100


@pytest.mark.parametrize("path", [*PAGES, ROOT / "CONTRIBUTING.md"], ids=lambda path: path.stem)
def test_files_of_the_code_that_a_page_names_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    named = re.findall(r"`((?:pipeline|stages|tests|docs|presets|comparisons|benchmarks)/[\w./*-]+)`", text)
    missing = [name for name in named if "my" not in Path(name).name and not list(ROOT.glob(name))]
    assert not missing


def test_names_that_the_guide_places_in_a_file_are_there() -> None:
    guide = (ROOT / "docs/extending.md").read_text(encoding="utf-8")
    places = re.findall(r"`(\w+)`\s(?:in|of)\s`([\w/.]+\.(?:py|js))`", guide)
    assert len(places) >= 12
    lacking = [(name, file) for name, file in places if name not in (ROOT / file).read_text(encoding="utf-8")]
    assert not lacking


def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    pytest.importorskip("mkdocs")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path / "site")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "WARNING -" not in done.stderr
    assert (tmp_path / "site/parameters.html").exists()


def test_python_blocks_run(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make_project(tmp_path_factory.mktemp("docs") / "project", sample_rows(60))
    run_stages(folder, STAGES[: STAGES.index("classify")])
    monkeypatch.chdir(folder)
    blocks = [block for path in PAGES for block in re.findall(r"^```python\n(.*?)^```", path.read_text("utf-8"), FLAGS)]
    assert len(blocks) >= 3
    for block in blocks:
        exec(compile(block, "block", "exec"), {})  # the text of our own pages


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_commands_exist(path: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    presets = {preset.stem for preset in (ROOT / "presets").glob("*.yaml")}
    for words in commands(path):
        if words[0] == "make":
            assert words[1] in targets, words
            for name, value in (word.split("=", 1) for word in words[2:]):
                assert f"$({name})" in (ROOT / "Makefile").read_text(encoding="utf-8"), words
                assert name != "PRESET" or value in presets, words
        elif words[0] == "python" and words[2].startswith("stages."):
            known = options(words[2])
            for word in words[3:]:
                assert not word.startswith("--") or word in known, words


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_parameters_that_experiments_set_exist(path: Path) -> None:
    values = YAML(typ="safe").load(ROOT / "params.yaml")
    for words in commands(path):
        for option, setting in pairwise(words):
            if option == "-S":
                look_up(values, setting.split("=", 1)[0])


def test_the_page_for_plots_needs_no_network() -> None:
    pytest.importorskip("vl_convert")
    text = plots_page()
    assert text.count("{plot_divs}") == 1
    assert "cdn." not in text
    assert "<script src" not in text
    assert "window.vegaEmbed" in text


def test_the_page_of_reliability_names_tests_that_exist() -> None:
    page = (ROOT / "docs/reliability.md").read_text(encoding="utf-8")
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", page)
    assert len(named) > 50
    missing = [f"{file}::{name}" for file, name in named if f"def {name}(" not in read_test(file)]
    assert not missing


def read_test(file: str) -> str:
    path = ROOT / "tests" / file
    return path.read_text(encoding="utf-8") if path.exists() else ""
