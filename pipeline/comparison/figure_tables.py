"""The figures that the tables show, their order, and how they are written."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from pipeline.comparison.statistics import Better, Mark, SeedSummary


@dataclass(frozen=True)
class FigureColumn:
    """A column of a table.

    Attributes:
        key: key of the figure, see :mod:`pipeline.comparison.collect`.
        header: header of the column.
        digits: digits after the decimal point.
        better: whether high or low is better; None if neither is, and then nothing is marked.
        published: name of the same figure in papers, shown in a column at the right; None if papers have none.
    """

    key: str
    header: str
    digits: int = 3
    better: Better | None = "high"
    published: str | None = None


@dataclass(frozen=True)
class FigureTable:
    """A table with its title and a remark."""

    title: str
    remark: str
    columns: Sequence[FigureColumn]


SELECTIONS = {
    "agreed": "Each word belongs to only one topic, and the languages agree on the topic's words.",
    "owned": "Each word belongs to only one topic.",
    "beta": "The words of each topic by beta, as in the papers.",
}

FEATURES = {
    "theta": "Within (intra) and across (cross) languages: trained on the first language, tested on the second.",
    "scores": "The same on the scores of which theta is the softmax, as in the published code.",
}


def sections(keys: Collection[str]) -> list[FigureTable]:
    """The tables for ``keys``, the keys of the figures of all runs, in order."""
    quality = [
        FigureTable(f"Topics, words by `{name}`", SELECTIONS.get(name, ""), _quality(name, keys))
        for name in _parts(keys, "/cnpmi")
    ]
    accuracy = [
        FigureTable(f"SVM accuracy on `{name}`", FEATURES.get(name, ""), _accuracy(name, keys))
        for name in _parts(keys, "/intra")
    ]
    remark = (
        "Finding a test document's translation by theta. The divergence (JSD) alone says little: it is 0 if theta is "
        "the same for all documents. Seconds and memory are those of the stage `train`, in runs that a comparison "
        "started; if a stopped training was resumed, those of its last part."
    )
    return [*quality, *accuracy, FigureTable("Retrieval and cost", remark, COST)]


COST = (
    FigureColumn("retrieval/mrr", "MRR"),
    FigureColumn("retrieval/jsd", "JSD, bits", 5, better=None),
    FigureColumn("cost/seconds", "training, s", 1, "low"),
    FigureColumn("cost/peak_mb", "peak memory, MB", 0, "low"),
)


def figure_text(summary: SeedSummary | None, mark: Mark, digits: int, missing: str = "–") -> str:
    """One cell: mean ± standard deviation, the best in bold, noise marked."""
    if summary is None:
        return missing
    spread = "" if summary.std is None else f" ± {summary.std:.{digits}f}"
    text = f"{summary.mean:.{digits}f}{spread}"
    return {"best": f"**{text}**", "noise": f"{text} ≈", "": text}[mark]


def _quality(name: str, keys: Collection[str]) -> list[FigureColumn]:
    papers = name == "beta"  # the papers select words by beta, and different selections cannot be compared
    columns = []
    for key, digits in (("cnpmi", 4), ("tu", 3), ("tq", 4)):
        columns.append(FigureColumn(f"{name}/{key}", key.upper(), digits, published=key if papers else None))
        columns.append(FigureColumn(f"{name}/start {key}", f"start {key.upper()}", digits, better=None))
    columns.append(FigureColumn(f"{name}/npmi", "NPMI", 4))
    languages = [key for key in keys if key.startswith(f"{name}/npmi ")]
    return columns + [FigureColumn(key, f"NPMI {key.rpartition(' ')[2]}", 4) for key in languages]


def _accuracy(name: str, keys: Collection[str]) -> list[FigureColumn]:
    means = [
        FigureColumn(f"{name}/{key}", key, published=key if name == "scores" else None) for key in ("intra", "cross")
    ]
    directions = [key for key in keys if key.startswith(f"{name}/") and "->" in key]
    return means + [FigureColumn(key, key.rpartition("/")[2].replace("->", "→")) for key in directions]


def _parts(keys: Collection[str], suffix: str) -> list[str]:
    return [key.removesuffix(suffix) for key in keys if key.endswith(suffix)]
