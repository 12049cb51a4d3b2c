"""All pictures of a run, as files."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from pipeline.figures.alignment import draw_alignment
from pipeline.figures.fonts import families
from pipeline.figures.losses import draw_losses
from pipeline.figures.shares import draw_shares
from pipeline.figures.style import paper_style, write_figure
from pipeline.figures.words import WORDS, Words, draw_words, shortened

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NAMING, LABEL = 2, 24  # words in a topic's label, and its width in letters
OWN = re.compile(r"(words|words-\d+|shares|losses|alignment)\.(svg|png)")  # every other file in the folder stays

log = logging.getLogger(__name__)


def write_figures(
    words: Words,
    theta: Mapping[str, np.ndarray],
    vectors: Mapping[str, np.ndarray],
    losses: pl.DataFrame,
    folder: Path,
) -> None:
    """Draw topic words, shares, losses and alignment; pictures of an earlier run that are not drawn again go.

    Args:
        words: of K topics in each language, the pivot first.
        theta: language -> (D, K), rows of zeros where a document has no known word.
        vectors: language -> (D, E) of the same documents, in a space that the languages share.
        losses: epoch, term and loss; none for a model without training.
        folder: for the files.

    Raises:
        MissingResourceError: no installed font has a character that is needed.
    """
    fonts = families({lang: [word for topic in words[lang] for word in (*topic[:WORDS], "…")] for lang in words})
    with paper_style():
        drawn = dict(_figures(words, theta, vectors, losses, fonts))
        for name, figure in drawn.items():
            write_figure(figure, folder / name)
    for path in sorted(folder.glob("*")):
        if OWN.fullmatch(path.name) and path.stem not in drawn:
            path.unlink()
    log.info("%s: %s, as .svg and .png", folder, ", ".join(drawn))


def _figures(
    words: Words,
    theta: Mapping[str, np.ndarray],
    vectors: Mapping[str, np.ndarray],
    losses: pl.DataFrame,
    fonts: Mapping[str, list[str]],
) -> Iterator[tuple[str, Figure]]:
    from pipeline.report.alignment import alignment_matrices
    from pipeline.report.shares import topic_shares

    pivot = next(iter(words))
    shares = {lang: topic_shares(rows) for lang, rows in theta.items()}
    order = np.argsort(-np.mean([share.mean for share in shares.values()], axis=0), kind="stable").tolist()
    pages = draw_words(words, order, fonts)
    for number, page in enumerate(pages, 1):
        yield ("words" if len(pages) == 1 else f"words-{number}"), page
    labels = [shortened(f"{topic} {', '.join(listed[:NAMING])}", LABEL) for topic, listed in enumerate(words[pivot])]
    yield "shares", draw_shares(shares, labels, order, fonts[pivot])
    if losses.is_empty():
        log.info("no losses: the model is not trained by epochs")
    else:
        yield "losses", draw_losses(losses)
    if matrices := alignment_matrices(theta, vectors):
        yield "alignment", draw_alignment(matrices, pivot, order)
