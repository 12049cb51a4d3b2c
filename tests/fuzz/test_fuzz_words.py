"""Words: whatever the text, each language cuts it into words that its lists meet, and a second time changes nothing."""

from __future__ import annotations

import unicodedata

import polars as pl
from fuzzing import fuzzed
from hypothesis import strategies as st
from odd_files import TEXTS

from pipeline.languages.known import LANGUAGES
from pipeline.languages.normalise import normalise
from pipeline.languages.spelling import clean, lower_case, word_form
from pipeline.tokens.tokenise import TokeniseParams, tokenise_texts

EVERY_WORD = TokeniseParams(min_characters=1, numbers=True, lemmas="none")
SEGMENTED = sorted(code for code, language in LANGUAGES.items() if language.segmenter not in ("blanks", "none"))
BETWEEN_BLANKS = sorted(set(LANGUAGES) - set(SEGMENTED))
CODES = st.sampled_from(("xyz", *LANGUAGES))
# Letters, with some marks, of many scripts; in other forms the same word may be other code points.
LETTERS = st.text(st.characters(categories=["Ll", "Lu", "Lo"]), min_size=1, max_size=6)


def one_normalised(text: str, most: int = 10**6) -> str:
    return normalise(pl.DataFrame({"text": [text]}, {"text": pl.String}), most)["text"][0]


def tokens_of(lang: str, *texts: str) -> list[list[str]]:
    return tokenise_texts(lang, texts, EVERY_WORD, filtered=False)


@fuzzed(60, text=TEXTS, most=st.integers(1, 40))
def test_a_second_normalisation_changes_nothing(text: str, most: int) -> None:
    once = one_normalised(text, most)
    assert one_normalised(once, most) == once
    assert len(once) <= most


@fuzzed(60, text=TEXTS, lang=CODES)
def test_a_second_cleaning_changes_nothing(text: str, lang: str) -> None:
    once = clean(text, lang)
    assert clean(once, lang) == once
    assert lower_case(lower_case(once, lang), lang) == lower_case(once, lang)
    form = word_form(text, lang)
    assert word_form(form, lang) == form


@fuzzed(60, text=TEXTS, lang=CODES)
def test_tokens_are_words(text: str, lang: str) -> None:
    [tokens] = tokens_of(lang, text)
    for token in tokens:
        assert token
        assert not any(character.isspace() for character in token)
        assert word_form(token, lang) == token


# Documents are normalised by polars, which knows characters that are newer than this Python.
OF_THIS_PYTHON = TEXTS.map(lambda text: "".join(part for part in text if unicodedata.category(part) != "Cn"))


@fuzzed(60, text=OF_THIS_PYTHON, lang=st.sampled_from(BETWEEN_BLANKS))
def test_lists_are_cut_as_documents_are(text: str, lang: str) -> None:
    assert tokens_of(lang, word_form(text, lang)) == tokens_of(lang, one_normalised(text))


@fuzzed(60, texts=st.lists(TEXTS, max_size=4), lang=CODES)
def test_the_tokens_of_a_text_do_not_depend_on_its_neighbours(texts: list[str], lang: str) -> None:
    assert tokens_of(lang, *texts) == [tokens for text in texts for tokens in tokens_of(lang, text)]


@fuzzed(60, word=LETTERS, lang=st.sampled_from(BETWEEN_BLANKS), form=st.sampled_from(("NFC", "NFD", "NFKD")))
def test_a_word_in_another_form_is_the_same_token(word: str, lang: str, form: str) -> None:
    other = unicodedata.normalize(form, word)
    if unicodedata.normalize("NFC", other) == unicodedata.normalize("NFC", word) or form == "NFKD":
        assert tokens_of(lang, word) == tokens_of(lang, other)
        assert word_form(word, lang) == word_form(other, lang)


@fuzzed(60, word=LETTERS, lang=CODES)
def test_a_text_of_one_word_is_the_form_of_the_word(word: str, lang: str) -> None:
    [tokens] = tokens_of(lang, word)
    if len(tokens) == 1 and len(tokens[0]) == len(word_form(word, lang)):
        assert tokens == [word_form(word, lang)]
