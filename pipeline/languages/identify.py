"""Identification of the language of a text, by py3langid: a naive Bayes classifier on its bytes, without a download.

Among languages that are near relatives, such as Danish and Norwegian, a text alone does not decide: a language that is
declared or listed stands for its relatives.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import cache, partial
from itertools import islice
from typing import Any, Final, NamedTuple

from pipeline.common.parallel import map_in_order
from pipeline.languages.codes import check_language

SHOWN_CHARACTERS = 400  # of a text, or of each of its halves
BATCH_TEXTS = 5000
FEWEST_LETTERS = 20  # a text with fewer letters is too short to contradict what it is said to be
LONG_TEXT = 240  # characters; the two halves of such a text are looked at for themselves
CERTAIN = 0.9  # certainty with which a text contradicts what it is said to be
DECIDED = 0.8  # certainty with which a text is in a language that is not among the candidates

_RELATIVES: Final = (
    *("da nb nn no sv", "id jv ms", "bs hr sl sr", "cs sk", "an ca es gl oc pt", "hi mr ne sa", "st xh zu", "be ru uk"),
    *(
        "bg mk",
        "az tk tr uz",
        "ba kk ky tt",
        "fa ps",
        "as bn",
        "af fy nl",
        "ga gd",
        "en sco",
        "fr oc wa",
        "lb de",
        "it la",
    ),
    *("rw rn", "bo dz", "he yi", "tl fil ceb", "ar ur", "lt lv", "et fi"),
)
# The label of the classifier for languages that it knows by another code.
_LABELS: Final = {"nb": "no", "fil": "tl"}


class Identified(NamedTuple):
    """A language and how certain it is, from 0 to 1."""

    lang: str
    certainty: float


def can_identify(lang: str) -> bool:
    """Whether the classifier knows the language."""
    return _label(lang) in _classifier().codes.values()


def are_relatives(lang: str, other: str) -> bool:
    """Whether a text alone does not tell the two languages apart."""
    return other in _relatives(lang)


def identify(texts: Sequence[str], candidates: Collection[str] = ()) -> list[Identified]:
    """The language of each text.

    Args:
        texts: the texts; of long ones the beginning is read.
        candidates: the languages that are expected. Another one is given only where the text is clearly in none of
            them. Without candidates every language is possible.
    """
    found = _in_batches(partial(_identified, candidates=tuple(candidates)), texts, "identify languages")
    return [Identified(*pair) for pair in found]


def contradictions(texts: Sequence[str], languages: Sequence[str]) -> list[tuple[str, ...]]:
    """For each text the languages in which it clearly is, if they are others than it is said to be in.

    A text that contradicts nothing has none. A long text whose halves are in two languages has both.

    Args:
        texts: the texts.
        languages: the language that each text is said to be in. Languages that the classifier does not know are not
            contradicted.
    """
    pairs = list(zip(texts, languages, strict=True))
    return _in_batches(_contradicted, pairs, "compare texts with their languages")


def _in_batches(work: Any, items: Sequence[Any], what: str) -> list[Any]:  # noqa: ANN401 - any function on a batch
    rest = iter(items)
    batches = list(iter(lambda: list(islice(rest, BATCH_TEXTS)), []))
    return [result for batch in map_in_order(work, batches, what) for result in batch]


def _identified(texts: Sequence[str], candidates: Sequence[str]) -> list[tuple[str, float]]:
    known = [code for code in candidates if can_identify(code)]
    return [_choose(_classifier().ranked(text[:SHOWN_CHARACTERS]), known) for text in texts]


def _choose(ranked: Sequence[tuple[str, float]], candidates: Sequence[str]) -> tuple[str, float]:
    best, share = ranked[0]
    is_other = not any(_label(code) == best or are_relatives(code, best) for code in candidates)
    if not candidates or (is_other and share >= DECIDED):
        return best, share
    shares = dict(ranked)
    among = {code: shares[_label(code)] for code in candidates}
    code = max(among, key=lambda code: among[code])
    return code, among[code] / max(sum(among.values()), 1e-12)


def _contradicted(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, ...]]:
    return [_others(text, lang) if can_identify(lang) else () for text, lang in pairs]


def _others(text: str, lang: str) -> tuple[str, ...]:
    parts = [_clearly(part, lang) for part in _halves(text)]
    if all(part == lang for part in parts) or None in parts:
        return ()
    return tuple(dict.fromkeys(part for part in parts if part))


def _halves(text: str) -> Iterator[str]:
    if len(text) < LONG_TEXT:
        yield text
        return
    half = min(len(text) // 2, SHOWN_CHARACTERS)
    yield text[:half]
    yield text[-half:]


def _clearly(part: str, lang: str) -> str | None:
    """The language of a part of a text, the declared one where a relative is likelier; None where it is unclear."""
    if sum(map(str.isalpha, part)) < FEWEST_LETTERS:
        return None
    best, share = _classifier().ranked(part)[0]
    if best == _label(lang) or are_relatives(lang, best):
        return lang
    return best if share >= CERTAIN else None


class _Classifier:
    """py3langid's classifier, on the languages that have a code of two letters.

    Attributes:
        codes: the classifier's label of each language -> its code here.
    """

    def __init__(self) -> None:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier

        self._identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
        labels = [label for label in self._identifier.labels if len(label) == 2]
        self._identifier.set_languages(labels)
        self.codes = {label: check_language(label, "py3langid") for label in labels}

    def ranked(self, text: str) -> list[tuple[str, float]]:
        """Each language with its probability, the likeliest first."""
        return [(self.codes[label], share) for label, share in self._identifier.rank(text)]


@cache
def _classifier() -> _Classifier:
    return _Classifier()


def _label(lang: str) -> str:
    return _LABELS.get(lang, lang)


@cache
def _relatives(lang: str) -> frozenset[str]:
    return frozenset(code for group in _RELATIVES if lang in group.split() for code in group.split()) - {lang}
