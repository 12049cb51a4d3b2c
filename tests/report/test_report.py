"""The Markdown report: whatever words and documents hold is shown as it stands and does nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token
from report_files import VALUES, make_run, write_run

from pipeline.common.json_files import write_json
from pipeline.common.mending import Advice, Weight
from pipeline.common.whole_files import write_text
from pipeline.config.parameters import PARAMS
from pipeline.report.markdown import EXAMPLE_CHARACTERS, escape, topics_report
from pipeline.run.layout import LAYOUT
from pipeline.run.record import write_record
from pipeline.tables.catalogue import TOPICS
from pipeline.tables.vectors import Theta

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES, NAMES = ("en", "zh", "ja"), ("English", "Chinese", "Japanese")
FIGURES = {"cnpmi": 0.125, "tu": 0.9, "tq": 0.1124}
METRICS = {**FIGURES, "start": {"cnpmi": None, "tu": 1.0, "tq": None}}
COHERENCE = pl.DataFrame({"topic": [0, 1, 0], "pair": ["en-zh", "en-zh", "en-ja"], "cnpmi": [0.1, -0.2, 0.3]})

ACTIVE = {"html_block", "html_inline", "link_open", "image", "code_inline", "code_block", "fence", "em_open", "s_open"}
ACTIVE |= {"strong_open", "heading_open", "blockquote_open", "hr"}

HOSTILE = [
    "</script><img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "a | b || c |",
    "`code` ``` ~~~ ~~gone~~",
    "[x](javascript:alert(1)) ![y](data:x)",
    "[ref]: javascript:alert(1)",
    "**bold** _it_ *it* __b__",
    "# heading",
    "&lt;b&gt; &amp; &#60;",
    "\\<b> \\| \\`x\\` \\",
    "$x^2$ {{ x }} {% x %}",
    "<!-- comment",
    "<https://evil.example>",
]


def top_words(topics: int = 3, words: list[str] | None = None) -> dict[str, list[list[str]]]:
    """Top words of every topic and language."""
    return {lang: [words or [f"{lang}{topic}{i}" for i in range(10)] for topic in range(topics)] for lang in LANGUAGES}


def corpus(documents: int = 4) -> pl.DataFrame:
    rows = [(f"{lang}-{i}", lang, f"text {i} in {lang}") for lang in LANGUAGES for i in range(documents)]
    return pl.DataFrame(rows, schema=["id", "lang", "text"], orient="row")


def thetas(documents: int, topics: int = 3) -> np.ndarray:
    return np.random.default_rng(0).dirichlet(np.ones(topics), documents).astype(np.float32)


def known(theta: np.ndarray) -> Theta:
    """Theta of documents of which those with a row of zeros have none."""
    return Theta(theta, theta.sum(axis=1) > 0)


def report(**parts: Any) -> str:  # noqa: ANN401 - any part of a run
    documents = parts.get("documents", corpus())
    given = {
        "words": top_words(),
        "documents": documents,
        "theta": known(thetas(len(documents))),
        "coherence": COHERENCE,
        "metrics": METRICS,
    }
    return topics_report(make_run(**(given | parts)))


def parse(text: str) -> list[Token]:
    """All tokens of a reader that passes HTML through and knows tables."""
    reader = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    return [token for block in reader.parse(text) for token in [block, *(block.children or [])]]


def shown(text: str) -> str:
    """What a reader sees, one line."""
    return " ".join("".join(token.content for token in parse(text) if token.type == "text").split())


def cells(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in text.splitlines() if line[:1] == "|"]


@pytest.mark.parametrize("text", HOSTILE)
def test_escaped_text_is_shown_as_it_stands(text: str) -> None:
    assert not {"<", ">"} & set(escape(text))  # inert for readers that know no Markdown, too
    for around in ("{}", "- {}", "**en**: {}, {}", "| {} | x |\n|---|---|\n| {} | {} |"):
        filled = around.replace("{}", escape(text))
        assert {token.type for token in parse(filled)}.isdisjoint(ACTIVE - {"strong_open"})
        assert shown(filled).count(" ".join(text.split())) == around.count("{}")


def test_escaped_text_is_one_line() -> None:
    assert escape("a\n\n# b\r\nc\u2028d\te\x0b\x85f  g ") == "a \\# b c d e f g"
    assert escape("猫 café 犬") == "猫 café 犬"


@pytest.mark.parametrize("text", [*HOSTILE, "a\n\n## b\n\n| c |\n|---|\n", "\n```\n"])
def test_hostile_words_ids_and_documents_stay_inert(text: str) -> None:
    documents = corpus().with_columns(id=pl.lit(text), text=pl.lit(text))
    markdown = report(words=top_words(words=[text, "plain", text]), documents=documents)
    tokens = parse(markdown)
    assert {token.type for token in tokens}.isdisjoint(ACTIVE - {"strong_open", "heading_open"})
    assert (
        sum(token.type == "heading_open" for token in tokens) == 1 + 2 + 3
    )  # the title, what to mend, the table, and the topics
    assert sum(token.type == "table_open" for token in tokens) == 2
    assert sum(token.type == "td_open" for token in tokens) == 2 * 4 + 3 * (2 + 2 * len(LANGUAGES))
    assert sum(token.type == "list_item_open" for token in tokens) == 3 * len(LANGUAGES) * 2
    # Each word stands in the table and below its topic; each example shows its id and its text.
    assert shown(markdown).count(" ".join(text.split())) >= 3 * len(LANGUAGES) * (2 + 2 + 4)


@pytest.mark.parametrize("name", ["- x", "+ x", "7. x", "1) x"])
def test_an_id_like_a_list_marker_is_shown(name: str) -> None:
    markdown = report(documents=corpus().with_columns(id=pl.lit(name)))
    assert shown(markdown).count(name) == 3 * len(LANGUAGES) * 2


def test_every_topic_and_language_is_there() -> None:
    lines = report().splitlines()
    assert lines[0] == "# Topics"
    assert sorted(line for line in lines if line.startswith("## Topic ")) == [f"## Topic {k}" for k in range(3)]
    for lang, name in zip(LANGUAGES, NAMES, strict=True):
        assert sum(line.startswith(f"**{name}** (") for line in lines) == 3
        for topic in range(3):
            words = [f"{lang}{topic}{i}" for i in range(10)]
            assert any(line.endswith("): " + ", ".join(words)) for line in lines)
            assert any(f"| {', '.join(words[:8])} |" in line for line in lines)


def test_topics_stand_in_the_order_of_their_share() -> None:
    documents = corpus(2)
    theta = np.array([[0.1, 0.6, 0.3], [0.1, 0.6, 0.3], [0, 0, 1], [0.2, 0.6, 0.2], [0, 1, 0], [0, 0, 0]], np.float32)
    markdown = report(documents=documents, theta=known(theta))
    assert [line for line in markdown.splitlines() if line.startswith("## Topic ")] == [
        "## Topic 1",
        "## Topic 2",
        "## Topic 0",
    ]
    rows = {row[0]: row for row in cells(markdown)}
    assert rows["topic"][:5] == ["topic", "CNPMI", *(f"share in {name}" for name in NAMES)]
    assert rows["1"][2:5] == ["60.0%", "30.0%", "100.0%"]
    assert rows["0"][2:5] == ["10.0%", "10.0%", "0.0%"]
    assert "**Chinese** (60.0%): zh20" in markdown


def test_examples_are_the_documents_that_have_most_of_the_topic() -> None:
    documents = corpus(3)
    theta = np.tile(np.array([[0.2, 0.8, 0.0], [0.9, 0.1, 0.0], [0.2, 0.8, 0.0]], np.float32), (3, 1))
    sections = report(documents=documents, theta=known(theta)).split("## Topic ")[1:]
    by_topic = {section[0]: [line for line in section.splitlines() if line.startswith("- ")] for section in sections}
    for lines, ids in ((by_topic["1"][:2], ["en-0", "en-2"]), (by_topic["0"][4:], ["ja-1", "ja-0"])):
        for line, name in zip(lines, ids, strict=True):
            lang, number = name.split("-")
            assert name in line
            assert line.endswith(f"text {number} in {lang}")


def test_long_documents_are_cut() -> None:
    long = "x" * EXAMPLE_CHARACTERS
    documents = corpus(2).with_columns(text=pl.Series([long, long + "y"] * 3))
    lines = [line.split()[-1] for line in report(documents=documents).splitlines() if line.startswith("- ")]
    assert set(lines) == {long, long + "…"}


def test_coherence_is_the_mean_over_pairs_and_none_where_it_is_not_known() -> None:
    rows = {row[0]: row for row in cells(report())}
    assert (rows["0"][1], rows["1"][1], rows["2"][1]) == ("0.200", "-0.200", "not measured")
    assert rows["trained"][1:] == ["0.125", "0.900", "0.112"]
    assert rows["start (clusters, no training)"][1:] == ["not measured", "1.000", "not measured"]


def test_the_report_repeats_itself() -> None:
    assert report() == report()
    assert report().endswith("\n")
    assert not report().endswith("\n\n")


def test_a_language_whose_documents_have_no_words_is_listed_all_the_same() -> None:
    theta = thetas(12)
    theta[8:] = 0
    markdown = report(theta=known(theta))
    assert "nan" not in markdown
    assert markdown.count("**Japanese** (0.0%)") == 3


def run_stage(folder: Path, coherence: pl.DataFrame, **changes: str) -> subprocess.CompletedProcess[str]:
    """Report a run since which params.yaml has changed."""
    write_run(folder)
    write_json(VALUES | {"comparison": "data/none"} | changes, folder / PARAMS)
    write_text(coherence.write_csv(float_precision=4), folder / LAYOUT.coherence)
    return report_again(folder)


def report_again(folder: Path) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "stages.report"]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("selection", ["owned", "beta"])
def test_the_stage_reports_the_chosen_selection_whatever_params_yaml_says_today(tmp_path: Path, selection: str) -> None:
    done = run_stage(tmp_path, COHERENCE, top_words=selection)
    assert done.returncode == 0, done.stderr
    markdown = (tmp_path / LAYOUT.topics_markdown).read_text(encoding="utf-8")
    assert markdown.count("## Topic ") == 3
    assert "enword0," in markdown
    assert "-b" not in markdown
    assert "-s" not in markdown


def test_the_record_decides_which_selection_is_reported(tmp_path: Path) -> None:
    write_run(tmp_path)
    tables, plain = tmp_path / LAYOUT.tables, pl.element().str.strip_suffix("-b")
    backwards = pl.when(selection="beta").then(pl.col("words").list.eval(plain).list.reverse()).otherwise("words")
    TOPICS.write(TOPICS.read(tables).with_columns(words=backwards), tables)
    write_record(tmp_path / LAYOUT.records, "evaluate", {"top_words": "beta"})
    done = report_again(tmp_path)
    assert done.returncode == 0, done.stderr
    markdown = (tmp_path / LAYOUT.topics_markdown).read_text(encoding="utf-8")
    assert "enword14, enword13," in markdown
    assert "enword0, enword1," not in markdown


def test_the_stage_reports_topics_without_any_coherence(tmp_path: Path) -> None:
    done = run_stage(tmp_path, COHERENCE.head(0))
    assert done.returncode == 0, done.stderr[-300:]
    rows = cells((tmp_path / LAYOUT.topics_markdown).read_text(encoding="utf-8"))
    assert "CNPMI" not in next(row for row in rows if row[0] == "topic")
    assert sum(row[0].isdigit() for row in rows) == 3


def test_the_report_says_in_words_what_to_mend_and_in_what_coherence_was_counted() -> None:
    records = make_run().records
    advice = Advice(Weight.LOST, "Left out: 1 of 3 rows (<b>no text</b>)", "See `x_y`.")
    markdown = topics_report(make_run(records=records | {"documents": replace(records["documents"], advice=[advice])}))
    assert "## To mend\n\n1. Left out: 1 of 3 rows (&lt;b&gt;no text&lt;/b&gt;). See \\`x\\_y\\`." in markdown
    assert "Coherence was counted in reference.jsonl (6 texts)." in markdown
    assert "## To mend\n\nNothing was noticed." in topics_report(make_run())
    assert "share in Chinese" in markdown and "none" not in markdown
