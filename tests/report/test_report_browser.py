"""The page in a browser: opened from its file, used by keyboard and by hand."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from report_files import HOSTILE, LANGUAGES, TOPICS, make_run

from pipeline.report.page import report_page
from pipeline.run.finished import FinishedRun
from pipeline.tables.vectors import Theta

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
sync_api = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")
SWITCHES = "gpu background-networking component-update sync"
ARGUMENTS = ["--no-sandbox", "--no-first-run", *(f"--disable-{name}" for name in SWITCHES.split())]
COMPOUND = "Donaudampfschifffahrtsgesellschaftskapitänspatentprüfung"
PLOTS = ("map", "shares", "periods", "groups", "alignment", "losses")


@dataclass
class Opened:
    """A page, and what it complained of or asked for."""

    page: sync_api.Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def browser() -> Iterator[sync_api.Browser]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    texts = {"plain": report_page(make_run(), None, 0)}
    texts["hostile"] = report_page(make_run(hostile=HOSTILE), None, 0)
    texts["many"] = report_page(many_topics(50), None, 0)
    texts["compounds"] = report_page(make_run(hostile=COMPOUND), None, 0)
    for name, text in texts.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in texts}


def many_topics(count: int, a_language: int = 100) -> FinishedRun:
    """A run with documents and topics enough for labels of a map to meet."""
    run, documents = make_run(a_language), a_language * len(LANGUAGES)
    theta = np.random.default_rng(0).dirichlet(np.full(count, 0.05), documents).astype(np.float32)
    words = {language: [topics[0]] * count for language, topics in run.words.items()}
    known = np.ones(documents, dtype=bool)
    return make_run(a_language, config=run.config | {"topics": count}, theta=Theta(theta, known), words=words)


def open_page(browser: sync_api.Browser, file: Path, width: int = 1280) -> Opened:
    page = browser.new_page(viewport={"width": width, "height": 850}, color_scheme="light")
    page.set_default_timeout(8000)
    opened = Opened(page)
    page.on("console", lambda message: opened.complaints.append(message.text))
    page.on("pageerror", lambda error: opened.complaints.append(str(error)))
    page.on("dialog", lambda dialog: (opened.complaints.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: opened.requests.append(request.url))
    page.goto(file.as_uri())
    return opened


@pytest.fixture(scope="module")
def opened(browser: sync_api.Browser, files: dict[str, Path]) -> Opened:
    return open_page(browser, files["plain"])


@pytest.fixture
def page(opened: Opened) -> sync_api.Page:
    opened.page.evaluate("scrollTo(0, 0)")
    return opened.page


def see_every_plot(page: sync_api.Page) -> None:
    for name in PLOTS:
        page.locator(f'[data-plot="{name}"]').first.scroll_into_view_if_needed()
        page.wait_for_selector(f'[data-plot="{name}"][data-drawn] .main-svg')


def wait_until(page: sync_api.Page, condition: str) -> None:
    """Ask until it holds; ``wait_for_function`` asks from within the page, whose policy forbids it to evaluate text."""
    for _ in range(160):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"{condition} does not hold after 8 seconds")


def numbers(page: sync_api.Page) -> list[str]:
    return page.eval_on_selector_all(".card:not([hidden])", "cards => cards.map(card => card.dataset.number)")


@pytest.mark.parametrize(("name", "width"), [("plain", 1280), ("plain", 360), ("hostile", 360)])
def test_all_of_it_is_drawn_without_complaint_network_or_overflow(
    browser: sync_api.Browser, files: dict[str, Path], name: str, width: int
) -> None:
    opened = open_page(browser, files[name], width)
    opened.page.locator("#examples").check()
    see_every_plot(opened.page)
    opened.page.locator("#theme").click()
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
    assert opened.complaints == []
    assert [url for url in opened.requests if not url.startswith("data:")] == [files[name].as_uri()]
    assert opened.page.locator("main img").count() == 0
    assert opened.page.locator('a[href^="javascript"]').count() == 0
    opened.page.close()


def test_hostile_text_is_read_as_it_stands(browser: sync_api.Browser, files: dict[str, Path]) -> None:
    opened = open_page(browser, files["hostile"])
    see_every_plot(opened.page)
    seen = " ".join(HOSTILE.split())
    assert seen in " ".join(opened.page.locator("#document").inner_text().split())
    assert seen in " ".join(opened.page.locator("#topic-0 .word").first.inner_text().split())
    opened.page.locator("#find").fill("<img src=x")
    assert opened.page.locator("#results button").count() == 33
    assert "<img src=x" in opened.page.locator('[data-plot="groups"] .xtick').first.text_content()
    assert opened.complaints == []
    opened.page.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_long_words_are_read_whole_within_their_columns(
    browser: sync_api.Browser, files: dict[str, Path], width: int
) -> None:
    opened = open_page(browser, files["compounds"], width)
    word = opened.page.locator(".word", has_text=COMPOUND).first
    assert word.evaluate("word => word.scrollWidth <= word.clientWidth && word.scrollHeight <= word.clientHeight")
    assert word.evaluate("word => word.getBoundingClientRect().height <= word.closest('tr').clientHeight")
    assert word.evaluate("word => getComputedStyle(word).whiteSpace") == "normal"
    opened.page.close()


def test_search_by_keyboard_filters_marks_and_tells(page: sync_api.Page) -> None:
    page.evaluate("document.activeElement.blur()")
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "search":
            break
    page.keyboard.type("ZHword19")  # the topics have the words 0 to 14, 3 to 17 and 6 to 19 with 0
    assert numbers(page) == ["2"]
    assert page.locator("td.hit").all_inner_texts() == ["zhword19"]
    assert page.locator("#shown").inner_text() == f"1 of {TOPICS} topics"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "topic-2"
    page.locator("#search").fill("no such word")
    assert page.locator("#none-found").is_visible()
    page.keyboard.press("Escape")
    assert len(numbers(page)) == TOPICS
    assert page.locator("td.hit").count() == 0


@pytest.mark.parametrize("key", ["size", "coherence", "alignment", "spread", "number"])
def test_cards_are_sorted_by_what_was_chosen(page: sync_api.Page, key: str) -> None:
    page.locator("#sort").select_option(key)
    values = page.eval_on_selector_all(".card", f"cards => cards.map(card => card.dataset.{key})")
    figures = [float(value) if value else float("-inf") for value in values]
    assert figures == sorted(figures, reverse=key != "number")
    assert len(set(figures)) > 1


def test_the_colours_change_and_plots_with_them(page: sync_api.Page) -> None:
    see_every_plot(page)
    colour = "getComputedStyle(document.querySelector('[data-plot=shares] .ytick text')).fill"
    before = page.evaluate(colour), page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert page.locator("#theme").inner_text() == "Dark"
    page.locator("#theme").click()
    wait_until(page, f"{colour} !== '{before[0]}'")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before[1]
    assert page.locator("#theme").inner_text() == "Light"
    page.locator("#theme").click()


def test_a_document_is_found_read_and_followed(page: sync_api.Page) -> None:
    page.locator("#find").fill("zh-7")
    page.locator("#results button").first.press("Enter")
    article = page.locator("#document")
    assert article.locator("h3").inner_text() == "zh-7"
    assert article.locator("[lang=zh].text").inner_text() == "Text 7 of zhword0, zhword7."
    assert article.locator(".theta tr").count() == TOPICS
    assert page.evaluate("document.activeElement.id") == "document"
    near = article.locator(".near button").first
    name = near.inner_text()
    assert name.startswith("en-")
    near.click()
    assert article.locator("h3").inner_text() == name


def test_examples_and_marks_of_the_map_open_their_documents(page: sync_api.Page) -> None:
    page.locator("#examples").check()
    example = page.locator(".card .examples button").first
    name = example.inner_text()
    example.click()
    assert page.locator("#document h3").inner_text() == name
    see_every_plot(page)
    page.evaluate("document.querySelector('[data-plot=map]').emit('plotly_click', { points: [{ customdata: 5 }] })")
    wanted = page.evaluate("JSON.parse(document.getElementById('report-data').textContent).documents[5].id")
    assert page.locator("#document h3").inner_text() == wanted


def test_the_map_takes_the_topics_colours(page: sync_api.Page) -> None:
    see_every_plot(page)
    fills = "new Set([...document.querySelectorAll('[data-plot=map] .points path')].map(p => p.style.fill)).size"
    page.locator('input[value="topic"]').check()
    assert page.evaluate(fills) == TOPICS
    legend = "[...document.querySelectorAll('[data-plot=map] .legendsymbols path')].map(p => getComputedStyle(p).fill)"
    assert len(page.evaluate(legend)) == 3
    assert len(set(page.evaluate(legend))) == 1, "a language has no topic's colour"
    page.locator('input[value="language"]').check()
    assert page.evaluate(fills) == 3


# Of the labels of a map: what they are, and how much of each lies on another, in pixels.
LABELS = """node => {
  const texts = [...node.querySelectorAll(".textpoint text")].filter(text => text.textContent);
  const boxes = texts.map(text => text.getBoundingClientRect());
  const shared = (a, b) => Math.min(Math.min(a.right, b.right) - Math.max(a.left, b.left),
    Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top));
  return [texts.length, boxes.flatMap((a, n) => boxes.slice(n + 1).map(b => shared(a, b))).filter(depth => depth > 1)];
}"""


@pytest.mark.parametrize("width", [1280, 390])
def test_labels_of_the_map_do_not_lie_on_each_other(
    browser: sync_api.Browser, files: dict[str, Path], width: int
) -> None:
    opened = open_page(browser, files["many"], width)
    plot = opened.page.locator('[data-plot="map"]')
    plot.scroll_into_view_if_needed()
    opened.page.wait_for_selector('[data-plot="map"][data-drawn] .main-svg')
    count, depths = plot.evaluate(LABELS)
    assert depths == []
    assert count > 30
    labelled, ringed = plot.evaluate("node => node.data.slice(-2).map(trace => trace.hovertext)")
    assert (len(labelled), len({*labelled, *ringed})) == (count, 50)
    opened.page.close()


def test_labels_of_the_map_are_placed_anew_in_a_narrower_window(
    browser: sync_api.Browser, files: dict[str, Path]
) -> None:
    opened = open_page(browser, files["many"])
    plot = opened.page.locator('[data-plot="map"]')
    plot.scroll_into_view_if_needed()
    opened.page.wait_for_selector('[data-plot="map"][data-drawn] .main-svg')
    opened.page.set_viewport_size({"width": 700, "height": 850})
    opened.page.wait_for_timeout(1500)
    count, depths = plot.evaluate(LABELS)
    assert depths == []
    assert count > 30
    opened.page.close()


def test_labels_of_a_small_map_leave_its_documents_free(page: sync_api.Page) -> None:
    see_every_plot(page)
    covered = """node => {
      const boxes = [...node.querySelectorAll(".textpoint text")].map(text => text.getBoundingClientRect());
      const meet = (mark, box) => mark.left < box.right && box.left < mark.right
        && mark.top < box.bottom && box.top < mark.bottom;
      return [...node.querySelectorAll(".points path")].map(path => path.getBoundingClientRect())
        .filter(mark => boxes.some(box => meet(mark, box))).length;
    }"""
    assert page.locator('[data-plot="map"]').evaluate(covered) == 0


@pytest.mark.parametrize("plot", ["periods", "groups"])
def test_languages_of_a_part_stand_beside_each_other(page: sync_api.Page, plot: str) -> None:
    see_every_plot(page)
    places = page.evaluate(
        "plot => { const { data, _fullLayout } = document.querySelector(`[data-plot=${plot}]`);"
        " return data.slice(0, 3).map(trace => trace.x.filter(x => x !== null).map(x => _fullLayout.xaxis.d2p(x))); }",
        plot,
    )
    parts = sorted(zip(*places, strict=True))
    widths = [part[-1] - part[0] for part in parts]
    assert 0 < min(widths) <= max(widths) <= 40
    assert min(after[0] - before[0] for before, after in pairwise(parts)) > max(widths)


def test_distances_in_time_are_true_and_lines_break_where_months_lack(page: sync_api.Page) -> None:
    see_every_plot(page)
    drawn = "document.querySelector('[data-plot=periods]')"
    assert page.evaluate(f"{drawn}._fullLayout.xaxis.type") == "date"
    # The months 2020-01, 2020-04, 2020-07, 2021-02 and so on: none follows another.
    assert page.evaluate(f"{drawn}._fullLayout.yaxis.range")[1] <= 110, "intervals of two documents are cut at 100%"
    x = page.evaluate(f"{drawn}.data[1].x")
    known = [value for value in x if value is not None]
    assert x[1::2] == [None] * (len(known) - 1)
    months = [
        (int(key[:4]), int(key[5:]))
        for key in page.evaluate("JSON.parse(document.getElementById('report-data').textContent).periods.keys")
    ]
    starts = [datetime(year, month, 1, tzinfo=UTC).timestamp() * 1000 for year, month in months]
    assert [value - known[0] for value in known] == pytest.approx([value - starts[0] for value in starts])


def test_a_link_to_a_topic_shows_it_whatever_was_searched_for(page: sync_api.Page) -> None:
    page.locator("#search").fill("zhword19")
    page.locator('#document .theta a[href="#topic-0"]').click()
    wait_until(page, "document.activeElement.id === 'topic-0'")
    assert page.locator("#search").input_value() == ""


def test_nothing_that_was_done_led_to_a_complaint(opened: Opened) -> None:
    assert opened.complaints == []
