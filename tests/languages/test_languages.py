"""Language codes: what stands for which language, what is refused, and what is suggested instead."""

from __future__ import annotations

import pytest

from pipeline.common.errors import InputError
from pipeline.languages.codes import (
    MISTAKEN,
    canonical_code,
    check_language,
    is_language,
    language_called,
    language_name,
    suggest_language,
)
from pipeline.languages.known import LANGUAGES, known_language
from pipeline.languages.scripts import SCRIPTS


@pytest.mark.parametrize("code", ["en", "zh", "ja", "he", "tl", "no", "kr", "fil", "yue", "ckb", "arz", *LANGUAGES])
def test_a_code_stands_for_itself(code: str) -> None:
    assert check_language(code, "here") == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        *(("EN", "en"), (" en ", "en"), ("en_US", "en"), ("eng", "en"), ("English", "en"), ("eng_Latn", "en")),
        *(("zh-CN", "zh"), ("zh-Hant", "zh"), ("cmn", "zh"), ("chi", "zh"), ("zho_Hans", "zh"), ("Chinese", "zh")),
        *(("hau", "ha"), ("iw", "he"), ("Greek", "el"), ("Farsi", "fa"), ("arb", "ar"), ("swh", "sw"), ("pt-br", "pt")),
        *(("Filipino", "fil"), ("Cantonese", "yue"), ("zh-yue", "yue"), ("Kiswahili", "sw"), ("fre", "fr")),
        *(("Deutsch", "de"), ("ESPAÑOL", "es"), ("espan\u0303ol", "es"), ("日本語", "ja"), ("Ελληνικά", "el")),
    ],
)
def test_tags_names_and_other_codes_stand_for_a_language(text: str, code: str) -> None:
    assert check_language(text, "here") == code


@pytest.mark.parametrize(
    ("code", "meant"),
    [("cn", "zh"), ("jp", "ja"), ("cz", "cs"), ("vn", "vi"), ("jap", "ja"), ("sh", "sr"), ("japanase", "ja")],
)
def test_other_codes_are_refused_with_a_suggestion(code: str, meant: str) -> None:
    with pytest.raises(InputError, match=rf"here: `{code}` is no language code.*Did you mean `{meant}`\?") as error:
        check_language(code, "here")
    assert error.value.exit_code == 2


@pytest.mark.parametrize("code", ["xx", "", "日本", "zz-ZZ", "und", "mul", "gem", "qaa"])
def test_without_a_near_code_nothing_is_suggested(code: str) -> None:
    assert suggest_language(code) is None
    with pytest.raises(InputError, match="ISO 639-1") as error:
        check_language(code, "here")
    assert "Did you mean" not in str(error.value)


def test_every_suggestion_is_itself_a_code() -> None:
    for text in (*MISTAKEN, "dk", "fre"):
        assert check_language(suggest_language(text) or "", "here")


def test_no_mistake_hides_a_known_language() -> None:
    assert not MISTAKEN.keys() & LANGUAGES.keys()
    assert language_name("kr") == "Kanuri"


@pytest.mark.parametrize("name", ["en", "EN", "id", "zh-Hant", "en_US", "eng_Latn"])
def test_columns_of_languages(name: str) -> None:
    assert is_language(name)


@pytest.mark.parametrize("name", ["lat", "run", "may", "url", "day", "text", "English", "en-x", "cn", "xx"])
def test_columns_that_may_be_something_else(name: str) -> None:
    assert not is_language(name)


def test_records_agree() -> None:
    assert all(canonical_code(code) == code == record.code for code, record in LANGUAGES.items())
    assert len({record.name for record in LANGUAGES.values()}) == len(LANGUAGES) > 100
    for code, record in LANGUAGES.items():
        assert {language_called(name) for name in (record.name, *record.own_names)} == {code}
        assert {canonical_code(name) for name in record.own_names} <= {code}
    assert SCRIPTS["ja"] == ("Han", "Hiragana", "Katakana")
    assert [known_language(code).direction for code in ("ar", "he", "dv", "ckb", "en", "ku", "xyz")] == [
        *["rtl"] * 4,
        *["ltr"] * 3,
    ]
