"""Stop words: the lists of the package, the user's own, and files that are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
import stopwordsiso

from pipeline.common.errors import InputError
from pipeline.languages.known import LANGUAGES
from pipeline.languages.spelling import word_form
from pipeline.tokens.stop_words import REVIEWED, check_stop_word_folder, read_stop_words, stop_words
from pipeline.tokens.tokenise import TokeniseParams, tokenise_texts


@pytest.mark.parametrize(
    ("lang", "word"),
    [
        *(
            ("en", "don't"),
            ("zh", "我们"),
            ("ja", "する"),
            ("de", "wurde"),
            ("de", "im"),
            ("fr", "dans"),
            ("es", "fue"),
        ),
        *(("it", "dei"), ("pt", "não"), ("nl", "werd"), ("ru", "был"), ("tr", "için"), ("ar", "التي"), ("hi", "हैं")),
        *(("sw", "ambayo"), ("ha", "daga"), ("yo", "àwọn"), ("am", "ነው"), ("ko", "하다"), ("th", "และ"), ("vi", "của")),
        *(
            ("fi", "ja"),
            ("bg", "който"),
            ("fil", "mga"),
            ("nb", "ikke"),
            ("yue", "我们"),
            ("arz", "التي"),
            ("bs", "koji"),
        ),
    ],
)
def test_lists_come_along(lang: str, word: str) -> None:
    assert word in stop_words(lang)


@pytest.mark.parametrize("path", sorted(REVIEWED.glob("*.txt")), ids=lambda path: path.stem)
def test_lists_hold_no_comment(path: Path) -> None:
    assert not [word for word in read_stop_words(path, path.stem) if "#" in word or " " in word]


def test_a_language_without_a_list_has_no_stop_words() -> None:
    assert stop_words("ig") == frozenset()


def test_every_list_of_the_package_is_used_in_the_form_of_tokens() -> None:
    languages = stopwordsiso.langs()
    assert len(languages) == 58
    for lang in languages & LANGUAGES.keys():
        words = stop_words(lang)
        assert len(words) > 25, lang
        assert {word_form(word, lang) for word in words} == words, lang
    assert not [word for word in stop_words("vi") if " " in word]


@pytest.mark.parametrize(
    ("lang", "words"),
    [("de", "mensch gott jahr arbeit tag"), ("fr", "pays monde président"), ("es", "país trabajo"), ("ru", "человек")],
)
def test_reviewed_lists_hold_no_word_of_a_subject(lang: str, words: str) -> None:
    assert not stop_words(lang) & set(words.split())


def test_users_words_are_added_in_the_form_of_tokens(tmp_path: Path) -> None:
    content = "\ufeff# remark\r\n\r\nＬＥＧＯ  # full width\r\nDon’t\r\nプ\r\n"
    (tmp_path / "en.txt").write_text(content, encoding="utf-8", newline="")
    words = stop_words("en", tmp_path)
    assert {"lego", "don't", "プ", "the"} <= words
    assert not [word for word in words if "remark" in word or not word]


def test_old_line_ends_do_not_make_one_word_of_a_list(tmp_path: Path) -> None:
    (tmp_path / "en.txt").write_bytes(b"lego\rfilm\r# remark\rmoon")
    assert read_stop_words(tmp_path / "en.txt", "en") == {"lego", "film", "moon"}


def test_lists_that_no_language_asks_for_are_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for name in ("en.txt", "cn.txt", "de.csv", "eng.txt", "README.md", "fr.txt"):
        (tmp_path / name).touch()
    check_stop_word_folder(tmp_path, ["en", "zh"])
    assert "cn.txt, de.csv, eng.txt. Call a list by" in caplog.text


def test_users_words_are_dropped(tmp_path: Path) -> None:
    (tmp_path / "de.txt").write_text("turm\nÄrger\n", encoding="utf-8")
    assert tokenise_texts("de", ["Ärger über der Stadt, Turm"], TokeniseParams(stopwords=tmp_path)) == [["stadt"]]


def test_a_changed_list_counts_at_once(tmp_path: Path) -> None:
    path = tmp_path / "de.txt"
    path.write_text("wort\n", encoding="utf-8")
    params = TokeniseParams(stopwords=tmp_path)
    assert tokenise_texts("de", ["wort satz"], params) == [["satz"]]
    path.write_text("satz\n", encoding="utf-8")
    assert tokenise_texts("de", ["wort satz"], params) == [["wort"]]


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere is not a folder.*en\.txt"):
        check_stop_word_folder(tmp_path / "nowhere", ["en"])


def test_a_folder_of_which_nothing_would_be_used_is_refused(tmp_path: Path) -> None:
    (tmp_path / "cn.txt").write_text("的\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"cn\.txt.*expected en\.txt or zh\.txt"):
        check_stop_word_folder(tmp_path, ["en", "zh"])


def test_a_list_for_one_of_the_languages_is_enough(tmp_path: Path) -> None:
    (tmp_path / "zh.txt").write_text("的\n", encoding="utf-8")
    check_stop_word_folder(tmp_path, ["en", "zh"])


def test_a_file_that_is_not_utf8_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "en.txt").write_bytes(b"good\nb\xe4d\n")
    with pytest.raises(InputError, match=r"en\.txt, line 2: not UTF-8 \(byte 6 of"):
        stop_words("en", tmp_path)
