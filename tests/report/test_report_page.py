"""The page: complete, closed in itself, and whatever is in a document stays text."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from itertools import count
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from project import ROOT
from report_files import (
    CLASSIFICATION,
    COMPARISON,
    HOSTILE,
    INTAKE,
    LANGUAGES,
    LISTED,
    METRICS,
    TOPICS,
    VALUES,
    make_run,
    word,
    write_run,
)

from pipeline.common.dotted import leaves
from pipeline.common.json_files import write_json
from pipeline.common.mending import Advice, Weight
from pipeline.config.parameters import PARAMS
from pipeline.report.measures import NO_TEST_PAIRS, NO_TRANSLATIONS, figure_sheets, headlines
from pipeline.report.page import report_page
from pipeline.report.view import compute_view
from pipeline.run.layout import LAYOUT


class Reader(HTMLParser):
    """Elements and the text of a page, as a browser would see them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.data = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.elements[-1:] and self.elements[-1][1].get("id") == "report-data" and not self.data:
            self.data = data
        elif self.cdata_elem is None:
            self.text.append(data)

    def count(self, tag: str, **wanted: str) -> int:
        names = {name.rstrip("_"): value for name, value in wanted.items()}
        return sum(found == tag and names.items() <= attributes.items() for found, attributes in self.elements)


@pytest.fixture(scope="module")
def page() -> str:
    return report_page(make_run(), COMPARISON, seed=0)


@pytest.fixture(scope="module")
def shown(page: str) -> Reader:
    return Reader(page)


def test_every_topic_language_and_word_is_there(shown: Reader) -> None:
    assert shown.count("article", class_="card") == TOPICS
    assert shown.count("td", lang="zh") == TOPICS * LISTED
    text = " ".join(shown.text)
    assert all(word(lang, number) in text for lang in LANGUAGES for number in range(LISTED))


def test_every_section_has_a_link_and_plots_have_names(shown: Reader) -> None:
    sections = [attributes["id"] for tag, attributes in shown.elements if tag == "section"]
    assert sections == ["topics", "map", "languages", "documents", "run"]
    links = {attributes.get("href") for tag, attributes in shown.elements if tag == "a"}
    assert {f"#{name}" for name in sections} <= links
    plots = {attributes["data-plot"]: attributes for _, attributes in shown.elements if "data-plot" in attributes}
    assert set(plots) == {"map", "shares", "periods", "groups", "alignment", "losses"}
    assert all(attributes["aria-label"] for attributes in plots.values())


def test_the_page_forbids_and_names_no_network(page: str, shown: Reader) -> None:
    policies = [attributes["content"] for _, attributes in shown.elements if "http-equiv" in attributes]
    assert len(policies) == 1
    assert str(policies[0]).startswith("default-src 'none'")
    assert "http" not in str(policies[0])
    addresses = [a.get("src") or (a.get("href") if tag == "link" else None) for tag, a in shown.elements]
    assert {address for address in addresses if address} == {"data:,"}
    assert page.count("plotly.js v") == 1
    assert len(page.encode()) < 10e6


def test_the_data_holds_documents_theta_and_neighbours(shown: Reader) -> None:
    data = json.loads(shown.data)
    assert [language["code"] for language in data["languages"]] == list(LANGUAGES)
    assert len(data["documents"]) == 33, "the three documents without theta are not on the map"
    for document in data["documents"]:
        lang = LANGUAGES[document["lang"]]
        assert set(document["near"]) == set(LANGUAGES) - {lang}
        for other, places in document["near"].items():
            assert {LANGUAGES[data["documents"][place]["lang"]] for place in places} == {other}
        shares = [share for _, share in document["topics"]]
        assert shares == sorted(shares, reverse=True)
        assert sum(shares) == pytest.approx(1, abs=1e-3)


def test_same_inputs_give_the_same_bytes(page: str) -> None:
    assert report_page(make_run(), COMPARISON, seed=0) == page


def test_hostile_text_stays_text() -> None:
    run = make_run(hostile=HOSTILE, parameters=VALUES | {"path": HOSTILE})
    hostile = Reader(report_page(run, None, 0))
    plain = Reader(report_page(make_run(), None, 0))
    assert hostile.count("img") == hostile.count("b") - plain.count("b") == 0
    assert hostile.count("script") == plain.count("script") == 3
    assert hostile.count("a", href="javascript:1") == 0
    assert not [a for _, a in hostile.elements if any(name.startswith("on") for name in a)]
    data = json.loads(hostile.data)
    assert data["documents"][0]["label"] == HOSTILE
    assert data["documents"][0]["id"].endswith(HOSTILE)
    assert data["groups"]["keys"] == [HOSTILE]
    text = "".join(hostile.text)
    assert text.count(HOSTILE) > 2 * TOPICS * len(LANGUAGES)


def test_figures_that_were_not_measured_say_so_with_the_reason() -> None:
    metrics = METRICS | {"cnpmi": None, "tq": None, "retrieval": {}}
    text = " ".join(Reader(report_page(make_run(metrics=metrics), None, 0)).text)
    assert "not measured" in text
    assert NO_TRANSLATIONS in text
    assert NO_TEST_PAIRS in text
    assert "no labelled test documents in ja" in text


def numbered(values: Any, numbers: Iterator[int]) -> Any:  # noqa: ANN401 - JSON
    """The same figures with a value of its own for each that is a number or none."""
    if isinstance(values, dict):
        return {key: numbered(value, numbers) for key, value in values.items()}
    if isinstance(values, int):
        return next(numbers)
    return values if isinstance(values, str) else next(numbers) / 1000


def test_every_figure_is_in_a_table_once() -> None:
    languages = METRICS["languages"]
    selections = {name: part | {"languages": languages} for name, part in METRICS["selections"].items()}
    numbers = count(1)
    metrics = numbered(METRICS | {"selections": selections, "new": {"figure": 0.5, "of": {"many": 7}}}, numbers)
    classification = numbered(CLASSIFICATION, numbers)
    sheets = figure_sheets(metrics, classification, INTAKE)
    cells = Counter(cell for sheet in sheets for row in sheet.rows for cell in row)
    measured = [(name, value) for name, value in [*leaves(metrics), *leaves(classification)]]
    assert len({value for _, value in measured}) == len(measured) > 40
    for name, value in measured:
        ways = {f"{value:.3f}", f"{value:.5f}"} if isinstance(value, float) else {str(value)}
        assert sum(cells[way] for way in ways) == 1, name
    assert all(sheet.remark for sheet in sheets)


def test_the_headline_accuracy_is_across_languages_alone() -> None:
    assert [figure.value for figure in headlines(METRICS, CLASSIFICATION)] == ["0.125", "0.900", "0.500"]


def unlabelled(*languages: str) -> dict[str, Any]:
    """Accuracies of a corpus without labels to learn from, between all of the languages."""
    none = {"accuracy": None, "macro_f1": None, "reason": "no labels"}
    return {"scores": {f"{a}->{b}": none | {"language": a} for a in languages for b in languages}}


@pytest.mark.parametrize(
    ("pairs", "classification", "reasons"),
    [
        ({}, {"scores": {}}, [NO_TRANSLATIONS, "nothing was classified"]),
        (
            {"en-zh": {"cnpmi": None}},
            unlabelled("en", "zh"),
            [NO_TRANSLATIONS, "no labels (in English (en), Chinese (zh))"],
        ),
        (
            {"en-zh": {"cnpmi": None}},
            {"scores": {"en->zh": {"accuracy": None, "macro_f1": None, "reason": "no labels"}}},
            [NO_TRANSLATIONS, "no labels"],
        ),
    ],
)
def test_a_headline_that_was_not_measured_is_small_and_tells_why(
    pairs: dict[str, Any], classification: dict[str, Any], reasons: list[str]
) -> None:
    metrics = METRICS | {"cnpmi": None, "tq": None, "pairs": pairs}
    coherence, uniqueness, accuracy = headlines(metrics, classification)
    assert (coherence.value, uniqueness.value, accuracy.value) == (None, "0.900", None)
    assert [coherence.remark, accuracy.remark] == reasons
    page = report_page(make_run(metrics=metrics, classification=classification), None, 0)
    for reason in reasons:
        assert f'<dd class="remark">not measured: {reason}</dd>' in page
    assert "<dd>not measured</dd>" not in page


def test_a_model_without_training_says_that_it_has_no_losses() -> None:
    run = make_run(losses=make_run().losses.head(0))
    shown = Reader(report_page(run, None, 0))
    assert shown.count("div", data_plot="losses") == 0
    assert "computed without training" in " ".join(shown.text)


@pytest.mark.parametrize(("size", "told"), [(36, "every document with a theta: 33"), (12, "12 drawn at random")])
def test_documents_are_said_to_be_drawn_only_where_some_are_left_out(
    caplog: pytest.LogCaptureFixture, size: int, told: str
) -> None:
    with caplog.at_level("INFO"):
        seen = compute_view(make_run(), 0, size)
    assert told in caplog.text
    assert ("drawn at random" in caplog.text) == (len(seen.sampled.rows) < 33)


def test_the_choice_of_a_topic_stands_with_the_plots_that_it_steers(page: str) -> None:
    order = [
        "<h3>One topic over time and by group</h3>",
        'id="part-topic"',
        'data-plot="periods"',
        'data-plot="groups"',
    ]
    places = [page.index(part) for part in order]
    assert places == sorted(places)
    assert "<h3" not in page[places[1] : places[-1]]


def test_what_to_mend_comes_first_and_is_no_markup(shown: Reader) -> None:
    assert shown.count("section", id="to-mend") == 0
    run = make_run()
    records = run.records
    records["documents"] = replace(
        records["documents"], advice=[Advice(Weight.LOST, "3 rows are left out: <b>no text</b>", "")]
    )
    mended = Reader(report_page(make_run(records=records), None, 0))
    sections = [attributes["id"] for tag, attributes in mended.elements if tag == "section"]
    assert sections[0] == "to-mend"
    assert "3 rows are left out: <b>no text</b>." in " ".join(mended.text)


def test_parts_without_data_are_not_there() -> None:
    without = make_run().documents.with_columns(pl.lit(None, pl.String).alias(name) for name in ("date", "group"))
    shown = Reader(report_page(make_run(documents=without), None, 0))
    plots = {attributes["data-plot"] for _, attributes in shown.elements if "data-plot" in attributes}
    assert plots == {"map", "shares", "alignment", "losses"}


def test_parameters_are_those_that_had_an_effect_and_name_no_folder_of_a_machine(shown: Reader) -> None:
    cells = [text.strip() for text in shown.text]
    assert {"xtra.anchor", "train.epochs", "corpus.csv"} <= set(cells)
    assert not {"gloctm.neighbours", "/home/someone/corpus.csv"} & set(cells)


def test_a_comparison_is_shown_with_its_marks(shown: Reader) -> None:
    cells = [text.strip() for text in shown.text]
    assert "Comparison on made-up" in cells
    assert "0.3000 ± 0.0100 ★" in cells
    assert "0.1000 ± 0.0100" in cells


def run_stage(folder: Path, comparison: str, **changes: Any) -> subprocess.CompletedProcess[str]:  # noqa: ANN401 - YAML
    write_run(folder)
    write_json(VALUES | {"comparison": comparison} | changes, folder / PARAMS)
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "stages.report"]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


def test_the_stage_writes_the_page_of_the_tables(tmp_path: Path, page: str) -> None:
    write_json(COMPARISON, tmp_path / "comparison.json")
    done = run_stage(tmp_path, "comparison.json")
    assert done.returncode == 0, done.stderr
    assert "33 documents" in done.stderr
    written = (tmp_path / LAYOUT.page).read_text(encoding="utf-8")
    assert written == page


def test_the_stage_tells_what_the_run_was_made_with_whatever_params_yaml_says_today(tmp_path: Path, page: str) -> None:
    write_json(COMPARISON, tmp_path / "comparison.json")
    changes = {"dataset": "another", "top_words": "beta", "train": {"epochs": 99}, "model": "gloctm"}
    done = run_stage(tmp_path, "comparison.json", **changes)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / LAYOUT.page).read_text(encoding="utf-8") == page


@pytest.mark.parametrize(("text", "told"), [(None, "is not a file"), ("[]", "is not a comparison"), ("{", "damaged")])
def test_a_comparison_that_is_none_is_refused(tmp_path: Path, text: str | None, told: str) -> None:
    if text:
        (tmp_path / "c.json").write_text(text, encoding="utf-8")
    done = run_stage(tmp_path, "c.json")
    assert done.returncode == 2
    assert told in done.stderr
    assert not (tmp_path / LAYOUT.page).exists()
