"""The metrics of topics that any tool made, from files of topics and an aligned reference."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from pipeline.common.errors import InputError
from pipeline.common.files import read_utf8
from pipeline.documents.account import log_rejects
from pipeline.documents.intake import DocumentsParams, read_checked
from pipeline.documents.read import document_files
from pipeline.documents.reference import read_reference
from pipeline.evaluation.coherence import Counting
from pipeline.evaluation.evaluate import topic_scores
from pipeline.evaluation.reference_counts import Reference, reference_counts
from pipeline.languages.codes import check_language
from pipeline.tokens.tokenise import TokeniseParams, tokenise

ScoredTopics = Mapping[str, Sequence[Sequence[str]]]  # language -> K topics -> T words, best first


SHOWN = 10


PLAIN = "a text file for each language, such as `en=ref_en.txt`"


log = logging.getLogger(__name__)


def files_by_language(option: str, values: Sequence[str]) -> dict[str, Path]:
    """``en=a.txt`` and its like as language -> file, in the order given.

    Args:
        option: names the option in messages.
        values: what it was given.

    Raises:
        InputError: one is not of that form, its language is no code, or a language stands there twice.
    """
    files: dict[str, Path] = {}
    for value in values:
        lang, equals, path = value.partition("=")
        if not equals or not path:
            raise InputError(f"{option} {value}: expected a language and its file, such as `en=topics_en.txt`.")
        check_language(lang, option)
        if lang in files:
            raise InputError(f"{option}: `{lang}` stands there twice, as {files[lang]} and {path}. Keep one.")
        files[lang] = Path(path)
    return files


def read_topics(files: Mapping[str, Path], words: int) -> dict[str, list[list[str]]]:
    """The first words of every topic: line k of every file is topic k, its words separated by blanks, best first.

    Raises:
        InputError: a file cannot be read, is empty or longer than another, or a line has fewer than ``words`` words.
    """
    lines = {lang: _lines(path) for lang, path in files.items()}
    for listed in lines.values():
        while not listed[-1].strip():  # blank lines at the end are no topics
            listed.pop()
    _check_same_length("topics", files, lines)
    return {lang: [_topic(files[lang], *line, words) for line in enumerate(lines[lang], 1)] for lang in files}


def read_tokens(values: Sequence[str], languages: Sequence[str], *, pretokenised: bool) -> pl.DataFrame:
    """The reference as tokens, cut by the pipeline's defaults for one.

    Args:
        values: one file or folder of aligned documents in the pipeline's formats; or for each language, as
            ``en=ref_en.txt``, a text file of tokens between blanks, aligned line by line.
        languages: those of the topics.
        pretokenised: whether the texts of documents are tokens between blanks too.

    Returns:
        Columns pair, lang and tokens.

    Raises:
        InputError: the reference cannot be used, or does not have the languages of the topics.
    """
    if len(values) == 1 and ("=" not in values[0] or Path(values[0]).exists()):
        texts, where = _documents(Path(values[0]), languages), values[0]
    else:
        texts = _aligned_lines(files_by_language("--reference", values), languages)
        pretokenised, where = True, "--reference"
    missing = set(languages) - set(texts["lang"].unique())
    if missing:
        found = ", ".join(sorted(texts["lang"].unique())) or "none"
        raise InputError(
            f"{where}: aligned texts are in {found}; missing: {', '.join(sorted(missing))}. "
            "Leave out the topics in those languages, or add their side of the reference."
        )
    params = TokeniseParams(reference_pretokenised=pretokenised).for_reference()
    return tokenise(texts, params, filtered=False).insert_column(0, texts["pair"])


def score(topics: ScoredTopics, tokens: pl.DataFrame, counting: Counting = "toolkit") -> dict[str, Any]:
    """The pipeline's measures of topics, see :func:`pipeline.evaluation.evaluate.topic_scores`.

    Args:
        topics: as many words in every topic, as many topics in every language.
        tokens: columns pair, lang and tokens, as :func:`read_tokens` gives them.
        counting: what single words are counted in, see :func:`pipeline.evaluation.coherence.pair_npmi`.

    Returns:
        cnpmi, tu, tq and npmi; ``pairs`` with the cnpmi and the number of aligned documents of each; ``languages``
        with npmi, tu, and how many different words there are and how many of them the reference lacks (those
        meet no other word, so their pairs count as 0); topics, words (a topic) and counting.
    """
    names = {lang: sorted(set().union(*listed)) for lang, listed in topics.items()}
    terms = {lang: {word: term for term, word in enumerate(known)} for lang, known in names.items()}
    words = {lang: np.array([[terms[lang][word] for word in topic] for topic in topics[lang]]) for lang in topics}
    reference = reference_counts(tokens, _vocabulary(terms))
    scores = topic_scores(words, reference, counting)
    for pair, figures in scores["pairs"].items():
        figures["documents"] = reference.size(*pair.split("-"))
    for lang, figures in scores["languages"].items():
        unknown = _log_unknown(lang, names[lang], reference)
        figures |= {"different_words": len(names[lang]), "unknown_words": unknown}
    count, width = next(iter(words.values())).shape
    return {**scores, "topics": count, "words": width, "counting": counting}


def _topic(path: Path, number: int, line: str, words: int) -> list[str]:
    found = line.split()
    if len(found) < words:
        raise InputError(
            f"{path}, line {number}: {len(found)} words; {words} of each topic are asked for. "
            "Words are separated by blanks. Give the topic more, or set --words lower."
        )
    twice = sorted(word for word, times in Counter(found[:words]).items() if times > 1)
    if twice:
        log.warning("%s, line %d: listed more than once: %s; pairs count each time", path, number, " ".join(twice))
    return found[:words]


def _documents(path: Path, languages: Sequence[str]) -> pl.DataFrame:
    """Aligned texts in the pipeline's formats; for topics in one language, all its texts."""
    if not path.exists():
        raise InputError(f"--reference {path} does not exist. Expected a file of aligned documents, or {PLAIN}.")
    if len(languages) > 1:
        return read_reference(path, pl.DataFrame(), languages)
    rows = read_checked(document_files(path), tuple(languages), DocumentsParams())
    log_rejects(rows)
    return rows.filter(pl.col("reason").is_null()).select("lang", "text", pair="id")


def _aligned_lines(files: Mapping[str, Path], languages: Sequence[str]) -> pl.DataFrame:
    others = [lang for lang in files if lang not in languages]
    if others:
        raise InputError(f"--reference: no topics are in {', '.join(others)}; they are in {', '.join(languages)}.")
    lines = {lang: _lines(path) for lang, path in files.items()}
    _check_same_length("reference", files, lines)
    return pl.concat(
        pl.DataFrame({"lang": lang, "text": listed}).with_row_index("pair") for lang, listed in lines.items()
    )


def _lines(path: Path) -> list[str]:
    """All lines, empty ones too, since files are aligned by them."""
    text = read_utf8(path)
    if not text.strip():
        raise InputError(f"{path} is empty. Expected words separated by blanks.")
    return text.removesuffix("\n").split("\n")


def _check_same_length(what: str, files: Mapping[str, Path], lines: Mapping[str, Sequence[str]]) -> None:
    if len({len(listed) for listed in lines.values()}) > 1:
        found = ", ".join(f"{path} {len(lines[lang])}" for lang, path in files.items())
        raise InputError(
            f"{what}: the files must have as many lines, line k of each belonging together; found {found}."
        )


def _vocabulary(terms: Mapping[str, Mapping[str, int]]) -> pl.DataFrame:
    rows = [(lang, term, word) for lang, known in terms.items() for word, term in known.items()]
    return pl.DataFrame(rows, schema={"lang": pl.String, "term": pl.UInt32, "word": pl.String}, orient="row")


def _log_unknown(lang: str, names: Sequence[str], reference: Reference) -> int:
    """How many words the reference lacks; a warning shows the first.

    Raises:
        InputError: it has none of them.
    """
    absent = np.flatnonzero(np.asarray(reference.counts[lang].sum(axis=0)) == 0)
    if len(absent):
        shown = ", ".join(names[term] for term in absent[:SHOWN])
        message = "%s: %d of %d words are not in the reference, their pairs count as 0: %s"
        log.warning(message, lang, len(absent), len(names), shown + (", ..." if len(absent) > SHOWN else ""))
    if len(absent) == len(names):
        raise InputError(
            f"{lang}: none of the {len(names)} words is in the reference. Is it the right language's file?"
        )
    return len(absent)
