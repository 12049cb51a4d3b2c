"""Chinese words by jieba."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import lru_cache
from itertools import chain
from typing import Final

import regex

from pipeline.common.errors import MissingResourceError
from pipeline.languages.spelling import lower_case
from pipeline.tokens.tokenisers.tokenise_params import ChineseParams
from pipeline.tokens.tokenisers.unicode import WORD

CutRun = Callable[[str], list[str]]

_HAN = regex.compile(r"\p{Han}")
_CONFIGURATION: Final = {"simplified": "t2s", "traditional": "s2t"}
_LONGEST = 1000  # jieba's time grows with the square of a run without punctuation
_REMEMBERED = 2**17  # words whose lower case is kept for the next time, about 20 MB


class ChineseTokeniser:
    """Cuts runs of Chinese characters by jieba's dictionary and hidden Markov model."""

    def __init__(self, params: ChineseParams) -> None:
        import opencc

        name = _CONFIGURATION.get(params.script)
        self._converter = opencc.OpenCC(name) if name else None
        self._cut = _ENGINES[params.engine]()
        self._token = lru_cache(_REMEMBERED)(lambda word: lower_case(word) if WORD.search(word) else "")

    def __call__(self, text: str) -> list[str]:
        """The words in the chosen script; words in other alphabets are cut by Unicode's rules."""
        if self._converter is not None:
            text = self._converter.convert(text)
        words = chain.from_iterable(map(self._words, WORD.findall(text)))
        return list(filter(None, map(self._token, words)))

    def _words(self, run: str) -> list[str]:
        if not _HAN.search(run):
            return [run]
        if len(run) <= _LONGEST:
            return self._cut(run)
        pieces = (run[start : start + _LONGEST] for start in range(0, len(run), _LONGEST))
        return [word for piece in pieces for word in self._cut(piece)]


def _jieba() -> CutRun:
    import jieba

    jieba.setLogLevel(logging.WARNING)
    tokeniser = jieba.Tokenizer()
    # These lines do what initialize() does, but without its cache: a marshal file in the shared temporary
    # folder, which anybody may have put there. Reading the dictionary takes about as long (half a second).
    tokeniser.FREQ, tokeniser.total = tokeniser.gen_pfdict(tokeniser.get_dict_file())
    tokeniser.initialized = True
    return tokeniser.lcut


def _rjieba() -> CutRun:
    """Jieba in Rust, https://github.com/messense/jieba-rs.

    Raises:
        MissingResourceError: rjieba is not installed.
    """
    try:
        import rjieba
    except ModuleNotFoundError as error:
        raise MissingResourceError(
            "tokenise.zh.engine is rjieba, which is not installed. Run `pip install rjieba` or set the engine to jieba."
        ) from error
    return rjieba.cut


_ENGINES: Final[dict[str, Callable[[], CutRun]]] = {"jieba": _jieba, "rjieba": _rjieba}
