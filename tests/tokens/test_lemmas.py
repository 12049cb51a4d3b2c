"""Dictionary forms of words, and where they are used."""

from __future__ import annotations

import sys

import polars as pl
import pytest

from pipeline.common.errors import MissingResourceError
from pipeline.languages.known import LANGUAGES
from pipeline.tokens.lemmas import has_lemmas, lemmatiser
from pipeline.tokens.tokenise import TokeniseParams, tokenise, tokenise_texts


@pytest.mark.parametrize(
    ("lang", "forms", "lemma"),
    [
        ("de", ["haus", "häuser", "häusern", "hauses"], "haus"),
        ("de", ["land", "länder", "ländern"], "land"),
        ("de", ["ging", "gehst"], "gehen"),
        ("ru", ["правительства", "правительству"], "правительство"),
        ("tr", ["evlerde", "evler"], "ev"),
        ("ar", ["الكتب", "كتابهم"], "كتاب"),
    ],
)
def test_forms_of_a_word_have_one_lemma(lang: str, forms: list[str], lemma: str) -> None:
    find = lemmatiser(lang)
    assert {find(form) for form in forms} == {lemma}


def test_which_languages_have_lemmas() -> None:
    assert [lang for lang in ("de", "ru", "en", "zh", "ig") if has_lemmas(lang, "auto")] == ["de", "ru"]
    assert [lang for lang in ("de", "ru", "en", "zh", "ig") if has_lemmas(lang, "all")] == ["de", "ru", "en"]
    assert not [lang for lang in LANGUAGES if has_lemmas(lang, "none")]


def test_every_table_that_a_record_names_is_there() -> None:
    from simplemma.strategies.dictionaries.dictionary_factory import SUPPORTED_LANGUAGES

    assert {record.lemmas for record in LANGUAGES.values() if record.lemmas} <= set(SUPPORTED_LANGUAGES)


def test_stop_words_are_known_in_any_form_and_the_reference_has_the_same_lemmas() -> None:
    text = ["Die Regierungen der Länder wurden gewählt"]
    assert tokenise_texts("de", text, TokeniseParams()) == [["regierung", "land", "wählen"]]
    assert tokenise_texts("de", text, TokeniseParams(lemmas="none")) == [["regierungen", "länder", "gewählt"]]
    documents = pl.DataFrame({"lang": ["de"], "text": text})
    reference = tokenise(documents, TokeniseParams().for_reference(), filtered=False)["tokens"].to_list()[0]
    assert {"regierung", "land", "wählen", "der"} <= set(reference)
    assert tokenise_texts("en", ["the cities"], TokeniseParams(lemmas="all")) == [["city"]]


def test_given_tokens_stay() -> None:
    assert tokenise_texts("de", ["Länder Häuser"], TokeniseParams(pretokenised=True)) == [["Länder", "Häuser"]]


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "simplemma", None)
    with pytest.raises(MissingResourceError, match="pip install simplemma"):
        lemmatiser("de")
