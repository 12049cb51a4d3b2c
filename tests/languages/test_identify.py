"""Languages of texts without a declaration, and texts that are clearly in another language than they say."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from shared_files import shared

from pipeline.languages.identify import BATCH_TEXTS, are_relatives, can_identify, contradictions, identify

ENGLISH = "The council has voted on the new tram line in the city."
GERMAN = "Der Stadtrat stimmte gestern über die neue Straßenbahn in der Stadt ab."
JAPANESE = "市議会は新しい路面電車の路線について採決した。"
DANISH = "Byrådet har i går stemt om den nye sporvognslinje i byen."


def test_sentences_are_identified_with_their_certainty() -> None:
    found = identify([ENGLISH, GERMAN, JAPANESE])
    assert [one.lang for one in found] == ["en", "de", "ja"]
    assert all(0.9 < one.certainty <= 1 for one in found)
    assert identify([]) == []
    assert identify(["?"])[0].certainty < 0.1


def test_candidates_decide_between_relatives_and_for_short_texts() -> None:
    assert identify(["Guten Morgen"])[0].certainty < 0.5
    assert identify(["Guten Morgen"], ["en", "de"])[0].certainty > 0.7
    assert are_relatives("nb", "da")
    assert identify([DANISH], ["en", "da"])[0].lang == "da"
    assert identify([DANISH], ["en", "nb"])[0].lang == "nb"
    assert identify([GERMAN], ["en", "ja"])[0].lang == "de"  # clearly none of them


def test_batches_change_nothing() -> None:
    texts = [ENGLISH, GERMAN, JAPANESE] * (BATCH_TEXTS // 3 + 2)
    found = identify(texts)
    assert found == identify(texts[:3]) * (len(texts) // 3)


def test_contradictions() -> None:
    mixed = f"{ENGLISH} {ENGLISH} {ENGLISH} {GERMAN} {GERMAN} {GERMAN}"
    pairs = [
        (ENGLISH, "en", ()),
        (ENGLISH, "de", ("en",)),
        (DANISH, "nb", ()),  # a relative
        ("Tram line", "de", ()),  # too short
        (ENGLISH, "tlh", ()),  # a language that cannot be identified
        (mixed, "en", ("en", "de")),
        (mixed, "ja", ("en", "de")),
        (f"{GERMAN} " * 5, "ja", ("de",)),
    ]
    texts, languages, expected = zip(*pairs, strict=True)
    assert contradictions(texts, languages) == list(expected)


def test_which_languages_are_known() -> None:
    assert all(map(can_identify, ("en", "zh", "nb", "no", "ha", "yo", "fil")))
    assert not can_identify("tlh")


def test_no_sentence_contradicts_what_it_is() -> None:
    wrong: Counter[str] = Counter()
    for path in sorted(shared("benchmarks", "SIB-200").glob("*.jsonl")):
        texts = [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines()[:40]]
        assert not any(contradictions(texts, [path.stem] * len(texts)))
        wrong[path.stem] = sum(found.lang != path.stem for found in identify(texts, ["en", path.stem]))
    assert wrong.total() == pytest.approx(0, abs=2)
