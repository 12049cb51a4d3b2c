"""Measures of topics and of document-topic vectors."""
