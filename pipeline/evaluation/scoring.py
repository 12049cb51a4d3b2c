"""Metrics of topics from any tool, read from files of topics and an aligned reference."""

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
from pipeline.common.wording import counted, some_of
from pipeline.documents.account import log_rejects
from pipeline.documents.intake import DocumentsParams, read_checked
from pipeline.documents.reference import read_reference
from pipeline.evaluation.coherence import Counting
from pipeline.evaluation.evaluate import topic_scores
from pipeline.evaluation.reference_counts import Reference, reference_counts
from pipeline.languages.codes import check_language
from pipeline.tokens.tokenise import TokeniseParams, tokenise

ScoredTopics = Mapping[str, Sequence[Sequence[str]]]  # language -> K topics -> T words, best first
SHOWN = 10
PLAIN = "one text file for each language, such as `en=ref_en.txt`"
log = logging.getLogger(__name__)


def files_by_language(option: str, values: Sequence[str]) -> dict[str, Path]:
    """Language -> file, from values such as ``en=a.txt``, in the same order.

    Args:
        option: the option's name, for messages.
        values: the option's values.

    Raises:
        InputError: a value does not have that form, its language is not a code, or a language occurs twice.
    """
    files: dict[str, Path] = {}
    for value in values:
        lang, equals, path = value.partition("=")
        if not equals or not path:
            raise InputError(f"{option} {value}: expected a language and its file, such as `en=topics_en.txt`.")
        lang = check_language(lang, option)
        if lang in files:
            raise InputError(
                f"{option}: the language `{lang}` is given twice, with {files[lang]} and with {path}. Keep one of them."
            )
        files[lang] = Path(path)
    return files


def read_topics(files: Mapping[str, Path], words: int) -> dict[str, list[list[str]]]:
    """The first words of every topic. Line k of every file is topic k: words separated by blanks, the best first.

    Raises:
        InputError: a file cannot be read or is empty, the files differ in length, or a line has fewer than
            ``words`` words.
    """
    lines = {lang: _lines(path) for lang, path in files.items()}
    for file_lines in lines.values():
        while not file_lines[-1].strip():  # blank lines at the end are not topics
            file_lines.pop()
    _check_same_length("topics", files, lines)
    return {
        lang: [_topic(files[lang], *numbered_line, words) for numbered_line in enumerate(lines[lang], 1)]
        for lang in files
    }


def read_tokens(values: Sequence[str], languages: Sequence[str], *, pretokenised: bool) -> pl.DataFrame:
    """The reference as tokens, tokenised with the pipeline's defaults for a reference.

    Args:
        values: one file or folder of aligned documents in the pipeline's formats; or for each language, as in
            ``en=ref_en.txt``, a text file of tokens separated by blanks, aligned line by line.
        languages: the languages of the topics.
        pretokenised: whether the texts of documents are already tokens separated by blanks.

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
        languages_found = ", ".join(sorted(texts["lang"].unique())) or "none"
        raise InputError(
            f"{where}: aligned texts were found in: {languages_found}. Missing: {', '.join(sorted(missing))}. "
            "Leave out the topics in those languages, or add their side of the reference."
        )
    params = TokeniseParams(reference_pretokenised=pretokenised).for_reference()
    return tokenise(texts, params, filtered=False).insert_column(0, texts["pair"])


def score(topics: ScoredTopics, tokens: pl.DataFrame, counting: Counting = "toolkit") -> dict[str, Any]:
    """The pipeline's metrics of topics, see :func:`pipeline.evaluation.evaluate.topic_scores`.

    Args:
        topics: all topics have the same number of words, and all languages the same number of topics.
        tokens: columns pair, lang and tokens, as :func:`read_tokens` returns them.
        counting: how single words are counted, see :func:`pipeline.evaluation.coherence.pair_npmi`.

    Returns:
        cnpmi, tu, tq and npmi; ``pairs`` with the cnpmi and the number of aligned documents of each pair;
        ``languages`` with npmi, tu, the number of different words, and how many of these words the reference lacks
        (the NPMI of their pairs is 0); then topics, words (of each topic) and counting.
    """
    different_words = {lang: sorted(set().union(*topic_words)) for lang, topic_words in topics.items()}
    terms = {
        lang: {word: term for term, word in enumerate(language_words)}
        for lang, language_words in different_words.items()
    }
    words = {lang: np.array([[terms[lang][word] for word in topic] for topic in topics[lang]]) for lang in topics}
    reference = reference_counts(tokens, _vocabulary(terms))
    scores = topic_scores(words, reference, counting)
    for pair, figures in scores["pairs"].items():
        figures["documents"] = reference.size(*pair.split("-"))
    for lang, figures in scores["languages"].items():
        unknown = _log_unknown(lang, different_words[lang], reference)
        figures |= {"different_words": len(different_words[lang]), "unknown_words": unknown}
    topic_count, word_count = next(iter(words.values())).shape
    return {**scores, "topics": topic_count, "words": word_count, "counting": counting}


def _topic(path: Path, number: int, line: str, words: int) -> list[str]:
    top_words = line.split()
    if len(top_words) < words:
        raise InputError(
            f"{path}, line {number}: found {counted(len(top_words), 'word')}, but {words} of each topic are needed. "
            "Words are separated by blanks. Give the topic more words, or lower --words."
        )
    repeated = sorted(word for word, times in Counter(top_words[:words]).items() if times > 1)
    if repeated:
        log.warning(
            "%s, line %d: these words occur more than once: %s; their pairs count each time",
            path,
            number,
            " ".join(repeated),
        )
    return top_words[:words]


def _documents(path: Path, languages: Sequence[str]) -> pl.DataFrame:
    """Aligned texts in the pipeline's formats; for topics in one language, all texts of that language."""
    if not path.exists():
        raise InputError(f"--reference {path} does not exist. Expected a file of aligned documents, or {PLAIN}.")
    if len(languages) > 1:
        return read_reference(path, pl.DataFrame(), languages)
    rows = read_checked(path, tuple(languages), DocumentsParams())
    log_rejects(rows)
    return rows.filter(pl.col("reason").is_null()).select("lang", "text", pair="id")


def _aligned_lines(files: Mapping[str, Path], languages: Sequence[str]) -> pl.DataFrame:
    languages_without_topics = [lang for lang in files if lang not in languages]
    if languages_without_topics:
        raise InputError(
            f"--reference: there are no topics in {', '.join(languages_without_topics)}; "
            f"the topics are in {', '.join(languages)}."
        )
    lines = {lang: _lines(path) for lang, path in files.items()}
    _check_same_length("reference", files, lines)
    return pl.concat(
        pl.DataFrame({"lang": lang, "text": texts}).with_row_index("pair") for lang, texts in lines.items()
    )


def _lines(path: Path) -> list[str]:
    """All lines, also empty ones, because the files are aligned line by line."""
    text = read_utf8(path)
    if not text.strip():
        raise InputError(f"{path} is empty. Expected words separated by blanks.")
    return text.removesuffix("\n").split("\n")


def _check_same_length(what: str, files: Mapping[str, Path], lines: Mapping[str, Sequence[str]]) -> None:
    if len({len(file_lines) for file_lines in lines.values()}) > 1:
        line_counts = ", ".join(f"{path} {len(lines[lang])}" for lang, path in files.items())
        raise InputError(
            f"{what}: all files must have the same number of lines, because line k of each file belongs together. "
            f"Found these numbers of lines: {line_counts}."
        )


def _vocabulary(terms: Mapping[str, Mapping[str, int]]) -> pl.DataFrame:
    rows = [(lang, term, word) for lang, numbers in terms.items() for word, term in numbers.items()]
    return pl.DataFrame(rows, schema={"lang": pl.String, "term": pl.UInt32, "word": pl.String}, orient="row")


def _log_unknown(lang: str, different_words: Sequence[str], reference: Reference) -> int:
    """The number of words that the reference lacks; a warning shows the first of them.

    Raises:
        InputError: the reference has none of the words.
    """
    missing_words = np.flatnonzero(np.asarray(reference.counts[lang].sum(axis=0)) == 0)
    if len(missing_words):
        first_words = ", ".join(different_words[term] for term in missing_words[:SHOWN])
        log.warning(
            "%s: not in the reference, so that their pairs count as 0: %s: %s",
            lang,
            some_of(len(missing_words), len(different_words), "word"),
            first_words + (", ..." if len(missing_words) > SHOWN else ""),
        )
    if len(missing_words) == len(different_words):
        raise InputError(
            f"{lang}: none of {counted(len(different_words), 'word')} is in the reference. "
            "Check that the file is in this language."
        )
    return len(missing_words)
