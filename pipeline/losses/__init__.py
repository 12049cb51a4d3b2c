"""One loss a file, each with the equation it computes."""

from pipeline.losses.beta import beta_alignment
from pipeline.losses.cluster import cluster_contrast
from pipeline.losses.infonce import embedding_infonce
from pipeline.losses.kl import gaussian_kl
from pipeline.losses.reconstruction import reconstruction

__all__ = ["beta_alignment", "cluster_contrast", "embedding_infonce", "gaussian_kl", "reconstruction"]
