"""The form in which words are compared, language by language."""

from __future__ import annotations

import unicodedata

import polars as pl
import pytest

from pipeline.languages.known import LANGUAGES
from pipeline.languages.normalise import normalise
from pipeline.languages.spelling import clean, lower_case, word_form


@pytest.mark.parametrize(
    ("lang", "spellings"),
    [
        ("tr", ["İnsanlar", "insanlar", "İNSANLAR", "I\u0307nsanlar"]),
        ("az", ["QIZIL", "Qızıl"]),
        ("en", ["İstanbul", "istanbul"]),
        ("el", ["ΛΌΓΟΣ", "λόγος"]),
        ("ar", ["العَرَبِيَّة", "العربية", "العـــربية"]),
        ("ar", ["كتابي", "کتابی"]),
        ("fa", ["كتابي", "کتابی"]),
        ("fa", ["خانهٔ", "خانۀ", "خانه"]),
        ("ur", ["كہتي", "کہتی"]),
        ("ckb", ["كورد", "کورد"]),
        ("he", ["שָׁלוֹם", "שלום"]),
        ("he", ['צה"ל', "צה״ל"]),
        ("th", ["น้ำ", "น\u0e49\u0e4d\u0e32", "น\u0e4d\u0e49\u0e32"]),
        ("th", ["แม่", "เเม่"]),
        ("lo", ["ນ້ຳ", "ນ\u0ec9\u0ecd\u0eb2"]),
        ("vi", ["hoà", "hòa", "HOÀ", "hoa\u0300"]),
        ("vi", ["thuỷ", "thủy"]),
        ("ro", ["ţară", "țară", "ŢARĂ"]),
        ("uz", ["oʻzbek", "o'zbek", "o‘zbek", "O`zbek"]),
        ("uk", ["Пʼять", "п’ять", "п'ять"]),
        ("yo", ["ọmọ", "ϙmϙ", "o\u0329mo\u0329"]),
        ("am", ["ዓለም", "ኣለም"]),
        ("am", ["ፀሐይ", "ጸሀይ", "ጸኀይ"]),
        ("hi", ["क्‍या", "क्या"]),
        ("ml", ["എന്\u200d", "എൻ"]),
        ("de", ["Auf\u200clage", "auflage"]),
        ("ja", ["葛\U000e0100城", "葛城"]),
    ],
)
def test_one_word_has_one_form(lang: str, spellings: list[str]) -> None:
    assert {word_form(spelling, lang) for spelling in spellings} == {word_form(spellings[0], lang)}
    assert len(set(spellings)) == len(spellings)


@pytest.mark.parametrize(
    ("lang", "one", "other"),
    [
        ("tr", "ılık", "ilik"),
        ("vi", "quý", "qúy"),
        ("vi", "hoàn", "hòan"),
        ("fa", "می‌خواهم", "میخواهم"),
        ("yi", "אַ", "א"),
        ("yo", "ọkọ̀", "ọkọ"),
    ],
)
def test_different_words_stay_different(lang: str, one: str, other: str) -> None:
    assert word_form(one, lang) != word_form(other, lang)


@pytest.mark.parametrize("lang", ["", "en", "xyz", *LANGUAGES])
def test_twice_is_as_once_and_text_without_rules_stays(lang: str) -> None:
    letters = [chr(c) for c in range(0x20, 0x1200) if unicodedata.category(chr(c)) != "Cn"]
    text = "".join(letters) + "hoà 'צה\"ל' o'g' قال ى ي ک ك"
    once = clean(text, lang)
    assert clean(once, lang) == once
    assert lower_case(lower_case(once, lang), lang) == lower_case(once, lang)
    assert clean("plain words, 3.5", lang) == "plain words, 3.5"


def test_looks_go() -> None:
    assert clean("LEGO™ soft\u00adware ❤\ufe0f \u202eok").split() == ["LEGO", "software", "❤", "ok"]


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("https://github.com/org/project/issues?k=i#s see", "see"),
        ("(HTTPS://GITHUB.COM/Kiss) see", "( see"),
        ("https://\u212aiwi.org/\u017f see", "see"),
        ("https://www.bücher.de/straße see", "see"),
        ("www.пример.рф/путь?к=и дальше", "дальше"),
        ("https://ar.wikipedia.org/wiki/مصر ثم", "ثم"),
        ("http://例え.jp/語彙 次", "次"),
        ("www.도메인.kr/길 다음", "다음"),
        ("见https://t.cn/abc看这里", "见 看这里"),
        ("www.example.comを見る", "を見る"),
        ("https://a.kr에서 읽다", "에서 읽다"),
        ("https://a.th/bอ่าน", "อ่าน"),
        ("“https://a.b/c”", "“ ”"),
    ],
)
def test_addresses_go_whole_and_text_behind_them_stays(text: str, rest: str) -> None:
    assert clean(text).split() == rest.split()


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("LEGO™", "lego"),
        ("№5", "5"),
        ("economy¹", "economy"),
        ("①経済", "経済"),
        ("don´t", "don't"),
        ("l\u1fbdart", "l'art"),
        ("ＣＯ₂", "co2"),
        ("nan\u202e\x1fnan", "nannan"),
    ],
)
def test_what_stands_beside_a_word_is_not_of_it(written: str, form: str) -> None:
    assert word_form(written, "en") == form
    document = normalise(pl.DataFrame({"text": [written]}), 100)["text"][0]
    assert word_form(document, "en") == form
