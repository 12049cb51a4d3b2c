"""The languages of encoders that know only some. Nothing else is imported here, so that the check is quick."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.common.errors import InputError
from pipeline.languages.codes import named_language

UNIVERSAL_LANGUAGES = ("ar", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "th", "tr", "zh")


def check_encoder_languages(encoder: object, languages: Sequence[str]) -> None:
    """Check that the encoders know the languages of the documents, long before any text is embedded.

    Args:
        encoder: the parameter: a name, or a list of several.
        languages: languages of the documents.

    Raises:
        InputError: ``universal`` is among the encoders and does not know a language.
    """
    if "universal" in (encoder if isinstance(encoder, list) else [encoder]):
        check_universal_languages(languages)


def check_universal_languages(languages: Sequence[str]) -> None:
    """Check that ``universal`` knows the languages.

    Raises:
        InputError: it does not know one of them.
    """
    if unknown := sorted(set(languages) - set(UNIVERSAL_LANGUAGES)):
        raise InputError(
            f"`encoder: universal` does not know {_names(unknown)}. It knows {_names(UNIVERSAL_LANGUAGES)}. "
            "Set `encoder: e5`, which knows some 100 languages, or `encoder: auto`, which chooses; or list in "
            "`languages` only those that it knows, and the documents in the others are left out."
        )


def _names(languages: Sequence[str]) -> str:
    return ", ".join(map(named_language, languages))
