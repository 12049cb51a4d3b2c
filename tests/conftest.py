"""Fixtures that tests of several rooms share."""

from repository import repository

__all__ = ["repository"]
