"""Fixtures that tests of several rooms share."""

from faulty_project import unbroken
from repository import repository

__all__ = ["repository", "unbroken"]
