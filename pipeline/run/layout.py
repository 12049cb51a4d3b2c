"""The folders and files of a run, in a project and in an exported folder."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path


@dataclass(frozen=True)
class Layout:
    """The folders of a run; :mod:`pipeline.tables.catalogue` names the tables' files in ``tables``.

    The default paths are those of a project, relative to its root. The root is the working folder of a stage.

    Attributes:
        root: the folder from which relative paths among the parameters start.
        tables: the Parquet files that stages pass on.
        records: what each stage was run with, see :mod:`pipeline.run.record`.
        encoder: the encoder of the run.
        model: the trained model.
        reports: the reports for people, and the figures as JSON and CSV.
        cache: files that may be deleted at any time and are made again, such as embeddings and checkpoints.
    """

    root: Path = Path()
    tables: Path = Path("data/run")
    records: Path = Path("data/run/records")
    encoder: Path = Path("models/encoder")
    model: Path = Path("models/run")
    reports: Path = Path("reports")
    cache: Path = Path("data/cache")

    def below(self, root: Path) -> Layout:
        """The same folders of the project at ``root``."""
        return Layout(**{field.name: root / getattr(self, field.name) for field in fields(self)})

    @classmethod
    def exported(cls, folder: Path, cache: Path) -> Layout:
        """A folder that `make export` wrote; it holds everything except the cache."""
        return cls(folder, folder, folder / "records", folder / MODEL_ENCODER, folder, folder, cache)

    @property
    def checked(self) -> Path:
        """The file that `check` writes when every parameter is right."""
        return self.tables / "checked.txt"

    @property
    def model_encoder(self) -> Path:
        """The encoder that new documents are embedded with, for a model that reads embeddings."""
        return self.model / MODEL_ENCODER

    @property
    def intake(self) -> Path:
        """Counts of rows, documents and rejected rows."""
        return self.reports / "documents.json"

    @property
    def metrics(self) -> Path:
        """Coherence, uniqueness, quality and retrieval."""
        return self.reports / "metrics.json"

    @property
    def classification(self) -> Path:
        """Accuracy and F1 of the SVMs."""
        return self.reports / "classification.json"

    @property
    def losses(self) -> Path:
        """Each loss term by epoch."""
        return self.reports / "plots/losses.csv"

    @property
    def coherence(self) -> Path:
        """CNPMI of each topic."""
        return self.reports / "plots/coherence.csv"

    @property
    def accuracy(self) -> Path:
        """Accuracy by direction, for plots."""
        return self.reports / "plots/accuracy.csv"

    @property
    def topics_markdown(self) -> Path:
        """The topics side by side, in Markdown."""
        return self.reports / "topics.md"

    @property
    def page(self) -> Path:
        """The HTML report."""
        return self.reports / "report.html"

    @property
    def figures(self) -> Path:
        """Pictures for papers."""
        return self.reports / "figures"

    @property
    def embedding_cache(self) -> Path:
        """Embeddings, stored by the content of the text."""
        return self.cache / "embeddings"

    @property
    def checkpoints(self) -> Path:
        """States of a training that has not ended."""
        return self.cache / "checkpoints"

    @property
    def times(self) -> Path:
        """How long each stage took."""
        return self.cache / "times.jsonl"


MODEL_ENCODER = "encoder"  # the encoder's folder within a model's folder
LAYOUT = Layout()
