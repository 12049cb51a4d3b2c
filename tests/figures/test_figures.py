"""Pictures of a run: all are drawn, the same bytes again, and never a square for a character."""

from __future__ import annotations

import logging
from itertools import combinations
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox
from project import run_stage
from report_files import make_run

from pipeline.common.errors import MissingResourceError
from pipeline.common.whole_files import write_text
from pipeline.figures import fonts
from pipeline.figures.draw import write_figures
from pipeline.figures.draw_alignment import draw_alignment
from pipeline.figures.draw_shares import draw_shares
from pipeline.figures.draw_words import draw_words, shortened
from pipeline.figures.fonts import BASE, families
from pipeline.figures.style import paper_style
from pipeline.languages.codes import language_name
from pipeline.models.model_config import write_model_config
from pipeline.run.finished import FinishedRun
from pipeline.run.layout import LAYOUT
from pipeline.run.record import STAGES as RECORDED
from pipeline.run.record import write_record
from pipeline.tables.catalogue import DOCUMENTS, EMBEDDINGS, THETA
from pipeline.tables.catalogue import TOPICS as TOPICS_TABLE
from pipeline.tables.vectors import Theta, vector_column
from pipeline.topics.shares import topic_shares

TOPICS = 20
WORDS = {"en": ["film", "market", "$5_x"], "de": ["Straße", "Öl", "Mond"], "ru": ["рынок", "луна", "кино"]}
LOSSES = pl.DataFrame({"epoch": [1, 2, 1, 2], "term": ["kl", "kl", "total", "total"], "loss": [2.0, 1.0, 3.0, 2.0]})
NAMES = {"words-1", "words-2", "shares", "losses", "alignment"}


def known(theta: np.ndarray) -> Theta:
    """Theta of documents that all have one."""
    return Theta(theta, theta.sum(axis=1) > 0)


def make(losses: pl.DataFrame = LOSSES) -> FinishedRun:
    """A run in the languages of ``WORDS``, with 40 documents of each."""
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(TOPICS, 8))
    theta = np.concatenate([rng.dirichlet(np.full(TOPICS, 0.2), 40).astype(np.float32) for _ in WORDS])
    return make_run(
        config={"languages": list(WORDS), "topics": TOPICS},
        documents=pl.DataFrame({"lang": [lang for lang in WORDS for _ in range(40)]}),
        words={lang: [words] * TOPICS for lang, words in WORDS.items()},
        theta=known(theta),
        vectors=(theta @ centres).astype(np.float32),
        losses=losses,
    )


def test_all_are_drawn_and_the_same_again(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    for name in ("words-9.png", "words.svg", "my-words.png", "shares-2.svg", "notes.txt"):
        (tmp_path / "a" / name).write_bytes(b"of an earlier run, or somebody's own")
    for name in ("a", "b"):
        write_figures(make(), tmp_path / name)
    for name in ("my-words.png", "shares-2.svg", "notes.txt"):
        (tmp_path / "a" / name).unlink()
    files = {path.name: path.read_bytes() for path in (tmp_path / "a").iterdir()}
    assert set(files) == {f"{name}.{kind}" for name in NAMES for kind in ("svg", "png")}
    assert files == {path.name: path.read_bytes() for path in (tmp_path / "b").iterdir()}
    for name, content in files.items():
        assert content.startswith(b"\x89PNG" if name.endswith("png") else b"<?xml")
        assert b"<dc:date>" not in content


def test_a_single_document_has_a_hollow_mark_without_interval() -> None:
    theta = np.random.default_rng(0).dirichlet(np.ones(3), 5)
    shares = {name: topic_shares(known(theta[:count])) for name, count in (("en", 2), ("de", 1), ("ru", 0))}
    ax = draw_shares(shares, ["a", "b", "c"], [0, 1, 2], [BASE]).axes[0]
    many, one, none = ax.containers
    assert (many.has_xerr, one.has_xerr, none.has_xerr) == (True, False, False)
    assert many.lines[0].get_markerfacecolor() != "none"
    ends = np.concatenate(many.lines[2][0].get_segments())[:, 0]
    assert 0 <= ends.min() < ends.max() <= 100
    assert one.lines[0].get_markerfacecolor() == "none"
    assert np.isnan(none.lines[0].get_xdata()).all()


def test_a_model_without_epochs_has_no_losses(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        write_figures(make(LOSSES.clear()), tmp_path)
    assert "the losses are not drawn, because the model is not trained in epochs" in caplog.text
    assert {path.stem for path in tmp_path.iterdir()} == NAMES - {"losses"}


def test_fonts_cover_what_is_drawn() -> None:
    assert families({"en": ["film"], "de": ["Straße"], "ru": []}) == {"en": [BASE], "de": [BASE], "ru": [BASE]}


def test_each_language_gets_the_font_that_is_made_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    han, latin = frozenset("骨直 "), frozenset("abc")
    have = {BASE: latin, "Noto Sans CJK SC": han, "Noto Sans CJK JP": han, "Other": han | frozenset("ก")}
    monkeypatch.setattr(fonts, "_installed", lambda: dict.fromkeys(have))
    monkeypatch.setattr(fonts, "_characters", have.__getitem__)
    found = families({"zh": ["骨", "a"], "ja": ["直"], "th": ["ก"], "de": ["骨"]})
    assert found["zh"] == [BASE, "Noto Sans CJK SC"]
    assert found["ja"] == ["Noto Sans CJK JP"]
    assert found["th"] == ["Other"]
    assert found["de"] == ["Noto Sans CJK JP"]


def test_a_character_that_no_font_has_stops_with_three(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_installed", lambda: {BASE: None})
    monkeypatch.setattr(fonts, "_characters", lambda _: frozenset("abc"))
    with pytest.raises(MissingResourceError, match=r"2 of the characters of Chinese: 直骨 .*fonts-noto-cjk") as error:
        families({"zh": ["骨a直"]})
    assert error.value.exit_code == 3
    with pytest.raises(MissingResourceError, match=r"such as Noto Sans Thai .*fonts-noto-core"):
        families({"th": ["ก"]})


def test_fonts_of_squares_and_formulas_do_not_count() -> None:
    names = set(fonts._installed())
    assert BASE in names
    assert not names & {"Last Resort High-Efficiency", "STIXGeneral", "cmr10"}


def texts_of(page: Figure) -> list[tuple[str, Bbox]]:
    """All texts drawn, with their places in pixels."""
    page.draw_without_rendering()
    renderer = page.canvas.get_renderer()  # type: ignore[attr-defined]
    return [(text.get_text(), text.get_window_extent(renderer)) for ax in page.axes for text in ax.texts]


@pytest.mark.parametrize("languages", [("en", "de"), ("en", "de", "ru", "zh", "el", "nb")])
def test_long_words_are_whole_and_do_not_meet(languages: tuple[str, ...]) -> None:
    compounds = ["Bundesausbildungsförderungsgesetz", "Rechtsschutzversicherungen", "internationalization"]
    words = {lang: [compounds, ["Mond"]] * 3 for lang in languages}
    with paper_style():
        pages = draw_words(words, range(6), {lang: [BASE] for lang in words})
        for page in pages:
            FigureCanvasAgg(page)
            texts = texts_of(page)
            assert set(compounds) | {language_name(lang) for lang in languages} <= {text for text, _ in texts}
            assert not set(languages) & {text for text, _ in texts}
            for (_, one), (_, two) in combinations(texts, 2):
                assert one.x1 < two.x0 or two.x1 < one.x0 or one.x0 == pytest.approx(two.x0)
            assert max(box.x1 for _, box in texts) <= page.bbox.x1


def test_languages_have_their_names_in_every_picture() -> None:
    languages = ["en", "de", "nb", "el"]
    shares = {lang: topic_shares(known(np.random.default_rng(0).dirichlet(np.ones(3), 1200))) for lang in languages}
    with paper_style():
        figure = draw_shares(shares, ["a", "b", "c"], [0, 1, 2], [BASE])
        FigureCanvasAgg(figure)
        figure.draw_without_rendering()
        legend = figure.legends[0]
        assert [text.get_text() for text in legend.get_texts()] == [
            f"{language_name(lang)} (1,200)" for lang in languages
        ]
        assert figure.bbox.x0 <= legend.get_window_extent().x0 < legend.get_window_extent().x1 <= figure.bbox.x1
        axes = draw_alignment({"de": np.eye(3)}, "en", [0, 1, 2]).axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("topic in German", "topic in English")


def test_words_are_cut_to_a_width() -> None:
    assert shortened("telecommunications", 18) == "telecommunications"
    assert shortened("telecommunications", 8) == "telecom…"
    assert shortened("中华人民共和国", 8) == "中华人…"
    assert shortened("中华人民", 8) == "中华人民"


def test_stage_draws_the_run(tmp_path: Path) -> None:
    run, tables = make(), tmp_path / LAYOUT.tables
    names = run.documents["lang"].to_list()
    rows = [(str(number), lang, "train", "", *[None] * 7) for number, lang in enumerate(names)]
    documents = pl.DataFrame(rows, schema=DOCUMENTS.empty().schema, orient="row")
    theta = run.theta.column()
    listed = [("trained", "owned", lang, topic, words) for lang in WORDS for topic, words in enumerate(run.words[lang])]
    DOCUMENTS.write(documents, tables)
    THETA.write(documents.with_columns(theta=theta, scores=theta), tables)
    EMBEDDINGS.write(documents.with_columns(vector_column(run.vectors)), tables)
    TOPICS_TABLE.write(pl.DataFrame(listed, schema=TOPICS_TABLE.empty().schema, orient="row"), tables)
    config = run.config | {"model": "xtra", "params": {}, "tokenise": {}}
    write_model_config(config, tmp_path / LAYOUT.model)
    for stage in RECORDED:
        write_record(tmp_path / LAYOUT.records, stage, {"top_words": "owned"})
    write_text(LOSSES.write_csv(), tmp_path / LAYOUT.losses)
    done = run_stage(tmp_path, "figures")
    assert done.returncode == 0, done.stderr
    write_figures(run, tmp_path / "expected")
    assert {path.stem for path in (tmp_path / "expected").iterdir()} == NAMES
    for path in (tmp_path / "expected").iterdir():
        assert (tmp_path / LAYOUT.figures / path.name).read_bytes() == path.read_bytes()
