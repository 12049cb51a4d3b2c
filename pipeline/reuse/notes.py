"""What is unusual about a new document: no known word, or a text that seems to be in another language."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import polars as pl

from pipeline.documents.row_languages import language_notes
from pipeline.languages.codes import language_name
from pipeline.languages.scripts import SCRIPTS, letters, letters_of
from pipeline.tokens.tokenise import TokeniseParams, tokenise_texts

NO_WORD = "no word of the vocabulary"
LETTERS = 10  # a text with fewer letters is too short to judge
FITTING = 0.5  # a text may be in a language if at least this share of its letters is in the language's scripts
DOUBTFUL = 1 / 3  # other languages are tried if the share of known words is not above this
MORE = 3  # another language must know so many more words than the declared one, and twice its share

Vocabulary = Mapping[str, Collection[str]]


def notes(documents: pl.DataFrame, vocabulary: Vocabulary, params: TokeniseParams) -> pl.Series:
    """A remark about each document, or null.

    The language is identified where the text tells it clearly, as it is in the documents of a run. It is also checked
    by script, if the table of scripts has the language, and by words. If the declared language
    knows at most a third of a document's words, the text is tokenised again in each other language of the model that
    its script allows.

    Args:
        documents: columns lang, text, tokens and words (how many tokens are known).
        vocabulary: the words of each language.
        params: how texts are tokenised.
    """
    rows = documents.select("lang", "text", "words", cut=pl.col("tokens").list.len()).with_row_index("row")
    parts = [rows.select("row", remark=pl.when(words=0).then(pl.lit(NO_WORD)))]
    seeming = pl.Series(language_notes(rows["text"].to_list(), rows["lang"].to_list()), dtype=pl.String)
    parts.append(rows.select("row", remark=seeming))
    long_enough = rows.filter(letters(rows["text"]) >= LETTERS)
    for language_rows in long_enough.partition_by("lang", maintain_order=True):
        lang = language_rows["lang"][0]
        parts.append(_by_script(lang, language_rows))
        parts.append(_by_words(lang, language_rows, vocabulary, params))
    remarks = pl.concat(parts).group_by("row").agg(pl.col("remark").drop_nulls().str.join("; ")).sort("row")
    return remarks["remark"].replace("", None)


def _by_script(lang: str, documents: pl.DataFrame) -> pl.DataFrame:
    if lang not in SCRIPTS:
        return documents.select("row", remark=pl.lit(None, pl.String)).clear()
    share = letters_of(documents["text"], lang) / letters(documents["text"])
    percent = (share * 100).round().cast(pl.Int64)
    remark = pl.format(f"only {{}} % of the letters are in the script of {language_name(lang)}", percent)
    return documents.select("row", remark=pl.when(share < FITTING).then(remark))


def _by_words(lang: str, documents: pl.DataFrame, vocabulary: Vocabulary, params: TokeniseParams) -> pl.DataFrame:
    doubtful = documents.filter(pl.col("words") <= DOUBTFUL * pl.col("cut"))
    attempts = [
        _known_better(doubtful, (lang, other), words, params) for other, words in vocabulary.items() if other != lang
    ]
    better_languages = pl.concat([doubtful.select("row", share=0.0, remark=pl.lit(None, pl.String)), *attempts])
    return (
        better_languages.sort("row", "share", descending=[False, True], maintain_order=True)
        .group_by("row")
        .agg(pl.col("remark").first())
    )


def _known_better(
    documents: pl.DataFrame, languages: tuple[str, str], vocabulary: Collection[str], params: TokeniseParams
) -> pl.DataFrame:
    """Documents of which another language knows clearly more words: row, the share that it knows, and the remark."""
    other = languages[1]
    if other in SCRIPTS:
        documents = documents.filter(letters_of(documents["text"], other) >= FITTING * letters(documents["text"]))
    tokens = tokenise_texts(other, documents["text"], params) if other in SCRIPTS else []
    known_words = pl.Series(
        [sum(token in vocabulary for token in text_tokens) for text_tokens in tokens], dtype=pl.Int64
    )
    token_counts = pl.Series([len(text_tokens) for text_tokens in tokens], dtype=pl.Int64)
    documents = (documents if tokens else documents.clear()).with_columns(known=known_words, other=token_counts)
    is_twice = pl.col("known") * pl.col("cut") >= 2 * pl.col("words") * pl.col("other")
    declared, better = map(language_name, languages)
    remark = pl.format(f"{better} knows {{}} of the words, {declared} {{}}", "known", "words")
    return documents.filter(is_twice & (pl.col("known") >= pl.col("words") + MORE)).select(
        "row", share=pl.col("known") / pl.col("other"), remark=remark
    )
