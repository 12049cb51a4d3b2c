"""The encoder that ``encoder: auto`` stands for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from pipeline.common.errors import MissingResourceError
from pipeline.encoders.universal import UNIVERSAL_LANGUAGES
from pipeline.lexicon.dictionary import dictionary_file

AUTO = "auto"


class ChoiceParams(BaseModel):
    """What decides which encoder ``auto`` stands for, beside the languages of the documents.

    Attributes:
        dictionary: folder of the ``<pivot>-<language>.tsv`` files (top level).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    dictionary: Path | None = Path("data/dictionaries")


def suitable_encoder(languages: Sequence[str], params: ChoiceParams) -> tuple[str, str]:
    """The first encoder that can embed the documents, and why it was chosen.

    Args:
        languages: languages of the documents, the pivot first.
        params: what else decides.

    Raises:
        MissingResourceError: no encoder that is installed can embed all languages.
    """
    if not (unknown := [language for language in languages if language not in UNIVERSAL_LANGUAGES]):
        return "universal", f"it knows all languages of the documents ({', '.join(languages)})"
    named = ", ".join(f"`{language}`" for language in unknown)
    pivot, *others = languages
    if all(dictionary_file(params.dictionary, pivot, language) for language in others):
        return "aligned", f"`universal` does not know {named}, and {params.dictionary} has all dictionaries"
    raise MissingResourceError(
        f"`encoder: auto`: `universal` does not know {named}, and `aligned` lacks a dictionary. "
        "Give dictionaries (`dictionary`), or set `encoder: bge-m3`, which fetches a model of 2.3 GB."
    )
