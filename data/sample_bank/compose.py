"""Compose the sample corpus from the sentence bank: `python data/sample_bank/compose.py`.

It reads `<theme>.tsv` beside it (`use`, then one column for each language; the cells of a row are translations). Into
`data/sample` it writes `documents.jsonl` (from the `train` rows) and `reference.jsonl` (aligned, only from the
`reference` rows). The result is committed; the same bank and seed give the same bytes.
"""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
SAMPLE = HERE.parent / "sample"
SEED = 20
DOCUMENTS = {"en": 540, "zh": 500, "ja": 470}  # unequal on purpose
ALIGNED = 12  # documents of each theme that exist in every language
SENTENCES = (3, 5)  # in the shortest and in the longest document
STRAY = 0.15  # share of documents with one sentence from another theme
REFERENCE_ROUNDS, REFERENCE_SENTENCES = 4, 4

Bank = dict[str, list[dict[str, str]]]
Row = dict[str, str]


def read_bank(use: str) -> Bank:
    """Map each theme to its sentences for ``use`` (train or reference), each in every language."""
    bank: Bank = {}
    for path in sorted(HERE.glob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            bank[path.stem] = [row for row in rows if row["use"] == use]
    return bank


def pick(bank: Bank, theme: str, rng: random.Random) -> list[dict[str, str]]:
    """Sentences of one document: different sentences of its theme, and now and then one of another theme."""
    sentences = rng.sample(bank[theme], rng.randint(*SENTENCES))
    if rng.random() < STRAY:
        other_theme = rng.choice([name for name in bank if name != theme])
        sentences[-1] = rng.choice(bank[other_theme])
    return sentences


def text(sentences: list[dict[str, str]], lang: str) -> str:
    """Join sentences as the language does: with a space if it has spaces between words."""
    return ("" if lang in {"zh", "ja"} else " ").join(sentence[lang] for sentence in sentences)


def documents(bank: Bank, rng: random.Random) -> Iterator[Row]:
    """Yield the corpus: aligned documents first, then the other documents of each language."""
    themes = sorted(bank)
    for theme in themes:
        for number in range(ALIGNED):
            sentences, pair = pick(bank, theme, rng), f"{theme}-{number:02}"
            for lang in DOCUMENTS:
                yield {
                    "id": f"{pair}-{lang}",
                    "lang": lang,
                    "text": text(sentences, lang),
                    "label": theme,
                    "pair": pair,
                }
    for lang, size in DOCUMENTS.items():
        for number in range(size - ALIGNED * len(themes)):
            theme = themes[number % len(themes)]
            body = text(pick(bank, theme, rng), lang)
            yield {"id": f"{lang}-{number:03}", "lang": lang, "text": body, "label": theme}


def reference(bank: Bank, rng: random.Random) -> Iterator[Row]:
    """Yield aligned documents of sentences that are not in the corpus, each sentence equally often."""
    for theme in sorted(bank):
        sentences = bank[theme]
        for round_number in range(REFERENCE_ROUNDS):
            order = rng.sample(sentences, len(sentences))
            for start in range(0, len(order), REFERENCE_SENTENCES):
                document = order[start : start + REFERENCE_SENTENCES]
                pair = {"pair": f"{theme}-{round_number}-{start // REFERENCE_SENTENCES}"}
                yield pair | {lang: text(document, lang) for lang in DOCUMENTS}


def write(rows: Iterator[Row], name: str) -> None:
    """Write JSON Lines into the folder of the sample."""
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    SAMPLE.mkdir(exist_ok=True)
    (SAMPLE / name).write_text(lines, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write(documents(read_bank("train"), random.Random(SEED)), "documents.jsonl")
    write(reference(read_bank("reference"), random.Random(SEED)), "reference.jsonl")
