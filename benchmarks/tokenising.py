"""From texts to tokens in several processes; the yardstick is the plain tokeniser in one process."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable

import numpy as np
import polars as pl

from benchmarks.case import Case, Work, timed
from benchmarks.paths import ROOT
from pipeline.tokens.tokenise import TokeniseParams, tokenise

Cut = Callable[[str], object]


def tokenise_en() -> Case:
    """English; the yardstick is a regular expression on lower-cased text."""
    return _case("en", megabytes=160, plain_megabytes=10, plain=_words, tool="re.findall on lower-cased text")


def tokenise_zh() -> Case:
    """Chinese; the yardstick is jieba."""
    return _case("zh", megabytes=20, plain_megabytes=2, plain=_jieba, tool="jieba.lcut")


def tokenise_ja() -> Case:
    """Japanese; the yardstick is MeCab, called with fugashi."""
    return _case("ja", megabytes=20, plain_megabytes=2, plain=_fugashi, tool="fugashi.Tagger")


def sample_texts(lang: str, megabytes: float) -> list[str]:
    """Texts of five sentences that are drawn from the sample, so that there are enough texts and all differ."""
    lines = (ROOT / "data/sample/documents.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if row["lang"] == lang]
    sentences = np.array([s for row in rows for s in re.split(r"(?<=[.。!?！？])\s*", row["text"]) if s], dtype=object)
    mean = 5 * float(np.mean([len(s.encode()) for s in sentences]))
    drawn = np.random.default_rng(0).integers(len(sentences), size=(int(megabytes * 1e6 / mean), 5))
    return [" ".join(five) for five in sentences[drawn]]


def _case(lang: str, megabytes: float, plain_megabytes: float, plain: Callable[[], Cut], tool: str) -> Case:
    texts, fewer = sample_texts(lang, megabytes), sample_texts(lang, plain_megabytes)
    table, params, processes = (
        pl.DataFrame({"lang": lang, "text": texts}),
        TokeniseParams.model_validate({}),
        os.cpu_count() or 1,
    )
    tokenise(table.head(1), params)  # loads this process's dictionary; other processes load theirs in the measured time
    return Case(
        "MB/s",
        Work(timed(lambda: tokenise(table, params, processes=processes)), _size(texts)),
        Work(_plain_seconds(plain, fewer), _size(fewer)),
        f"{_size(texts):.0f} MB of the sample's sentences in {processes} processes, cleaned and filtered; "
        f"{tool} alone in one process",
    )


def _plain_seconds(make: Callable[[], Cut], texts: list[str]) -> Callable[[], float]:
    tokenisers: list[Cut] = []

    def seconds() -> float:
        cut = tokenisers[0] if tokenisers else make()
        tokenisers[:] = [cut]
        return timed(lambda: [cut(text) for text in texts])()

    return seconds


def _size(texts: list[str]) -> float:
    return sum(len(text.encode()) for text in texts) / 1e6


def _words() -> Cut:
    pattern = re.compile(r"\w+")
    return lambda text: pattern.findall(text.lower())


def _jieba() -> Cut:
    import jieba

    tokeniser = jieba.Tokenizer()
    tokeniser.FREQ, tokeniser.total = tokeniser.gen_pfdict(tokeniser.get_dict_file())
    tokeniser.initialized = True
    cut: Cut = tokeniser.lcut
    return cut


def _fugashi() -> Cut:
    import fugashi
    import unidic_lite

    cut: Cut = fugashi.Tagger(f'-d "{unidic_lite.DICDIR}"')
    return cut
