"""Theta for documents that were not in the training, with the model of a finished run."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import polars as pl
from pydantic import ValidationError
from scipy.sparse import csr_array

from pipeline.bow.counts import count_words, language_bow
from pipeline.common.errors import InputError
from pipeline.documents.long_texts import with_passages
from pipeline.documents.select import in_order
from pipeline.encoders.encoder import Encoder
from pipeline.models.model_folder import TrainedModel, load_model
from pipeline.models.theta_and_beta import theta_table
from pipeline.reuse.new_documents import reading_rules
from pipeline.reuse.notes import notes
from pipeline.run.finished import FinishedRun
from pipeline.tables.by_language import ByLanguage, words_by_language
from pipeline.tables.vectors import Theta
from pipeline.tables.wholes import pooled
from pipeline.tokens.stop_words import check_stop_word_folder
from pipeline.tokens.tokenise import TokeniseParams, tokenise_texts
from pipeline.topics.selection import beta_words

LARGEST = 3  # topics in the column `top`
FIRST = 5  # words of a topic in the column `top_words`

MOST = 100  # words of each topic where they come from beta

log = logging.getLogger(__name__)


class Inference:
    """Applies the model of a finished run to new documents, table after table.

    Args:
        run: the run, or a model's folder without the rest of the run. Without the run's topics, words come from beta.

    Raises:
        MissingResourceError: there is no model, or the model reads embeddings and there is no encoder.
        InputError: a file is damaged, or the parameters that the texts were tokenised with cannot be used.
    """

    def __init__(self, run: FinishedRun) -> None:
        trained = load_model(run.layout.model)
        self.model, self.vocabulary = trained.model, trained.vocabulary
        self.rules = tokenise_rules(trained, run.layout.root)
        self.encoder = _encoder(run) if self.model.reads_embeddings else None
        words = run.words if run.has_words else beta_top_words(trained)
        self._first = {language: [row[:FIRST] for row in topics] for language, topics in words.items()}
        self._split_length = reading_rules(run).split_length
        self._known = {language: frozenset(words) for language, words in words_by_language(self.vocabulary).items()}

    def table(self, documents: pl.DataFrame) -> pl.DataFrame:
        """Theta of documents, with the tokeniser's parameters and the vocabulary that the model was trained with.

        Long documents are cut into passages as the run cut its own. Their theta and scores are the means over the
        passages, weighted by the passages' known words; plain means where no word is known.

        Args:
            documents: columns id, lang and text; rows in any order.

        Returns:
            One row for each document, in the same order: id, lang, theta and scores (arrays of K), words (how many of
            the document's tokens the model knows), top (the numbers of the largest topics, counted from 0, the largest
            first), top_words (the first words of each of these topics in the document's language) and note (what is
            unusual about the document, or null). Theta, scores, top and top_words are null where the model knows
            nothing of the document: none of its words and, if the model reads vectors, no vector of it.

        Raises:
            InputError: the encoder cannot embed a document.
        """
        # The model needs the documents of each language together.
        ordered = in_order(documents.with_row_index("row"), self.model.languages)
        passages = self._with_thetas(with_passages(ordered, self._split_length))
        tokens = passages.group_by("row", maintain_order=True).agg(pl.col("tokens").explode(empty_as_null=False))
        table = ordered.with_columns(tokens).with_columns(pooled(passages, "row"))
        table = table.with_columns(top=_largest(table["theta"]), note=notes(table, self._known, self.rules))
        table = table.with_columns(top_words=self._top_words(table)).sort("row")
        return table.select("id", "lang", "theta", "scores", "words", "top", "top_words", "note")

    def _with_thetas(self, passages: pl.DataFrame) -> pl.DataFrame:
        """Passages that are ordered by language, with tokens, theta, scores and words."""
        passages = passages.with_columns(tokens=self._tokens(passages))
        bows = self._counts(passages)
        words = np.concatenate([bow.sum(axis=1) for bow in bows.values()])
        vectors = self._vectors(self.encoder, passages) if self.encoder else None
        return passages.with_columns(theta_table(self.model, bows, vectors), words=pl.Series(words, dtype=pl.UInt32))

    def _vectors(self, encoder: Encoder, passages: pl.DataFrame) -> np.ndarray:
        """(D, E) vectors; zeros for empty texts, which an encoder refuses where there are no others."""
        has_text = (passages["text"].str.strip_chars() != "").to_numpy()
        vectors = np.zeros((len(passages), self.model.embedding), np.float32)
        if has_text.any():
            vectors[has_text] = encoder.encode(passages.filter(pl.Series(has_text)))
        return vectors

    def bow(self, documents: pl.DataFrame, language: str) -> np.ndarray:
        """(D, V) int32 counts of documents (id, lang, text) of one language."""
        return self._counts(documents.select("lang", tokens=self._tokens(documents)))[language].toarray()

    def _counts(self, documents: pl.DataFrame) -> dict[str, csr_array]:
        """Counts of documents (columns lang and tokens) that are ordered by language."""
        by_language = ByLanguage.of(documents["lang"], self.model.languages)
        return language_bow(count_words(documents, self.vocabulary), self.vocabulary, by_language)

    def _tokens(self, documents: pl.DataFrame) -> pl.Series:
        """The tokens of documents that are ordered by language."""
        by_language = documents.group_by("lang", maintain_order=True).agg("text")
        parts = [tokenise_texts(language, texts, self.rules) for language, texts in by_language.iter_rows()]
        return pl.Series("tokens", [tokens for part in parts for tokens in part], dtype=pl.List(pl.String))

    def _top_words(self, table: pl.DataFrame) -> pl.Series:
        words = [
            None if top is None else [self._first[language][topic] for topic in top]
            for language, top in table.select("lang", "top").iter_rows()
        ]
        return pl.Series(words, dtype=pl.List(pl.List(pl.String)))


def tokenise_rules(trained: TrainedModel, root: Path) -> TokeniseParams:
    """The rules that the training texts were tokenised by.

    Args:
        trained: the model.
        root: the folder from which a relative path of stop words starts.

    Raises:
        InputError: the rules cannot be used, or the stop words do not exist any more.
    """
    try:
        rules = TokeniseParams.model_validate(trained.tokenise)
    except ValidationError as error:
        raise InputError(
            f"config.json of the model: `tokenise` cannot be used: {error}. Run `dvc repro train` to make a new model."
        ) from error
    if rules.pretokenised:
        log.info("the model was trained on pretokenised texts, so the new texts are split at blanks as well")
    elif rules.stopwords:
        rules = rules.model_copy(update={"stopwords": root / rules.stopwords})
        check_stop_word_folder(rules.stopwords, trained.model.languages)
    return rules


def beta_top_words(trained: TrainedModel) -> dict[str, list[list[str]]]:
    """Language -> topic -> its most typical words by beta, the best first."""
    words = {}
    for language, vocabulary in words_by_language(trained.vocabulary).items():
        scores: np.ndarray = trained.model.word_scores(language).detach().cpu().numpy()
        words[language] = [[vocabulary[term] for term in row] for row in beta_words(scores, MOST).tolist()]
    return words


def _encoder(run: FinishedRun) -> Encoder:
    from pipeline.encoders.all_encoders import load_encoder

    return load_encoder(run.layout.model_encoder, run.layout.embedding_cache)


def _largest(theta: pl.Series) -> pl.Expr:
    order = np.argsort(-Theta.of(theta).values, axis=1, kind="stable")[:, :LARGEST]
    return pl.when(theta.is_not_null()).then(pl.Series(order.tolist(), dtype=pl.List(pl.UInt32)))
