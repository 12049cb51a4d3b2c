"""Chinese words by jieba."""

from __future__ import annotations

import logging
from typing import Final

import regex

from pipeline.tokens.tokenisers.params import ChineseParams
from pipeline.tokens.tokenisers.unicode import WORD

_HAN = regex.compile(r"\p{Han}")
_CONFIGURATION: Final = {"simplified": "t2s", "traditional": "s2t"}
_LONGEST = 1000  # jieba's time grows with the square of a run without punctuation


class ChineseTokeniser:
    """Cuts runs of Chinese characters by jieba's dictionary and hidden Markov model."""

    def __init__(self, params: ChineseParams) -> None:
        import jieba
        import opencc

        jieba.setLogLevel(logging.WARNING)
        self._jieba = jieba.Tokenizer()
        # What initialize() does, less the cache: a marshal file in the shared temporary folder, which
        # anybody may have put there. Reading the dictionary takes about as long (half a second).
        self._jieba.FREQ, self._jieba.total = self._jieba.gen_pfdict(self._jieba.get_dict_file())
        self._jieba.initialized = True
        name = _CONFIGURATION.get(params.script)
        self._converter = opencc.OpenCC(name) if name else None

    def __call__(self, text: str) -> list[str]:
        """Words in the script asked for, those in other alphabets as Unicode has them."""
        if self._converter is not None:
            text = self._converter.convert(text)
        return [token.lower() for word in WORD.findall(text) for token in self._cut(word)]

    def _cut(self, word: str) -> list[str]:
        if not _HAN.search(word):
            return [word]
        pieces = (word[start : start + _LONGEST] for start in range(0, len(word), _LONGEST))
        return [token for piece in pieces for token in self._jieba.lcut(piece) if WORD.search(token)]
