"""Where each language's rows stand, and theta with the documents that have one."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from pipeline.common.errors import InputError
from pipeline.tables.by_language import ByLanguage, training_documents, vocabulary_sizes, words_by_language
from pipeline.tables.vectors import Theta

LANGUAGES = pl.Series(["zh", "zh", "en", "ja", "ja", "ja"])


def test_slices_are_those_of_a_filter() -> None:
    table, rows = ByLanguage.of(LANGUAGES), np.arange(6)
    assert (table.names, table.pivot) == (("zh", "en", "ja"), "zh")
    for name, own in table.split(rows).items():
        assert own.tolist() == rows[(name == LANGUAGES).to_numpy()].tolist()
    chosen = np.array([1, 3, 5])
    assert {name: chosen[part].tolist() for name, part in table.chosen(chosen).items()} == {
        "zh": [1],
        "en": [],
        "ja": [3, 5],
    }
    assert table.within("ja", np.array([3, 5])).tolist() == [0, 2]


def test_a_language_without_rows_has_none() -> None:
    table = ByLanguage.of(LANGUAGES, ["zh", "de", "en", "ja", "fr"])
    assert {name: len(own) for name, own in table.split(np.arange(6)).items()} == {
        "zh": 2, "de": 0, "en": 1, "ja": 3, "fr": 0,
    }  # fmt: skip
    empty = ByLanguage.of(pl.Series([], dtype=pl.String), ["en", "zh"])
    assert [len(own) for own in empty.split(np.arange(0)).values()] == [0, 0]


@pytest.mark.parametrize(
    ("languages", "names"),
    [(["en", "zh", "en"], None), (["en", "zh"], ["zh", "en"]), (["en", "zh"], ["en"])],
)
def test_languages_that_do_not_stand_together_are_refused(languages: list[str], names: list[str] | None) -> None:
    with pytest.raises(InputError, match="must be consecutive"):
        ByLanguage.of(pl.Series(languages), names)


def test_words_and_sizes_of_a_vocabulary() -> None:
    vocabulary = pl.DataFrame({"lang": ["en", "en", "de"], "word": ["a", "b", "c"]})
    assert words_by_language(vocabulary) == {"en": ["a", "b"], "de": ["c"]}
    assert vocabulary_sizes(vocabulary) == {"en": 2, "de": 1}


def test_training_documents_have_a_word() -> None:
    split = pl.Series(["train", "test", "train", "train"])
    assert training_documents(split, pl.DataFrame({"document": [0, 0, 1, 3]})).tolist() == [0, 3]


def test_theta_tells_a_missing_one_from_zeros() -> None:
    column = pl.Series([[0.25, 0.75], None, [0.0, 0.0]], dtype=pl.Array(pl.Float32, 2))
    theta = Theta.of(column)
    assert theta.known.tolist() == [True, False, True]
    assert theta.values.tolist() == [[0.25, 0.75], [0, 0], [0, 0]]
    assert (len(theta), theta.topics) == (3, 2)
    assert theta.of_known.tolist() == [[0.25, 0.75], [0, 0]]
    assert theta[1:].known.tolist() == [False, True]
    assert theta.column().equals(column)
    assert theta[np.array([2])].values.tolist() == [[0, 0]]
