"""The table of benchmarks, in the order of the results: one function and one row here for each benchmark."""

from __future__ import annotations

from importlib import import_module
from typing import Final

from benchmarks.case import Case

# name of the function, of its row in the results, and for `make bench ONLY=` -> the file of the function
BENCHMARKS: Final[dict[str, str]] = {
    "memory_copy": "machine",
    "matrix_product": "machine",
    "tokenise_en": "tokenising",
    "tokenise_zh": "tokenising",
    "tokenise_ja": "tokenising",
    "bow": "counting",
    "aligned_encoder": "encoding",
    "universal_encoder": "text_encoding",
    "e5_encoder": "text_encoding",
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
    """Prepare a benchmark; its file is imported only now, so that its imports cost nothing before."""
    module = import_module(f"benchmarks.{BENCHMARKS[name]}")
    case: Case = getattr(module, name)()
    return case
