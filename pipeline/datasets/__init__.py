"""Public data sets: fetched from GitHub or a folder, checked, and converted to the project's own format."""

from pipeline.datasets.fetch import fetch
from pipeline.datasets.public import DATASETS, Dataset, Dictionary, find_dataset
from pipeline.datasets.source import GITHUB, Source

__all__ = ["DATASETS", "GITHUB", "Dataset", "Dictionary", "Source", "fetch", "find_dataset"]
