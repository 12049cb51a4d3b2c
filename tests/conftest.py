"""Fixtures that tests of several rooms share, and the number of threads."""

import os

from pipeline.common.reproducible import fix_threads

# Several tests run at once: more threads than cores would get in each other's way.
os.environ.setdefault("PIPELINE_THREADS", "1")
fix_threads()

from faulty_project import unbroken  # noqa: E402 - numeric libraries come after the number of threads
from repository import repository  # noqa: E402

__all__ = ["repository", "unbroken"]
