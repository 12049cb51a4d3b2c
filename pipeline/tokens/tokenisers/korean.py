"""Korean words by Kiwi: nouns without their particles, verbs and adjectives in their dictionary form."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from pipeline.common.errors import MissingResourceError
from pipeline.languages.spelling import lower_case
from pipeline.tokens.tokenisers.tokenise_params import KoreanParams
from pipeline.tokens.tokenisers.unicode import WORD

# Kiwi's time grows with the square of a text without blanks, so it gets parts, which end at a blank if there is one.
_LINE = re.compile(r"[^\n]{1,1000}(?=\s|$)|[^\n]{1,1000}")
_SIGNS = re.compile(r"[@#_]")  # Kiwi would take #word and @name for one piece, with the sign
_INFLECTED = frozenset(("VV", "VA", "VX", "VCP", "VCN"))


class KoreanTokeniser:
    """Cuts texts into morphemes and keeps some parts of speech.

    Args:
        params: the parts of speech.

    Raises:
        MissingResourceError: kiwipiepy is not installed.
    """

    def __init__(self, params: KoreanParams) -> None:
        self._kiwi = _loaded_kiwi()
        self._pos = frozenset(params.pos)

    def __call__(self, text: str) -> list[str]:
        """The words of the chosen parts of speech, in lower case."""
        lines = _LINE.findall(_SIGNS.sub(" ", text))
        return [word for line in lines for morpheme in self._kiwi.tokenize(line) if (word := self._word(morpheme))]

    def _word(self, morpheme: Any) -> str:  # noqa: ANN401 - kiwipiepy has no types
        """The word of a morpheme; empty if its part of speech is not kept."""
        pos = morpheme.tag.partition("-")[0]  # VV-I is an irregular VV
        is_kept = pos in self._pos if self._pos else WORD.search(morpheme.form) is not None
        if not is_kept:
            return ""
        return lower_case(morpheme.lemma if pos in _INFLECTED else morpheme.form)


@cache
def _loaded_kiwi() -> Any:  # noqa: ANN401 - kiwipiepy has no types
    """Kiwi, which takes a second to load and 300 MB."""
    try:
        from kiwipiepy import Kiwi
    except ModuleNotFoundError as error:
        raise MissingResourceError(
            "ko: texts are cut by the package kiwipiepy, which is not installed. Run `pip install kiwipiepy`, or "
            "set `tokenise.pretokenised: true` if the texts are words with blanks between them."
        ) from error
    # Texts are shared among processes already. The names of several words that the large dictionary adds would be
    # tokens with a blank in them, and halve the speed.
    return Kiwi(num_workers=1, load_multi_dict=False)
