"""The trained model as an object: theta of texts, the topics, similar documents of the run."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import polars as pl

from pipeline.common.arrays import filled
from pipeline.common.errors import InputError
from pipeline.common.files import read_parquet
from pipeline.documents.intake import DocumentsParams
from pipeline.documents.normalise import normalise
from pipeline.encoders.precomputed import PrecomputedEncoder
from pipeline.reuse.new_documents import CHUNK
from pipeline.reuse.store import load_inference
from pipeline.reuse.tables import Tables, find_tables, fits
from pipeline.reuse.topic_data import TopicData, topic_data


def load(folder: str | Path) -> Topics:
    """Read a trained model: ``models/run`` of a project, or a folder that ``python -m stages.export`` wrote.

    Raises:
        MissingResourceError: there is no model in the folder.
        InputError: a file is damaged, or the run's parameters cannot be used.
    """
    return Topics(Path(folder))


class Topics:
    """A trained model, and the run that it came from.

    Args:
        folder: of the model; see :func:`load`.

    Attributes:
        languages: their codes, pivot first.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._inference = load_inference(folder)
        self.languages = self._inference.run.model.languages

    def __repr__(self) -> str:
        model = self._inference.run.model
        return f"Topics({str(self._folder)!r}: {model.topics} topics in {', '.join(self.languages)})"

    def infer(self, texts: str | Sequence[str], lang: str) -> pl.DataFrame:
        """Theta of texts of one language; they are normalised and tokenised as in training.

        Args:
            texts: one or more.
            lang: their language.

        Returns:
            A row a text, in their order, numbered from 1 as id: see :meth:`pipeline.reuse.inference.Inference.table`.

        Raises:
            InputError: the model does not know the language, or reads precomputed vectors.
        """
        self._check(lang)
        if isinstance(self._inference.encoder, PrecomputedEncoder):
            raise InputError(
                "the model reads precomputed vectors, which are found by a document's id: a text alone has none. "
                "`python -m stages.infer` takes documents with ids."
            )
        listed = [texts] if isinstance(texts, str) else list(texts)
        documents = pl.DataFrame(
            {"id": range(1, len(listed) + 1), "text": listed}, {"id": pl.String, "text": pl.String}
        )
        documents = normalise(documents, DocumentsParams().max_characters).select("id", "text", lang=pl.lit(lang))
        chunks = documents.iter_slices(CHUNK) if listed else [documents]
        return pl.concat(self._inference.table(chunk) for chunk in chunks)

    def topics(self, words: int = 10) -> pl.DataFrame:
        """The topics as the run's report shows them.

        Args:
            words: how many at most; the run's tables hold ``evaluate.words`` of each topic.

        Returns:
            topic, lang, words (best first) and share (the mean of theta over the run's documents of the language
            that have a theta); the languages of a topic side by side.

        Raises:
            InputError: no tables lie beside the model, or those of another one.
        """
        listed = self._tables.words().with_columns(pl.col("words").list.head(words))
        shares = [
            (lang, topic, share)
            for lang in self.languages
            for topic, share in enumerate(filled(self._known(lang)["theta"]).mean(axis=0, dtype=np.float64).tolist())
        ]
        order = pl.DataFrame(shares, {"lang": pl.String, "topic": pl.UInt32, "share": pl.Float64}, orient="row")
        table = order.join(listed, ["lang", "topic"], maintain_order="left")
        return table.sort("topic", maintain_order=True).select("topic", "lang", "words", "share")

    def similar(self, text: str, lang: str, to: str | None = None, count: int = 5) -> pl.DataFrame:
        """The run's documents whose theta is nearest to a text's.

        Nearness is the Hellinger affinity, the sum over topics of sqrt(theta x theta'): 1 for equal theta, 0 where
        no topic is shared.

        Args:
            text: any text of the language.
            lang: its language.
            to: of the documents; by default the same.
            count: how many documents.

        Returns:
            id, lang, text (null where an export left the texts out) and similarity, the nearest first.

        Raises:
            InputError: a language is unknown, no word of the text is known, or no tables lie beside the model.
        """
        self._check(to := to or lang)
        theta = self.infer(text, lang)["theta"]
        if theta[0] is None:
            raise InputError(f"similar: no word of the text is in the model's vocabulary of `{lang}`.")
        documents = self._known(to)
        affinity = np.sqrt(filled(documents["theta"]).astype(np.float64)) @ np.sqrt(filled(theta)[0].astype(np.float64))
        nearest = np.argsort(-affinity, kind="stable")[:count]
        found = documents[nearest].select("id", "lang", "text")
        return found.with_columns(similarity=pl.Series(affinity[nearest], dtype=pl.Float64))

    def topic_data(self, lang: str) -> TopicData:
        """One language's documents and topics in the form of topicwizard's ``TopicData``, for its figures and app.

        Args:
            lang: whose documents; those without a theta are left out.

        Raises:
            InputError: the language is unknown, no tables lie beside the model, or an export left the texts out.
        """
        self._check(lang)
        documents = self._known(lang)
        if documents["text"].null_count():
            raise InputError(
                f"topic_data: {self._tables.documents} holds no texts. Export again with `--texts`, or load the "
                "model of the project itself."
            )
        vocabulary = self._inference.run.vocabulary.filter(pl.col("lang") == lang)["word"]
        words = self._tables.words().filter(pl.col("lang") == lang)["words"].to_list()
        return topic_data(documents, self._inference.bow(documents, lang), vocabulary.to_list(), words)

    def _check(self, lang: str) -> None:
        if lang not in self.languages:
            raise InputError(f"the model does not know the language {lang!r}; it knows {', '.join(self.languages)}.")

    def _known(self, lang: str) -> pl.DataFrame:
        """The run's documents of a language that have a theta."""
        return self._documents.filter((pl.col("lang") == lang) & pl.col("theta").is_not_null())

    @cached_property
    def _tables(self) -> Tables:
        tables = find_tables(self._folder)
        if tables is None:
            raise InputError(
                f"{self._folder}: the run's tables (topics, theta, documents) do not lie beside this model. Load "
                "`models/run` of a project in which `dvc repro` has run to its end, or a folder that "
                "`python -m stages.export` wrote."
            )
        if not fits(self._inference.run, tables.words()):
            raise InputError(f"{tables.topics} is of another model than {self._folder}. `dvc repro` makes it anew.")
        return tables

    @cached_property
    def _documents(self) -> pl.DataFrame:
        """id, lang, text (perhaps null) and theta of the run's documents."""
        theta = read_parquet(self._tables.theta, ["id", "lang", "theta"])
        documents = read_parquet(self._tables.documents)
        text = documents["text"] if "text" in documents.columns else pl.Series([None], dtype=pl.String)
        if not documents["id"].equals(theta["id"]):
            raise InputError(f"{self._tables.theta} is of other documents than {self._tables.documents}: `dvc repro`.")
        return theta.with_columns(text=text if len(text) == len(theta) else pl.lit(None, pl.String))
