"""A finished run, in a project or in an exported folder: its tables, figures, model and parameters."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from platformdirs import user_cache_path
from scipy.sparse import csr_array

from pipeline.bow.counts import language_bow
from pipeline.common.errors import InputError
from pipeline.common.files import file_digest
from pipeline.common.json_files import read_json
from pipeline.common.whole_files import MAKE_AGAIN
from pipeline.models.model_config import CONFIG, HOW_TO_GO_ON, read_model_config
from pipeline.run.layout import LAYOUT, Layout
from pipeline.run.record import STAGES, Record, all_parameters, read_records
from pipeline.tables.by_language import ByLanguage
from pipeline.tables.catalogue import BOW, DOCUMENTS, EMBEDDINGS, THETA, TOPICS, VOCABULARY
from pipeline.tables.vectors import Theta, read_vectors
from pipeline.topics.shares import Shares, topic_shares

EXPORT = "export"  # only the configuration of an exported model has this key
APPLICATION = "xtra-topics"


class FinishedRun:
    """Everything that a run left; each part is read from disk when it is first used.

    The parameters are those that the run was made with. They come from the run's own records, not from params.yaml. All
    parts raise ``InputError`` where a file is missing, is damaged, or belongs to another run than the others.

    Args:
        layout: the folders of the files; see :meth:`open`.
    """

    def __init__(self, layout: Layout) -> None:
        self.layout = layout

    @classmethod
    def open(cls, folder: Path) -> FinishedRun:
        """Open the run in a folder; only what distinguishes the kinds of folders is read now.

        Args:
            folder: a project, the model's folder in it (``models/run``), a folder that `make export` wrote, or a
                model's folder without the rest of the run; then only the model can be used.

        Raises:
            MissingResourceError: the folder has no trained model.
            InputError: the model's configuration is damaged.
        """
        if (folder / LAYOUT.model / CONFIG).exists():
            return cls(LAYOUT.below(folder))
        by_itself = Layout.exported(folder, user_cache_path(APPLICATION))
        if EXPORT in read_model_config(folder):
            return cls(by_itself)
        depth = len(LAYOUT.model.parts)
        root = folder.resolve().parents[depth - 1] if len(folder.resolve().parts) > depth else folder
        if (root / LAYOUT.model).resolve() == folder.resolve():
            return cls(LAYOUT.below(root))
        return cls(replace(by_itself, root=Path()))  # relative paths start from the user's working folder

    def __repr__(self) -> str:
        return f"FinishedRun({str(self.layout.model)!r})"

    @cached_property
    def records(self) -> dict[str, Record]:
        """Stage -> what it was run with; at least the stages up to the evaluation are present."""
        records = read_records(self.layout.records)
        if missing := [stage for stage in STAGES[: STAGES.index("evaluate") + 1] if stage not in records]:
            raise InputError(
                f"{self.layout.records}: the run has no record of {', '.join(missing)}: the last run stopped before. "
                f"{HOW_TO_GO_ON}"
            )
        return records

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """The parameters that the run was made with, shaped like params.yaml."""
        return all_parameters(self.records)

    @cached_property
    def config(self) -> dict[str, Any]:
        """The model's configuration: its name, languages, number of topics and parameters."""
        return read_model_config(self.layout.model)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages, the pivot first."""
        return tuple(self.config["languages"])

    @property
    def topics(self) -> int:
        """The number of topics, K."""
        return int(self.config["topics"])

    @property
    def has_tables(self) -> bool:
        """Whether the tables of topics and documents exist; a model's folder without the rest of the run has none."""
        return TOPICS.path(self.layout.tables).exists()

    @property
    def has_words(self) -> bool:
        """Whether there is a table of topics with the languages and the number of topics of the model."""
        return self.has_tables and bool(self._words)

    @cached_property
    def documents(self) -> pl.DataFrame:
        """The table :data:`pipeline.tables.catalogue.DOCUMENTS`.

        An exported folder has only id, lang, split and label, and text if the texts were shared.
        """
        return DOCUMENTS.read_present(self.layout.tables)

    @cached_property
    def by_language(self) -> ByLanguage:
        """The rows of each language in the table of documents."""
        return ByLanguage.of(self.documents["lang"], self.languages)

    @cached_property
    def theta(self) -> Theta:
        """Theta of every document."""
        table = THETA.read(self.layout.tables, ["id", "theta"])
        if not table["id"].equals(self.documents["id"]):
            raise InputError(
                f"{THETA.path(self.layout.tables)} has other documents than the run. Run `dvc repro` to its end."
            )
        return Theta.of(table["theta"])

    @cached_property
    def theta_by_language(self) -> dict[str, Theta]:
        """Language -> theta of its documents."""
        return {language: self.theta[rows] for language, rows in self.by_language.slices.items()}

    @cached_property
    def shares(self) -> dict[str, Shares]:
        """Language -> mean theta of its documents, with its standard error."""
        return {language: topic_shares(theta) for language, theta in self.theta_by_language.items()}

    @cached_property
    def known_documents(self) -> dict[str, np.ndarray]:
        """Language -> row numbers of its documents that have a theta."""
        return {
            language: rows.start + np.flatnonzero(self.theta.known[rows])
            for language, rows in self.by_language.slices.items()
        }

    @cached_property
    def is_training(self) -> np.ndarray:
        """(D,) bool: whether a document is a training document."""
        return (self.documents["split"] == "train").to_numpy()

    @cached_property
    def vectors(self) -> np.ndarray:
        """(D, E) embeddings of the documents; an exported folder has none."""
        return read_vectors(EMBEDDINGS.path(self.layout.tables))

    @cached_property
    def vocabulary(self) -> pl.DataFrame:
        """The words of each language: lang, term and word."""
        return VOCABULARY.read(self.layout.model, ["lang", "term", "word"])

    @cached_property
    def bows(self) -> dict[str, csr_array]:
        """Language -> (D, V) counts of its documents; an exported folder has none."""
        return language_bow(BOW.read(self.layout.tables), self.vocabulary, self.by_language)

    @cached_property
    def words(self) -> dict[str, list[list[str]]]:
        """Language -> topic -> its top words, the best first, under the selection that the run was made with."""
        if self._words:
            return self._words
        raise InputError(
            f"{TOPICS.path(self.layout.tables)} belongs to another model than {self.layout.model}: "
            "run `dvc repro` to its end."
        )

    @cached_property
    def _words(self) -> dict[str, list[list[str]]]:
        """As :attr:`words`; empty where the table has other languages or another number of topics."""
        table = TOPICS.read(self.layout.tables).filter(source="trained", selection=self.parameters["top_words"])
        expected = {(language, topic) for language in self.languages for topic in range(self.topics)}
        if set(table.select("lang", "topic").iter_rows()) != expected:
            return {}
        by_topic = table.sort("topic", maintain_order=True).group_by("lang", maintain_order=True).agg("words")
        words = dict(by_topic.iter_rows())
        return {language: words[language] for language in self.languages}

    @cached_property
    def intake(self) -> dict[str, Any]:
        """Counts of rows, documents and rejected rows: reports/documents.json."""
        return dict(read_json(self._unchanged(self.layout.intake)))

    @cached_property
    def metrics(self) -> dict[str, Any]:
        """Coherence, uniqueness, quality and retrieval: reports/metrics.json."""
        return dict(read_json(self._unchanged(self.layout.metrics)))

    @cached_property
    def classification(self) -> dict[str, Any]:
        """Accuracy of the SVMs by features and direction: reports/classification.json."""
        return dict(read_json(self._unchanged(self.layout.classification)))

    @cached_property
    def coherence(self) -> pl.DataFrame:
        """CNPMI of each topic: topic, pair and cnpmi."""
        return _read_csv(self._unchanged(self.layout.coherence), {"topic": pl.Int64, "cnpmi": pl.Float64})

    @cached_property
    def cnpmi(self) -> dict[int, float]:
        """Topic -> its mean CNPMI over the pairs of languages, where it was measured."""
        return dict(self.coherence.drop_nulls("cnpmi").group_by("topic").agg(pl.col("cnpmi").mean()).iter_rows())

    @cached_property
    def losses(self) -> pl.DataFrame:
        """Losses by epoch: epoch, term and loss; no rows for a model that is not trained by epochs."""
        return _read_csv(
            self._unchanged(self.layout.losses), {"epoch": pl.Int64, "term": pl.String, "loss": pl.Float64}
        )

    def _unchanged(self, report: Path) -> Path:
        """The path of a report, after a check that it is the one that its stage wrote."""
        expected = self._digests.get(report.name)
        if expected and report.exists() and file_digest(report) != expected:
            raise InputError(f"{report} is not the file that its stage wrote. {MAKE_AGAIN}")
        return report

    @cached_property
    def _digests(self) -> dict[str, str]:
        records = read_records(self.layout.records).values()
        return {name: digest for record in records for name, digest in record.reports.items()}


def _read_csv(path: Path, types: dict[str, type[pl.DataType]]) -> pl.DataFrame:
    if not path.exists():
        raise InputError(f"{path} is missing. `dvc repro` makes it.")
    return pl.read_csv(path, schema_overrides=types)
