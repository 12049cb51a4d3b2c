"""What decides the bytes of a result beside inputs, parameters and the project's own code: threads and versions."""

from __future__ import annotations

import os
import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version

# Fixed, since the order of floating-point sums depends on it: another number changes the last digits of results.
THREADS = os.environ.get("PIPELINE_THREADS", "2")


# Another version of one of these may cut, count, embed or sum otherwise.
PACKAGES = (
    *("FlagEmbedding", "fugashi", "jieba", "numba", "numpy", "OpenCC", "polars", "pyarrow", "regex", "rjieba"),
    *("scikit-learn", "scipy", "snowballstemmer", "tokenizers", "torch", "transformers", "unidic-lite"),
)


def fix_threads() -> None:
    """Give every numeric library the same number of threads on every machine."""
    numbers = "OMP_NUM_THREADS OPENBLAS_NUM_THREADS MKL_NUM_THREADS NUMBA_NUM_THREADS POLARS_MAX_THREADS"
    for variable in numbers.split():
        os.environ[variable] = THREADS
    # Threads wait awake for some microseconds, since waking them takes as long as a small operation does, and no
    # longer, since they would starve the work beside them.
    os.environ.setdefault("GOMP_SPINCOUNT", "20000")


def prepare_torch() -> None:
    """Let torch's vector functions choose their code for this processor before two threads make them choose at once.

    A first call does so. When both halves of a large tensor are a first call, one of them may take other code, and
    the last digits differ from one run to the next.
    """
    import torch

    one = torch.ones(1)
    for function in (torch.exp, torch.log, torch.sqrt, torch.erf):
        function(one)


@cache
def versions() -> dict[str, str]:
    """Python, the packages that decide results as far as they are installed, and the number of threads."""
    installed = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            installed[name] = version(name)
        except PackageNotFoundError:  # one that a run can do without
            continue
    return installed | {"threads": THREADS}
