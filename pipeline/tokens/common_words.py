"""Words that most documents have, left out in a language whose stop words are not known well enough.

An article or a preposition is frequent in every text, so it stands in a larger share of the documents than a word of
one subject does. Which share is large depends on how long the documents are.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from math import exp

import polars as pl

from pipeline.common.errors import first_names
from pipeline.common.mending import Advice, Weight
from pipeline.common.wording import counted
from pipeline.languages.codes import named_language
from pipeline.tokens.stop_words import stop_words
from pipeline.tokens.tokenisers import TokeniseParams

ENOUGH = 100  # a list with fewer words lacks many of the words that carry no topic
ONE_IN = 500  # tokens of a text
LEAST = 0.03  # share of the documents; in headlines even a word of one subject is one token in 500
FEWEST = 20  # documents that must have a word, so that in a small collection words of a subject stay
SHOWN = 15  # words in a message

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class CommonWords:
    """The words of one language that are left out.

    Attributes:
        lang: code of the language.
        known: how many stop words of the language are known.
        share: the share of the training documents above which a word is common.
        words: the common words, those of the most documents first.
    """

    lang: str
    known: int
    share: float
    words: tuple[str, ...]

    @property
    def advice(self) -> Advice:
        """What was done, and what the user may do."""
        words = f": {first_names(self.words, SHOWN)}" if self.words else ""
        return Advice(
            Weight.HINT,
            f"Fewer than {ENOUGH} stop words are known, so words were left out that many training documents have, at "
            f"least {FEWEST}",
            "Write words that carry no topic into a file that is called by the language's code and ends in .txt, in a "
            "folder that `tokenise.stopwords` names.",
            {
                named_language(
                    self.lang
                ): f"{counted(len(self.words), 'word')} in more than {self.share:.0%} of them{words}"
            },
        )


def leave_out_common_words(documents: pl.DataFrame, params: TokeniseParams) -> tuple[pl.Series, list[CommonWords]]:
    """The tokens without the common words of those languages of which fewer than 100 stop words are known.

    Args:
        documents: columns ``lang``, ``split`` and ``tokens``, each language's rows together.
        params: the rules by which the texts were cut.

    Returns:
        The tokens, and what was left out of each of these languages.
    """
    found = list(_common_words(documents, params))
    for common in found:
        log.warning("%s", common.advice)
    tokens = documents["tokens"]
    for common in found:
        is_kept = ~pl.element().is_in(common.words)
        kept = pl.when(pl.col("lang") == common.lang).then(pl.col("tokens").list.filter(is_kept)).otherwise("tokens")
        tokens = documents.select("lang", tokens).select(kept.alias("tokens")).to_series()
    return tokens, found


def _common_words(documents: pl.DataFrame, params: TokeniseParams) -> Iterator[CommonWords]:
    if params.pretokenised:
        return
    training = documents.filter(pl.col("split") == "train")
    for table in training.partition_by("lang", maintain_order=True):
        lang = table.item(0, "lang")
        known = len(stop_words(lang, params.stopwords))
        if known < ENOUGH:
            tokens = table["tokens"]
            share = params.common_share or largest_share(tokens)
            yield CommonWords(lang, known, share, _words_above(tokens, share))


def largest_share(tokens: pl.Series) -> float:
    """The share of documents above which a word is common, by the mean length L of the documents in tokens.

    A word that is evenly one in n tokens is in 1 - exp(-L / n) of the documents; n is 500 for short documents. It grows
    with L, because words of the general subject recur in long documents.
    """
    length = float(tokens.list.len().mean() or 0)  # type: ignore[arg-type]
    return max(LEAST, 1 - exp(-length / (ONE_IN + length)))


def _words_above(tokens: pl.Series, share: float) -> tuple[str, ...]:
    in_documents = tokens.alias("word").list.unique().explode().drop_nulls().value_counts(name="documents")
    common = in_documents.filter(pl.col("documents") >= FEWEST, pl.col("documents") > share * len(tokens))
    return tuple(common.sort("documents", "word", descending=[True, False])["word"])
