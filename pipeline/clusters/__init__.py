"""Pivot clusters: the documents of every language are assigned to clusters of the pivot's documents."""
