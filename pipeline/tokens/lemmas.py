"""Words in their dictionary form, so that the forms of one word are counted together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Literal

from pipeline.common.errors import MissingResourceError
from pipeline.languages.known import known_language
from pipeline.languages.spelling import word_form

Lemmas = Literal["auto", "all", "none"]

# Where nouns have a capital, a word in lower case is taken for a verb: `land` would become `landen`, with this ending.
_INFINITIVES: Final = {"de": "en", "lb": "en"}


def has_lemmas(lang: str, lemmas: Lemmas) -> bool:
    """Whether the words of a language are brought to their dictionary form.

    Args:
        lang: code of the language.
        lemmas: ``auto`` means the languages in which words have so many forms that it pays.
    """
    record = known_language(lang)
    return bool(record.lemmas) and (lemmas == "all" or (lemmas == "auto" and record.inflected))


def lemmatiser(lang: str) -> Callable[[str], str]:
    """The function that gives a word's dictionary form, in the form of tokens, by the tables of simplemma.

    Raises:
        MissingResourceError: simplemma is not installed.
    """
    try:
        import simplemma
    except ModuleNotFoundError as error:
        raise MissingResourceError(
            f"{lang}: dictionary forms come from the package simplemma, which is not installed. Run `pip install "
            "simplemma`, or set `tokenise.lemmas: none`."
        ) from error
    code = known_language(lang).lemmas
    infinitive = _INFINITIVES.get(code)

    # The plain tables of a language take up to 600 MB; these are slower, but each word is looked up only once.
    source: dict[str, Any] = {"lang": code, "low_memory": True}

    def lemma(word: str) -> str:
        found = simplemma.lemmatize(word, **source)
        if infinitive and found.endswith(infinitive) and simplemma.is_known(word.title(), **source):
            noun = simplemma.lemmatize(word.title(), **source)
            found = noun if noun[:1].isupper() else found
        return word_form(found, lang) or word

    return lemma
