"""The dictionary of a run as files to read, correct and use."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from pipeline.common.errors import InputError
from pipeline.common.whole_files import write_text
from pipeline.common.wording import counted
from pipeline.tables.by_language import words_by_language

HEAD = """# {pivot}-{language}: word of {pivot}, tab, word of {language}; perhaps a tab and how sure it is, 1 at most.
# The least sure pairs come first. Delete or correct what is wrong, add what is missing, and set
# `dictionary: {folder}` in params.yaml: the file then takes the place of the dictionary that was made.
# {counts}
"""


def write_dictionaries(vocabulary: pl.DataFrame, links: pl.DataFrame, folder: Path) -> dict[Path, int]:
    """Write ``<pivot>-<language>.tsv`` for each language, in the format that the parameter `dictionary` reads.

    Args:
        vocabulary: columns ``lang``, ``term`` and ``word``, the pivot first.
        links: the table :data:`pipeline.tables.catalogue.LINKS`.
        folder: where the files go; it is made if need be.

    Returns:
        The number of pairs in each file.

    Raises:
        InputError: one of the files exists, perhaps with corrections.
    """
    (pivot, pivot_words), *others = words_by_language(vocabulary).items()
    paths = {language: folder / f"{pivot}-{language}.tsv" for language, _ in others}
    if present := [str(path) for path in paths.values() if path.exists()]:
        raise InputError(f"{', '.join(present)}: a dictionary is there already. Name another folder, or move it away.")
    written = {}
    for language, words in others:
        pairs = links.filter(pl.col("lang") == language).sort(pl.col("score").fill_null(1), "pivot_term", "term")
        counts = ", ".join(
            f"{source} {count}" for source, count in pairs.group_by("source").len().sort("source").rows()
        )
        lines = [
            "\t".join([pivot_words[i], words[j], *([] if score is None else [f"{score:.2f}"])])
            for i, j, score in pairs.select("pivot_term", "term", "score").iter_rows()
        ]
        head = HEAD.format(
            pivot=pivot, language=language, folder=folder, counts=f"{counted(len(lines), 'pair')}: {counts or 'none'}"
        )
        write_text(head + "".join(f"{line}\n" for line in lines), paths[language])
        written[paths[language]] = len(lines)
    return written
