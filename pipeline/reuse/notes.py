"""What is odd about a new document: no known word, or a language that does not fit it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import polars as pl

from pipeline.languages.codes import language_name
from pipeline.languages.scripts import SCRIPTS, letters, letters_of
from pipeline.tokens.tokenise import TokeniseParams, tokenise_texts

NO_WORD = "no word of the vocabulary"
LETTERS = 10  # a text with fewer says too little
FITTING = 0.5  # share of letters in a language's scripts from which a text may be in it
DOUBTFUL = 1 / 3  # share of known words below which another language is tried
MORE = 3  # words that another language must know beyond those that the declared one knows, and twice its share

Vocabulary = Mapping[str, Collection[str]]


def notes(documents: pl.DataFrame, vocabulary: Vocabulary, params: TokeniseParams) -> pl.Series:
    """A sentence about each document, or null.

    The language is checked by script, where the table of scripts has it, and by words: a document of which the
    declared language knows less than a third is cut as the model's other languages that its script allows.

    Args:
        documents: lang, text, tokens and words (how many of them are known).
        vocabulary: each language's words.
        params: how texts are cut.
    """
    rows = documents.select("lang", "text", "words", cut=pl.col("tokens").list.len()).with_row_index("row")
    parts = [rows.select("row", said=pl.when(words=0).then(pl.lit(NO_WORD)))]
    enough = rows.filter(letters(rows["text"]) >= LETTERS)
    for lang, mine in ((part["lang"][0], part) for part in enough.partition_by("lang", maintain_order=True)):
        parts.append(_by_script(lang, mine))
        parts.append(_by_words(lang, mine, vocabulary, params))
    said = pl.concat(parts).group_by("row").agg(pl.col("said").drop_nulls().str.join("; ")).sort("row")
    return said["said"].replace("", None)


def _by_script(lang: str, documents: pl.DataFrame) -> pl.DataFrame:
    if lang not in SCRIPTS:
        return documents.select("row", said=pl.lit(None, pl.String)).clear()
    share = letters_of(documents["text"], lang) / letters(documents["text"])
    percent = (share * 100).round().cast(pl.Int64)
    said = pl.format(f"only {{}} % of the letters are in the script of {language_name(lang)}", percent)
    return documents.select("row", said=pl.when(share < FITTING).then(said))


def _by_words(lang: str, documents: pl.DataFrame, vocabulary: Vocabulary, params: TokeniseParams) -> pl.DataFrame:
    doubtful = documents.filter(pl.col("words") <= DOUBTFUL * pl.col("cut"))
    tried = [
        _known_better(doubtful, (lang, other), words, params) for other, words in vocabulary.items() if other != lang
    ]
    found = pl.concat([doubtful.select("row", share=0.0, said=pl.lit(None, pl.String)), *tried])
    return (
        found.sort("row", "share", descending=[False, True], maintain_order=True)
        .group_by("row")
        .agg(pl.col("said").first())
    )


def _known_better(
    documents: pl.DataFrame, languages: tuple[str, str], vocabulary: Collection[str], params: TokeniseParams
) -> pl.DataFrame:
    """Documents of which another language knows clearly more: row, the share that it knows, and the sentence."""
    other = languages[1]
    if other in SCRIPTS:
        documents = documents.filter(letters_of(documents["text"], other) >= FITTING * letters(documents["text"]))
    tokens = tokenise_texts(other, documents["text"], params) if other in SCRIPTS else []
    known = pl.Series([sum(token in vocabulary for token in cut) for cut in tokens], dtype=pl.Int64)
    cuts = pl.Series([len(cut) for cut in tokens], dtype=pl.Int64)
    documents = (documents if tokens else documents.clear()).with_columns(known=known, other=cuts)
    twice = pl.col("known") * pl.col("cut") >= 2 * pl.col("words") * pl.col("other")
    declared, better = map(language_name, languages)
    said = pl.format(f"{better} knows {{}} of the words, {declared} {{}}", "known", "words")
    return documents.filter(twice & (pl.col("known") >= pl.col("words") + MORE)).select(
        "row", share=pl.col("known") / pl.col("other"), said=said
    )
