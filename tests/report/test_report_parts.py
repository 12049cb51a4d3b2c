"""What the page is made of: the sample, the map, excerpts, breakdowns, JSON for the script."""

from __future__ import annotations

import json
import math

import numpy as np
import polars as pl
import pytest
from report_files import HOSTILE

from pipeline.figures.palette import language_colours, topic_colours
from pipeline.report.breakdown import by_group, by_period
from pipeline.report.excerpts import cut, marked
from pipeline.report.payload import script_json
from pipeline.report.projection import in_plane, topic_positions
from pipeline.report.records import document_counts, document_sheets, version_sheet
from pipeline.report.sample import best_documents, draw_sample, nearest_documents
from pipeline.run.record import Record
from pipeline.tables.by_language import ByLanguage
from pipeline.tables.vectors import Theta


def thetas(documents: int, topics: int = 4) -> np.ndarray:
    return np.random.default_rng(0).dirichlet(np.full(topics, 0.3), documents).astype(np.float32)


def test_a_draw_has_its_part_of_every_largest_topic() -> None:
    theta, rows = thetas(2000), np.arange(500, 2000)
    drawn = draw_sample(theta, rows, 300, seed=1)
    assert len(set(drawn.tolist())) == 300
    assert set(drawn.tolist()) <= set(rows.tolist())
    for topic in range(4):
        share = np.mean(theta[rows].argmax(axis=1) == topic)
        assert np.mean(theta[drawn].argmax(axis=1) == topic) == pytest.approx(share, abs=1 / 300)
    assert draw_sample(theta, rows, 300, seed=1).tolist() == drawn.tolist()
    assert draw_sample(theta, rows, 300, seed=2).tolist() != drawn.tolist()
    assert draw_sample(theta, rows, 5000, seed=1).tolist() == rows.tolist()


def test_the_best_documents_hold_most_of_a_topic() -> None:
    theta = np.array([[0.1, 0.9], [0.6, 0.4], [0.8, 0.2], [0.3, 0.7]])
    assert best_documents(theta, np.array([0, 1, 2]), 2).tolist() == [[2, 1], [0, 1]]
    assert best_documents(theta, np.array([3]), 2).tolist() == [[3], [3]]


def hellinger(first: list[float], second: list[float]) -> float:
    return math.sqrt(sum((math.sqrt(a) - math.sqrt(b)) ** 2 for a, b in zip(first, second, strict=True)) / 2)


def test_the_nearest_are_those_of_least_hellinger_distance() -> None:
    theta = thetas(12).astype(np.float64)
    languages = np.array(["en", "zh", "zh"] * 4)
    found = nearest_documents(theta, languages, 3)
    for mine in range(12):
        (other,) = {"en", "zh"} - {languages[mine]}
        distance = {d: hellinger(theta[mine].tolist(), theta[d].tolist()) for d in np.flatnonzero(languages == other)}
        assert found[mine] == {other: sorted(distance, key=distance.__getitem__)[:3]}


def test_a_map_repeats_itself_and_keeps_neighbours_together() -> None:
    theta = np.repeat(np.eye(3), 30, axis=0) * 0.9 + 0.1 / 3
    theta += np.random.default_rng(0).uniform(0, 0.02, theta.shape)
    theta /= theta.sum(axis=1, keepdims=True)
    positions = in_plane(theta, seed=0)
    assert positions.shape == (90, 2)
    assert np.abs(positions).max() == pytest.approx(1)
    assert in_plane(theta, seed=0).tobytes() == positions.tobytes()
    places = topic_positions(theta, positions)
    own = np.linalg.norm(positions - np.repeat(places, 30, axis=0), axis=1)
    assert own.max() < min(np.linalg.norm(places[a] - places[b]) for a, b in ((0, 1), (0, 2), (1, 2)))


@pytest.mark.parametrize("documents", [0, 1, 2, 7, 8])
def test_few_documents_have_a_map_too(documents: int) -> None:
    positions = in_plane(thetas(documents) if documents else np.zeros((0, 4)), seed=0)
    assert positions.shape == (documents, 2)
    assert np.isfinite(positions).all()


def test_a_topic_stands_amid_the_documents_of_which_it_is_the_largest() -> None:
    theta = np.array([[0.6, 0.3, 0.1], [0.8, 0.1, 0.1], [0.2, 0.7, 0.1]])
    positions = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    places = topic_positions(theta, positions)
    np.testing.assert_allclose(places[0], [0.8 / 1.4, 0], atol=1e-6)
    np.testing.assert_allclose(places[1], [0, 1], atol=1e-6)
    np.testing.assert_allclose(places[2], [1 / 3, 1 / 3], atol=1e-6)  # no document's largest


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        ("The Bank and banking", ["bank"], ["Bank"]),
        ("中央银行和银行", ["银行"], ["银行", "银行"]),
        ("central bank rate", ["bank", "central bank"], ["central bank"]),
        ("a+b or ab", ["a+b"], ["a+b"]),
        ("nothing here", ["bank", ""], []),
        ("nothing here", [""], []),
        (HOSTILE, ["img"], ["img"]),
    ],
)
def test_words_are_marked_where_they_stand(text: str, words: list[str], found: list[str]) -> None:
    pieces = marked(text, words)
    assert "".join(piece for piece, _ in pieces) == text
    assert [piece for piece, is_marked in pieces if is_marked] == found


def test_texts_are_cut_to_one_line() -> None:
    assert cut("a\n\n b", 10) == "a b"
    assert cut("abc def", 4) == "abc…"


def theta_of(documents: int) -> Theta:
    values = thetas(documents)
    return Theta(values, values.sum(axis=1) > 0)


def by_language(documents: pl.DataFrame) -> ByLanguage:
    return ByLanguage.of(documents["lang"], ["en", "zh"])


def corpus(dates: list[str | None]) -> pl.DataFrame:
    """Documents of two languages, the pivot's first; of six, en has the dates 0, 1 and 4, zh the others."""
    count = len(dates)
    langs, groups = ["en", "en", "zh", "zh", "en", "zh"], ["x", "y", "x", None, "z", "x"]
    repeated = {"lang": (langs * count)[:count], "date": dates, "group": (groups * count)[:count]}
    return pl.DataFrame(repeated, schema_overrides={"date": pl.String}).sort("lang", maintain_order=True)


def test_shares_by_group_are_the_means_of_its_documents() -> None:
    documents, theta = corpus([None] * 6), theta_of(6)
    found = by_group(documents, theta, by_language(documents))
    assert found is not None
    assert (found.keys, found.left_out) == (["x", "y", "z"], 1)
    np.testing.assert_allclose(found.shares["zh"][0].mean, theta.values[[3, 5]].mean(axis=0), rtol=1e-6)
    assert found.shares["zh"][1] is None
    assert by_group(documents.with_columns(group=pl.lit(None)), theta, by_language(documents)) is None


@pytest.mark.parametrize(
    ("dates", "keys", "left_out"),
    [
        (["2020-03-01", "2020-03", "2021-11-02", "2020-12", None, None], ["2020-03", "2020-12", "2021-11"], 2),
        (["2001-03-01", "2020-03-05", "2020"], ["2001", "2020"], 0),
        (["2020", "2021-05"], ["2020", "2021"], 0),
        (["2020-01"] * 8 + ["2020-04", "2020"], ["2020-01", "2020-04"], 1),
        (["2020-01"] * 7 + ["2020-04", "2020", "2021"], ["2020", "2021"], 0),
    ],
)
def test_dates_make_months_or_years(dates: list[str | None], keys: list[str], left_out: int) -> None:
    documents = corpus(dates)
    found = by_period(documents, theta_of(len(dates)), by_language(documents))
    assert found is not None
    assert (list(found.keys), found.left_out) == (keys, left_out)


def test_without_dates_there_is_no_time() -> None:
    documents = corpus([None, None])
    assert by_period(documents, theta_of(2), by_language(documents)) is None


def test_any_number_of_languages_and_topics_has_colours_of_its_own() -> None:
    for colours in (language_colours(30), topic_colours(50)):
        assert len(set(colours)) == len(colours)
        assert all(len(colour) == 7 and int(colour[1:], 16) >= 0 for colour in colours)


def test_versions_name_the_stages_that_ran_under_others() -> None:
    versions = {"train": {"python": "3.11", "torch": "2.1"}, "evaluate": {"python": "3.11", "torch": "2.2"}, "link": {}}
    records = {stage: Record({}, theirs, {}) for stage, theirs in versions.items()}
    assert version_sheet({"train": records["train"]}).rows == [("python", "3.11"), ("torch", "2.1")]
    assert version_sheet(records).rows == [
        ("python", "3.11 (train, evaluate); none (link)"),
        ("torch", "2.1 (train); 2.2 (evaluate); none (link)"),
    ]


def test_json_for_the_script_holds_no_markup_and_reads_back() -> None:
    value = {HOSTILE: [HOSTILE, "猫", None, 1.5]}
    text = script_json(value)
    assert json.loads(text) == value
    assert not set(text) & set("<>&\u2028\u2029")
    with pytest.raises(ValueError, match="not JSON compliant"):
        script_json(float("nan"))


def test_a_count_that_only_some_languages_have_is_zero_for_the_others() -> None:
    languages = {"en": {"documents": 3, "dev": 1}, "ja": {"documents": 2}}
    intake = {"rows_in": 5, "documents": 5, "rejected": 0, "by_reason": {}, "languages": languages}
    sheet = next(document_sheets(intake))
    assert sheet.head == ["language", "documents", "dev"]
    assert sheet.rows == [("en", "3", "1"), ("ja", "2", "0")]


def test_long_texts_that_were_cut_are_counted() -> None:
    intake = {"rows_in": 3, "documents": 3, "rejected": 0, "by_reason": {}, "languages": {}}
    cut, uncut = (
        next(document_sheets(intake | {"passages": {"texts": texts, "passages": 1500 * texts}})).remark
        for texts in (2, 0)
    )
    assert "2 long texts cut into 3,000 passages" in cut
    assert "passages" not in uncut


def test_texts_and_their_passages_are_both_counted() -> None:
    documents = pl.DataFrame(
        {"id": ["a#1", "a#2", "b", "c", "d"], "lang": ["en"] * 3 + ["ja"] * 2, "whole": ["a", "a", None, None, None]}
    )
    assert document_counts(documents) == {"en": "2 documents in 3 passages", "ja": "2 documents"}


def test_columns_that_were_read_as_another_are_named() -> None:
    intake = {"rows_in": 3, "documents": 3, "rejected": 0, "by_reason": {}, "languages": {}}
    columns = {"read_as": {"d.csv": {"Section": "label"}}, "unclear": {}, "not_read": {}}
    sheets = {sheet.title: sheet for sheet in document_sheets(intake | {"columns": columns})}
    assert sheets["Columns"].rows == [("d.csv", "Section", "label")]
    assert "Columns" not in {sheet.title for sheet in document_sheets(intake)}
