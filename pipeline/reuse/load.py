"""The trained model as an object: theta of texts, the topics, and similar documents of the run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl

from pipeline.common.errors import InputError
from pipeline.common.wording import counted
from pipeline.encoders.precomputed import PrecomputedEncoder
from pipeline.languages.codes import canonical_code
from pipeline.languages.normalise import normalise
from pipeline.reuse.arguments import checked_count, checked_folder, checked_text, checked_texts
from pipeline.reuse.inference import Inference
from pipeline.reuse.new_documents import CHUNK, reading_rules
from pipeline.reuse.topic_data import TopicData, topic_data
from pipeline.run.finished import FinishedRun
from pipeline.tables.by_language import words_by_language
from pipeline.tables.vectors import Theta


def load(folder: str | Path) -> Topics:
    """Read a trained model: ``models/run`` of a project, or a folder that ``python -m stages.export`` wrote.

    Raises:
        MissingResourceError: the folder has no model.
        InputError: ``folder`` is no path, a file is damaged, or the run's parameters cannot be used.
    """
    return Topics(FinishedRun.open(checked_folder(folder).absolute()))


class Topics:
    """A trained model, and the run that it came from.

    Args:
        run: see :func:`load`.

    Attributes:
        run: the run, with its tables, figures and parameters.
        languages: the codes of the languages, the pivot first.
    """

    def __init__(self, run: FinishedRun) -> None:
        self.run = run
        self.languages = run.languages
        self._inference = Inference(run)
        self._max_characters = reading_rules(run).max_characters

    def __repr__(self) -> str:
        model = str(self.run.layout.model)
        return f"Topics({model!r}: {counted(self.run.topics, 'topic')} in {', '.join(self.languages)})"

    def infer(self, texts: str | Sequence[str], lang: str) -> pl.DataFrame:
        """Theta of texts of one language; they are normalised and tokenised as in training.

        Args:
            texts: one or more texts.
            lang: language of the texts.

        Returns:
            One row for each text, in the same order; the ids are numbers from 1. The columns are those of
            :meth:`pipeline.reuse.inference.Inference.table`.

        Raises:
            InputError: the model does not know the language, or reads precomputed vectors; or a text is no string,
                whose place in the list the message has.
        """
        lang = self._check(lang)
        checked = checked_texts(texts)
        if isinstance(self._inference.encoder, PrecomputedEncoder):
            raise InputError(
                "the model reads precomputed vectors, which are found by a document's id; a text has no id. "
                "Use `python -m stages.infer`, which reads documents with ids."
            )
        ids = list(map(str, range(1, len(checked) + 1)))
        documents = pl.DataFrame({"id": ids, "text": checked}, {"id": pl.String, "text": pl.String})
        documents = normalise(documents, self._max_characters).select("id", "text", lang=pl.lit(lang))
        chunks = documents.iter_slices(CHUNK) if checked else [documents]
        return pl.concat(self._inference.table(chunk) for chunk in chunks)

    def topics(self, words: int = 10) -> pl.DataFrame:
        """The topics as the run's report shows them.

        Args:
            words: the most words of each topic; the run's tables hold ``evaluate.words`` of each topic.

        Returns:
            One row for each topic and language: topic, lang, words (the best first) and share (the mean of theta over
            the run's documents of the language that have a theta). The languages of a topic are in adjacent rows.

        Raises:
            InputError: ``words`` is no number from 1, the model has no tables beside it, or the tables belong to
                another model.
        """
        words = checked_count(words, "words")
        self._need_tables()
        rows = [
            (topic, language, self.run.words[language][topic][:words], float(self.run.shares[language].mean[topic]))
            for topic in range(self.run.topics)
            for language in self.languages
        ]
        table = pl.DataFrame(rows, ["topic", "lang", "words", "share"], orient="row")
        return table.with_columns(pl.col("topic").cast(pl.UInt32))

    def similar(self, text: str, lang: str, to: str | None = None, count: int = 5) -> pl.DataFrame:
        """The run's documents whose theta is nearest to a text's.

        Nearness is the Hellinger affinity, the sum over topics of sqrt(theta x theta'). It is 1 for equal theta and 0
        where no topic is shared.

        Args:
            text: one text.
            lang: language of the text.
            to: language of the documents; by default that of the text.
            count: number of documents.

        Returns:
            id, lang, text (null where an export has no texts) and similarity, the nearest document first. If the run
            cut long texts, their passages are such documents.

        Raises:
            InputError: an argument is of another kind (``text`` is a list, or ``count`` no number from 1), a language
                is unknown, nothing of the text is known, or the model has no tables beside it.
        """
        to, count = self._check(lang if to is None else to), checked_count(count, "count")
        text = checked_text(text, "similar: the text")
        theta = self.infer(text, lang)["theta"]
        if theta[0] is None:
            raise InputError(
                f"similar: the model knows nothing of the text: none of its words is in the vocabulary of `{lang}`."
            )
        documents = self._known(to)
        text_roots, document_roots = (
            np.sqrt(Theta.of(column).values.astype(np.float64)) for column in (theta, documents["theta"])
        )
        affinity = document_roots @ text_roots[0]
        nearest = np.argsort(-affinity, kind="stable")[:count]
        similarity = pl.Series(affinity[nearest], dtype=pl.Float64)
        return documents[nearest].select("id", "lang", "text").with_columns(similarity=similarity)

    def topic_data(self, lang: str) -> TopicData:
        """One language's documents and topics in the form of topicwizard's ``TopicData``, for its figures and app.

        Args:
            lang: language of the documents; documents without a theta are left out.

        Raises:
            InputError: the language is unknown, the model has no tables beside it, or an export has no texts.
        """
        lang = self._check(lang)
        documents = self._known(lang)
        if documents["text"].null_count():
            raise InputError(
                f"topic_data: {self.run!r} holds no texts. Export again with `--texts`, or load the model of the "
                "project itself."
            )
        vocabulary = words_by_language(self.run.vocabulary)[lang]
        return topic_data(documents, self._inference.bow(documents, lang), vocabulary, self.run.words[lang])

    def _check(self, lang: str) -> str:
        """The code of a language that the model knows; ``eng`` and ``English`` are ``en``."""
        code = canonical_code(lang) if isinstance(lang, str) else None
        if code not in self.languages:
            raise InputError(f"the model does not know the language {lang!r}; it knows {', '.join(self.languages)}.")
        return code

    def _need_tables(self) -> None:
        if not self.run.has_tables:
            raise InputError(
                f"{self.run.layout.model}: the run's tables (topics, theta, documents) are not beside this model. "
                "Load `models/run` of a project in which `dvc repro` has finished, or a folder that "
                "`python -m stages.export` wrote."
            )

    def _known(self, lang: str) -> pl.DataFrame:
        """id, lang, text (null where texts were not shared) and theta of the language's documents that have a theta."""
        self._need_tables()
        rows = self.run.known_documents[lang]
        documents = self.run.documents[rows]
        if "text" not in documents.columns:
            documents = documents.with_columns(text=pl.lit(None, pl.String))
        return documents.select("id", "lang", "text", theta=self.run.theta[rows].column())
