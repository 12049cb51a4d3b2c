"""Writes all pictures of a run as files."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.figures.draw_alignment import draw_alignment
from pipeline.figures.draw_losses import draw_losses
from pipeline.figures.draw_shares import draw_shares
from pipeline.figures.draw_words import WORDS, draw_words, shortened
from pipeline.figures.fonts import families
from pipeline.figures.style import paper_style, write_figure
from pipeline.run.finished import FinishedRun
from pipeline.topics.alignment import alignment_matrices
from pipeline.topics.shares import largest_first

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NAMING, LABEL = 2, 24  # the number of words in a topic's label, and the label's width in letters
PICTURES = re.compile(r"(words|words-\d+|shares|losses|alignment)\.(svg|png)")  # files with other names stay

log = logging.getLogger(__name__)


def write_figures(run: FinishedRun, folder: Path) -> None:
    """Draw topic words, shares, losses and alignment; delete pictures of an earlier run that are not drawn again.

    Args:
        run: the run.
        folder: folder of the files.

    Raises:
        MissingResourceError: a character is in none of the installed fonts.
    """
    fonts = families(
        {
            language: [word for words in topics for word in (*words[:WORDS], "…")]
            for language, topics in run.words.items()
        }
    )
    with paper_style():
        drawn = dict(_figures(run, fonts))
        for name, figure in drawn.items():
            write_figure(figure, folder / name)
    for path in sorted(folder.glob("*")):
        if PICTURES.fullmatch(path.name) and path.stem not in drawn:
            path.unlink()
    log.info("%s: %s, as .svg and .png", folder, ", ".join(drawn))


def _figures(run: FinishedRun, fonts: Mapping[str, list[str]]) -> Iterator[tuple[str, Figure]]:
    pivot = run.languages[0]
    order = largest_first(run.shares)
    pages = draw_words(run.words, order, fonts)
    for number, page in enumerate(pages, 1):
        yield ("words" if len(pages) == 1 else f"words-{number}"), page
    labels = [shortened(f"{topic} {', '.join(words[:NAMING])}", LABEL) for topic, words in enumerate(run.words[pivot])]
    yield "shares", draw_shares(run.shares, labels, order, fonts[pivot])
    if run.losses.is_empty():
        log.info("the losses are not drawn, because the model is not trained in epochs")
    else:
        yield "losses", draw_losses(run.losses)
    if matrices := alignment_matrices(run.theta_by_language, run.by_language.split(run.vectors)):
        yield "alignment", draw_alignment(matrices, pivot, order)
