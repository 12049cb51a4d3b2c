"""Language codes: what is accepted, what is suggested instead."""

from __future__ import annotations

import pytest

from pipeline.common.errors import InputError
from pipeline.languages.codes import COUNTRIES, check_language, is_language, language_name, suggest_language


@pytest.mark.parametrize("code", ["en", "zh", "ja", "he", "tl", "no"])
def test_codes_of_iso_639_1_are_accepted(code: str) -> None:
    assert check_language(code, "here") == code


@pytest.mark.parametrize(
    ("code", "meant"),
    [
        ("cn", "zh"),
        ("jp", "ja"),
        ("cz", "cs"),
        ("zh-CN", "zh"),
        ("en_US", "en"),
        ("EN", "en"),
        ("eng", "en"),
        ("cmn", "zh"),
        ("iw", "he"),
        ("english", "en"),
        ("Chinese", "zh"),
        ("Greek", "el"),
        ("japanase", "ja"),
    ],
)
def test_other_codes_are_refused_with_a_suggestion(code: str, meant: str) -> None:
    with pytest.raises(InputError, match=rf"here: `{code}` is no language code.*Did you mean `{meant}`\?") as error:
        check_language(code, "here")
    assert error.value.exit_code == 2


@pytest.mark.parametrize("code", ["xx", "", "日本語", "zz-ZZ"])
def test_without_a_near_code_nothing_is_suggested(code: str) -> None:
    assert suggest_language(code) is None
    with pytest.raises(InputError, match="ISO 639-1") as error:
        check_language(code, "here")
    assert "Did you mean" not in str(error.value)


def test_withdrawn_codes_are_no_languages() -> None:
    assert not any(is_language(code) for code in ("iw", "in", "ji", "mo", "sh", "bh"))


def test_every_suggestion_is_itself_a_code() -> None:
    for text in ("cn", "dk", "gr", "ua", "vn", "sh", "mo", "fre"):
        assert is_language(suggest_language(text) or "")


def test_no_country_hides_a_language() -> None:
    assert not any(is_language(country) for country in COUNTRIES)
    assert language_name("kr") == "Kanuri"
