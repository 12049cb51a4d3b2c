"""The dictionary as models use it."""

from __future__ import annotations

from collections.abc import Mapping

from scipy.sparse import csr_array

from pipeline.common.errors import InputError
from pipeline.models.base import LanguageCorpus
from pipeline.models.parts.neighbours import lexicon


def dictionary_links(corpus: Mapping[str, LanguageCorpus], language: str) -> csr_array:
    """(P, V) how often the dictionary pairs the pivot's words with those of ``language``.

    Raises:
        InputError: it pairs none.
        ValueError: nothing is known of the words.
    """
    links = lexicon(corpus, language).links
    if not links.nnz:
        pivot = next(iter(corpus))
        raise InputError(
            f"the dictionary pairs no word of the vocabulary of {pivot} with one of {language}; this model learns "
            f"from such pairs. Put {pivot}-{language}.tsv ({pivot} word, tab, {language} word) into `dictionary`."
        )
    return links
