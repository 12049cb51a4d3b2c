"""Intake: files of documents become one checked, normalised table."""

from pipeline.documents.advice import intake_advice
from pipeline.documents.check import check_dataset_name
from pipeline.documents.intake import DocumentsParams, Intake, IntakeParams, read_documents
from pipeline.documents.reference import find_reference, read_parallel, read_reference

__all__ = [
    "DocumentsParams",
    "Intake",
    "IntakeParams",
    "check_dataset_name",
    "find_reference",
    "intake_advice",
    "read_documents",
    "read_parallel",
    "read_reference",
]
