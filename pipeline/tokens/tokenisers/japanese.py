"""Japanese words by MeCab with the small UniDic."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from pipeline.tokens.tokenisers.tokenise_params import JapaneseParams
from pipeline.tokens.tokenisers.unicode import WORD

# MeCab takes some 3 kB of memory a character, so it gets a sentence at a time, of a bounded length.
_SENTENCE = re.compile(r"[^\n。]{1,1000}。*")
_SYMBOLS = frozenset(("記号", "補助記号", "空白"))
_REMEMBERED = 2**17  # words with part of speech and base, about 40 MB

# A line a word: as written, UniDic's pos1 and orthBase; a word that is not in the dictionary has no base.
_FORMAT = r'-O "" -F "%m\t%f[0]\t%f[10]\n" -U "%m\t%f[0]\t\n" -E "\n"'


class JapaneseTokeniser:
    """Cuts by MeCab, keeps some parts of speech, gives the word as written or its dictionary form."""

    def __init__(self, params: JapaneseParams) -> None:
        import fugashi
        import unidic_lite

        # The dictionary is named, since fugashi would prefer another UniDic where one is installed. MeCab writes
        # the words itself: fugashi's nodes, of which each feature is a Python object, take twice as long as MeCab.
        self._tagger = fugashi.Tagger(f'-d "{unidic_lite.DICDIR}" {_FORMAT}')
        self._pos = frozenset(params.pos)
        self._base = params.form == "base"
        self._token = lru_cache(_REMEMBERED)(self._token_of)

    def __call__(self, text: str) -> list[str]:
        """Words of the parts of speech asked for."""
        lines = "\n".join(map(self._tagger.parse, _SENTENCE.findall(text))).split("\n")
        return list(filter(None, map(self._token, lines)))

    def _token_of(self, line: str) -> str:
        """The token of one line of MeCab's; empty where it is not asked for."""
        surface, _, features = line.partition("\t")
        pos, _, base = features.partition("\t")
        wanted = pos in self._pos if self._pos else pos not in _SYMBOLS
        if not wanted or WORD.search(surface) is None:
            return ""
        return (unicodedata.normalize("NFKC", base) if self._base and base not in ("", "*") else surface).lower()
