"""From the authors' layout to the project's: one table of documents, and one word list for each language."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

from pipeline.common.errors import InputError
from pipeline.common.files import read_lines
from pipeline.common.whole_files import whole_file
from pipeline.common.wording import counted
from pipeline.datasets.public import SPLITS, Dataset

log = logging.getLogger(__name__)


def made_files(dataset: Dataset) -> list[str]:
    """Names of the files that ``convert`` makes."""
    return ["documents.jsonl", *(f"vocabulary/{lang}.txt" for lang in dataset.codes)]


def convert(dataset: Dataset, raw: Path, home: Path) -> None:
    """Write ``home/documents.jsonl`` and ``home/vocabulary/LANG.txt`` from the files in ``raw``.

    Documents are in the order of languages (pivot first), splits and lines, with ids ``LANG:SPLIT:LINE``
    counted from 0. Texts and labels stay as they are.

    Raises:
        InputError: texts and labels differ in number, or a file is not UTF-8.
    """
    with whole_file(home / "documents.jsonl") as unfinished, unfinished.open("w", encoding="utf-8") as file:
        for lang, code in dataset.codes.items():
            for split in SPLITS:
                for document in _documents(raw, lang, code, split):
                    file.write(json.dumps(document, ensure_ascii=False) + "\n")
    for lang, code in dataset.codes.items():
        with whole_file(home / "vocabulary" / f"{lang}.txt") as unfinished:
            shutil.copyfile(raw / f"vocab_{code}", unfinished)


def _documents(raw: Path, lang: str, code: str, split: str) -> Iterator[dict[str, str]]:
    texts_path, labels_path = (raw / f"{split}_{kind}_{code}.txt" for kind in ("texts", "labels"))
    texts, labels = read_lines(texts_path), read_lines(labels_path)
    if len(texts) != len(labels):
        raise InputError(
            f"{texts_path} has {counted(len(texts), 'line')} and {labels_path} has {len(labels):,}: "
            "expected one label for every text. Delete both and fetch the data set again."
        )
    empty = sum(not text.strip() for text in texts)
    log.info("%s %s: %s documents%s", lang, split, f"{len(texts):,}", f", {empty:,} of them empty" if empty else "")
    for number, (text, label) in enumerate(zip(texts, labels, strict=True)):
        yield {"id": f"{lang}:{split}:{number}", "lang": lang, "text": text, "label": label, "split": split}
