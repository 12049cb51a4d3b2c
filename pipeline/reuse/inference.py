"""Theta for documents that came after training, from the folder of a finished run."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import polars as pl
from pydantic import ValidationError

from pipeline.bow.counts import count_words, language_bow
from pipeline.common.arrays import filled
from pipeline.common.errors import InputError
from pipeline.common.layout import LAYOUT
from pipeline.documents.select import in_order
from pipeline.encoders.base import Encoder
from pipeline.inference import theta_table
from pipeline.models.store import Run
from pipeline.reuse.notes import notes
from pipeline.tokens.stop_words import check_stop_word_folder
from pipeline.tokens.tokenise import TokeniseParams, tokenise_texts

LARGEST = 3  # topics in the column `top`
FIRST = 5  # words of a topic in the column `top_words`

TopicWords = Mapping[str, Sequence[Sequence[str]]]  # language -> the first words of each of the K topics

log = logging.getLogger(__name__)


class Inference:
    """A trained model at work on new documents, table after table.

    Args:
        run: from :func:`pipeline.models.store.load_run`.
        words: of each topic, best first.
        encoder: of the run, for a model that reads embeddings.
        home: where the user's stop words lie, if that is another place than in training.

    Raises:
        InputError: the run's tokeniser parameters cannot be used.
    """

    def __init__(self, run: Run, words: TopicWords, encoder: Encoder | None = None, home: Path = Path()) -> None:
        self.run, self.encoder = run, encoder
        self.params = tokenise_params(run, home)
        self._first = {lang: [list(row[:FIRST]) for row in topics] for lang, topics in words.items()}
        spelt = run.vocabulary.group_by("lang", maintain_order=True).agg("word")
        self._known = {lang: frozenset(words) for lang, words in spelt.iter_rows()}

    def table(self, documents: pl.DataFrame) -> pl.DataFrame:
        """Theta under the model, with the tokeniser's parameters and the vocabulary that it was trained with.

        Args:
            documents: id, lang and text, in any order.

        Returns:
            One row a document in the same order: id, lang, theta and mean (arrays of K), words (how many of its
            tokens the model knows), top (the numbers of the largest topics, from 0, the largest first), top_words
            (the first words of each of these in the document's language) and note (what is odd about the document,
            or null). Theta, mean, top and top_words are null where words is 0.

        Raises:
            InputError: the encoder cannot embed a document.
        """
        languages, vocabulary = self.run.model.languages, self.run.vocabulary
        ordered = in_order(documents.with_row_index("row"), languages)  # the model works language by language
        ordered = ordered.with_columns(tokens=self._tokens(ordered))
        bows = language_bow(count_words(ordered, vocabulary), vocabulary, ordered["lang"])
        words = np.concatenate([bow.sum(axis=1) for bow in bows.values()])
        vectors = self._embedded(ordered, words > 0) if self.encoder else None
        table = ordered.with_columns(
            theta_table(self.run.model, bows, vectors), words=pl.Series(words, dtype=pl.UInt32)
        )
        table = table.with_columns(top=_largest(table["theta"]), note=notes(table, self._known, self.params))
        table = table.with_columns(top_words=self._top_words(table)).sort("row")
        return table.select("id", "lang", "theta", "mean", "words", "top", "top_words", "note")

    def bow(self, documents: pl.DataFrame, lang: str) -> np.ndarray:
        """(D, V) int32 counts of documents (id, lang, text) of one language."""
        tokens = documents.select("lang", tokens=self._tokens(documents))
        counts = count_words(tokens, self.run.vocabulary)
        return language_bow(counts, self.run.vocabulary, tokens["lang"])[lang].toarray()

    def _tokens(self, documents: pl.DataFrame) -> pl.Series:
        """Of documents that stand language by language."""
        by_language = documents.group_by("lang", maintain_order=True).agg("text")
        parts = [tokenise_texts(lang, texts, self.params) for lang, texts in by_language.iter_rows()]
        return pl.Series("tokens", [tokens for part in parts for tokens in part], dtype=pl.List(pl.String))

    def _embedded(self, documents: pl.DataFrame, known: np.ndarray) -> np.ndarray:
        """(D, E) vectors of the documents with known words; zeros for the others, whose theta is null anyway."""
        vectors = np.zeros((len(documents), self.run.model.embedding), np.float32)
        if known.any() and self.encoder:
            vectors[known] = self.encoder.encode(documents.filter(pl.Series(known)))
        return vectors

    def _top_words(self, table: pl.DataFrame) -> pl.Series:
        listed = [
            None if top is None else [self._first[lang][topic] for topic in top]
            for lang, top in table.select("lang", "top").iter_rows()
        ]
        return pl.Series(listed, dtype=pl.List(pl.List(pl.String)))


def tokenise_params(run: Run, home: Path = Path()) -> TokeniseParams:
    """The parameters that the training texts were tokenised with.

    Args:
        run: the trained model.
        home: what the folder of the user's stop words is relative to.

    Raises:
        InputError: they cannot be used, or the stop words are gone.
    """
    try:
        params = TokeniseParams.model_validate(run.tokenise)
    except ValidationError as error:
        raise InputError(
            f"config.json of the model: `tokenise` cannot be used: {error}. `dvc repro train` makes a new model."
        ) from error
    if params.pretokenised:
        log.info("the model was trained on pretokenised texts: the new ones are taken as tokens between blanks too")
    elif params.stopwords != LAYOUT.none:
        params = params.model_copy(update={"stopwords": home / params.stopwords})
        check_stop_word_folder(params.stopwords, run.model.languages)
    return params


def _largest(theta: pl.Series) -> pl.Expr:
    order = np.argsort(-filled(theta), axis=1, kind="stable")[:, :LARGEST]
    return pl.when(theta.is_not_null()).then(pl.Series(order.tolist(), dtype=pl.List(pl.UInt32)))
