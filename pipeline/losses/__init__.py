"""One loss a file, each with the equation it computes."""

from pipeline.losses.anchor import cluster_anchor
from pipeline.losses.beta import beta_alignment
from pipeline.losses.cka import cka_distance
from pipeline.losses.cluster import cluster_contrast
from pipeline.losses.infonce import embedding_infonce
from pipeline.losses.kl import gaussian_kl
from pipeline.losses.pairs import pair_contrast
from pipeline.losses.reconstruction import reconstruction
from pipeline.losses.word_links import Links, link_information

__all__ = [
    "Links",
    "beta_alignment",
    "cka_distance",
    "cluster_anchor",
    "cluster_contrast",
    "embedding_infonce",
    "gaussian_kl",
    "link_information",
    "pair_contrast",
    "reconstruction",
]
