"""Pivot clusters: documents of every language in the clusters of the pivot's."""
