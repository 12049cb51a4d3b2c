"""Japanese words by MeCab with the small UniDic."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from pipeline.tokens.tokenisers.params import JapaneseParams
from pipeline.tokens.tokenisers.unicode import WORD

# MeCab takes some 3 kB of memory a character, so it gets a sentence at a time, of a bounded length.
_SENTENCE = re.compile(r"[^\n。]{1,1000}。*")
_SYMBOLS = frozenset(("記号", "補助記号", "空白"))


class JapaneseTokeniser:
    """Cuts by MeCab, keeps some parts of speech, gives the word as written or its dictionary form."""

    def __init__(self, params: JapaneseParams) -> None:
        import fugashi
        import unidic_lite

        # The dictionary is named, since fugashi would prefer another UniDic where one is installed.
        self._tagger = fugashi.Tagger(f'-d "{unidic_lite.DICDIR}"')
        self._pos = frozenset(params.pos)
        self._base = params.form == "base"

    def __call__(self, text: str) -> list[str]:
        """Words of the parts of speech asked for."""
        nodes = (node for sentence in _SENTENCE.findall(text) for node in self._tagger(sentence))
        return [self._form(node).lower() for node in nodes if self._is_kept(node)]

    def _is_kept(self, node: Any) -> bool:  # noqa: ANN401 - fugashi has no types
        pos = node.feature.pos1
        wanted = pos in self._pos if self._pos else pos not in _SYMBOLS
        return wanted and WORD.search(node.surface) is not None

    def _form(self, node: Any) -> str:  # noqa: ANN401 - fugashi has no types
        base = node.feature.orthBase if self._base else None
        return unicodedata.normalize("NFKC", base) if base and base != "*" else str(node.surface)
