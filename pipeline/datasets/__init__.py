"""Public data sets: taken from GitHub or a folder, checked, and put into the project's own format."""

from pipeline.datasets.fetch import fetch
from pipeline.datasets.public import DATASETS, Dataset, Dictionary, find_dataset
from pipeline.datasets.source import GITHUB, Source

__all__ = ["DATASETS", "GITHUB", "Dataset", "Dictionary", "Source", "fetch", "find_dataset"]
