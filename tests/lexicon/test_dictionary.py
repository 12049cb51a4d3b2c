"""Bilingual dictionaries: files either way round, comments, stems, and words found in two vocabularies."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.common.errors import InputError
from pipeline.lexicon.dictionary import linked_words, misnamed_dictionaries, read_dictionary, vocabulary_pairs


def sorted_pairs(
    pairs: list[tuple[str, str]], first: list[str], second: list[str], stemmed: tuple[bool, bool]
) -> list[tuple[int, int]]:
    return sorted(vocabulary_pairs(pairs, first, second, stemmed))


def write(folder: Path, name: str, content: str) -> None:
    (folder / name).write_bytes(content.encode())


def test_words_are_read_past_comments_and_blank_lines(tmp_path: Path) -> None:
    write(tmp_path, "en-zh.tsv", "# by hand\n\nrun\t跑\n# more\n cat \t 猫 \nice cream\t冰淇淋\n")
    assert read_dictionary(tmp_path, "en", "zh") == ([("run", "跑"), ("cat", "猫"), ("ice cream", "冰淇淋")], False)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_do_not_matter(tmp_path: Path, end: str) -> None:
    write(tmp_path, "en-zh.tsv", end.join(["# english: porter", "run\t跑", "cat\t猫"]) + end)
    assert read_dictionary(tmp_path, "en", "zh") == ([("run", "跑"), ("cat", "猫")], True)


def test_words_may_be_separated_by_blanks(tmp_path: Path) -> None:
    write(tmp_path, "en-zh.tsv", "run 跑\ncat  猫\ndog 狗 0.5\nice cream\t冰淇淋\n")  # as MUSE is published
    pairs = [("run", "跑"), ("cat", "猫"), ("dog", "狗"), ("ice cream", "冰淇淋")]
    assert read_dictionary(tmp_path, "en", "zh") == (pairs, False)


def test_files_that_no_languages_ask_for_are_found(tmp_path: Path) -> None:
    names = ["en-cn.tsv", "en-zh.txt", "en_ja.tsv", "eng-fr.tsv", "words.csv"]
    for name in (*names, "en-zh.tsv", "de-en.tsv", "README.md", ".hidden"):
        write(tmp_path, name, "")
    assert misnamed_dictionaries(tmp_path) == names
    assert misnamed_dictionaries(tmp_path / "absent") == misnamed_dictionaries(None) == []


def test_a_reversed_file_is_turned_round(tmp_path: Path) -> None:
    write(tmp_path, "zh-en.tsv", "# english: porter\n跑\trun\n猫\tcat\n")
    assert read_dictionary(tmp_path, "en", "zh") == ([("run", "跑"), ("cat", "猫")], True)


def test_the_file_that_starts_with_the_pivot_comes_first(tmp_path: Path) -> None:
    write(tmp_path, "en-zh.tsv", "run\t跑\n")
    write(tmp_path, "zh-en.tsv", "# english: porter\n猫\tcat\n")
    assert read_dictionary(tmp_path, "en", "zh") == ([("run", "跑")], False)
    assert read_dictionary(tmp_path, "zh", "en") == ([("猫", "cat")], True)


def test_only_the_first_line_says_that_there_are_stems(tmp_path: Path) -> None:
    write(tmp_path, "en-zh.tsv", "# by hand\n# english: porter\nrun\t跑\n")
    assert read_dictionary(tmp_path, "en", "zh") == ([("run", "跑")], False)


def test_no_file_means_no_pairs(tmp_path: Path) -> None:
    write(tmp_path, "en-ja.tsv", "run\t走る\n")
    for folder in (tmp_path, tmp_path / "absent", None):
        assert read_dictionary(folder, "en", "zh") == ([], False)


def test_a_number_after_the_words_is_passed_over(tmp_path: Path) -> None:
    write(tmp_path, "en-zh.tsv", "run\t跑\t0.75\ncat\t猫\t1\ndog\t狗\n")
    assert read_dictionary(tmp_path, "en", "zh") == ([("run", "跑"), ("cat", "猫"), ("dog", "狗")], False)


@pytest.mark.parametrize(
    ("line", "found"), [("to run 跑", "'to run 跑'"), ("run", "'run'"), ("run\t跑\tverb", r"'run\\t跑\\tverb'")]
)
def test_a_line_without_exactly_two_words_is_named(tmp_path: Path, line: str, found: str) -> None:
    write(tmp_path, "en-zh.tsv", f"# by hand\n\ncat\t猫\n{line}\n")
    with pytest.raises(InputError, match=rf"en-zh\.tsv, line 4: expected two words .* found {found}") as caught:
        read_dictionary(tmp_path, "en", "zh")
    assert caught.value.exit_code == 2


def test_a_file_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    (tmp_path / "en-zh.tsv").write_bytes("cat\t猫\ncafé\t咖啡\n".encode("latin-1", "replace"))
    with pytest.raises(InputError, match=r"en-zh\.tsv, line 2: .* UTF-8"):
        read_dictionary(tmp_path, "en", "zh")


@pytest.mark.parametrize(
    ("first", "expected"), [("run\t跑\n", ([("run", "跑")], False)), ("# english: porter\n", ([], True))]
)
def test_a_byte_order_mark_is_no_part_of_the_first_line(
    tmp_path: Path, first: str, expected: tuple[list[tuple[str, str]], bool]
) -> None:
    write(tmp_path, "en-zh.tsv", "\ufeff" + first)
    assert read_dictionary(tmp_path, "en", "zh") == expected


def test_pairs_are_sorted_places_in_both_vocabularies() -> None:
    pairs = [("cat", "猫"), ("run", "跑"), ("run", "奔"), ("cat", "猫"), ("dog", "狗"), ("run", "unknown")]
    assert sorted_pairs(pairs, ["run", "tree", "cat"], ["猫", "奔", "跑"], (False, False)) == [
        (0, 1),
        (0, 2),
        (2, 0),
    ]
    assert sorted_pairs([], ["run"], ["跑"], (True, True)) == []


def test_an_english_stem_stands_for_every_word_that_has_it() -> None:
    words = ["running", "runs", "run", "ran", "happy", "happiness"]
    pairs = [("run", "跑"), ("happi", "乐")]
    assert sorted_pairs(pairs, words, ["跑", "乐"], (False, False)) == [(2, 0)]
    assert sorted_pairs(pairs, words, ["跑", "乐"], (True, False)) == [(0, 0), (1, 0), (2, 0), (4, 1), (5, 1)]
    turned = [(b, a) for a, b in pairs]
    assert sorted_pairs(turned, ["跑", "乐"], words, (False, True)) == [(0, 0), (0, 1), (0, 2), (1, 4), (1, 5)]


def test_where_entries_are_stems_whole_words_match_too() -> None:
    assert sorted_pairs([("happiness", "乐")], ["happiness", "happy"], ["乐"], (True, False)) == [(0, 0)]


def test_entries_that_link_two_words_are_counted_and_repeated_ones_are_not() -> None:
    pairs = [("run", "跑"), ("running", "跑"), ("runs", "跑"), ("run", "跑")]
    assert vocabulary_pairs(pairs, ["running", "cat"], ["跑"], (True, False)) == {(0, 0): 2}
    assert vocabulary_pairs(pairs, ["run", "cat"], ["跑"], (False, False)) == {(0, 0): 1}


def test_capital_letters_do_not_hide_an_entry(tmp_path: Path) -> None:
    (tmp_path / "en-de.tsv").write_text("gardener\tGärtner\nNATO\tNATO\n", encoding="utf-8")
    pairs, _ = read_dictionary(tmp_path, "en", "de")
    assert pairs == [("gardener", "Gärtner"), ("gardener", "gärtner"), ("NATO", "NATO"), ("nato", "nato")]
    assert linked_words(tmp_path, "en", ["gardener"], "de", ["haus", "gärtner"]) == {(0, 1): 1}
