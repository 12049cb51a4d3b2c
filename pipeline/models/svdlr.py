"""SVD-LR: u-SVD on singular vectors times their values, without the dimensions that tell languages apart."""

from __future__ import annotations

from typing import ClassVar

from pipeline.clusters.reduction import Space
from pipeline.models.usvd import Usvd


class SvdLr(Usvd):
    """Language dimension removal (Chang et al., 2024); see :class:`pipeline.models.usvd.Usvd`."""

    space: ClassVar[Space] = "svd-lr"
