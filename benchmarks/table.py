"""The table of benchmarks: a benchmark is one function and one row here, in the order of the results."""

from __future__ import annotations

from importlib import import_module
from typing import Final

from benchmarks.case import Case

# name of the function, of its row in the results and of `make bench ONLY=` -> the file it is in
BENCHMARKS: Final[dict[str, str]] = {
    "memory_copy": "machine",
    "matrix_product": "machine",
    "tokenise_en": "tokenising",
    "tokenise_zh": "tokenising",
    "tokenise_ja": "tokenising",
    "bow": "counting",
    "aligned_encoder": "encoding",
    "cluster": "encoding",
    "train_step": "training",
    "train_step_sparing": "training",
    "train_step_gloctm": "training",
    "train_step_infoctm": "training",
    "train_step_nmtm": "training",
    "train_step_zeroshot": "training",
    "train_step_zeroshot_kd": "training",
    "train_step_m3l": "training",
    "train_epoch": "training",
    "infer": "training",
    "cnpmi": "scoring",
    "cnpmi_index": "scoring",
    "svm": "scoring",
    "noop_repro": "whole",
    "import_stage": "whole",
}


def make_case(name: str) -> Case:
    """Prepare a benchmark; its file, and so what it weighs, is loaded only now."""
    module = import_module(f"benchmarks.{BENCHMARKS[name]}")
    case: Case = getattr(module, name)()
    return case
