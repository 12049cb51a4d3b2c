"""Japanese words by MeCab with the small UniDic."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from pipeline.languages.spelling import lower_case
from pipeline.tokens.tokenisers.tokenise_params import JapaneseParams
from pipeline.tokens.tokenisers.unicode import WORD

# MeCab takes about 3 kB of memory for each character, so it gets one sentence at a time, of bounded length.
_SENTENCE = re.compile(r"[^\n。]{1,1000}。*")
_SYMBOLS = frozenset(("記号", "補助記号", "空白"))
_REMEMBERED = 2**17  # words with part of speech and base, about 40 MB

# One line for each word: as written, UniDic's pos1 and orthBase. A word that is not in the dictionary has no base.
_FORMAT = r'-O "" -F "%m\t%f[0]\t%f[10]\n" -U "%m\t%f[0]\t\n" -E "\n"'


class JapaneseTokeniser:
    """Cuts texts by MeCab, keeps some parts of speech, and gives words as written or in their dictionary form."""

    def __init__(self, params: JapaneseParams) -> None:
        import fugashi
        import unidic_lite

        # The dictionary is named, since fugashi would prefer another UniDic if one is installed. MeCab itself
        # writes the words: with fugashi's nodes, which have a Python object for each feature, it takes twice as long.
        self._tagger = fugashi.Tagger(f'-d "{unidic_lite.DICDIR}" {_FORMAT}')
        self._pos = frozenset(params.pos)
        self._base = params.form == "base"
        self._token = lru_cache(_REMEMBERED)(self._token_of)

    def __call__(self, text: str) -> list[str]:
        """The words of the chosen parts of speech."""
        lines = "\n".join(map(self._tagger.parse, _SENTENCE.findall(text))).split("\n")
        return list(filter(None, map(self._token, lines)))

    def _token_of(self, line: str) -> str:
        """The token of one line of MeCab's output; empty if its part of speech is not kept."""
        surface, _, features = line.partition("\t")
        pos, _, base = features.partition("\t")
        is_kept = pos in self._pos if self._pos else pos not in _SYMBOLS
        if not is_kept or WORD.search(surface) is None:
            return ""
        has_base = self._base and base not in ("", "*")
        return lower_case(unicodedata.normalize("NFKC", base) if has_base else surface)
