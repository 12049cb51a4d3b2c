"""Words left out by how many documents have them, in languages whose stop words are not known."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from shared_files import shared

from pipeline.tokens.common_words import largest_share, leave_out_common_words
from pipeline.tokens.tokenise import TokeniseParams, tokenise, tokenise_texts

SUBJECTS = ("osisi", "mmiri", "ahia", "ụlọ", "egwu", "ọgwụ", "ala", "ego")


def igbo(count: int = 80) -> pl.DataFrame:
    """Texts with words that all have, words of one subject in eight, and a word that only test documents have."""
    rows = [
        ("ig", "test" if number % 5 == 0 else "train", f"na bụ {SUBJECTS[number % 8]} nke" + " ule" * (number % 5 == 0))
        for number in range(count)
    ]
    return pl.DataFrame(rows, ["lang", "split", "text"], orient="row")


def cut(documents: pl.DataFrame, params: TokeniseParams) -> pl.DataFrame:
    return documents.with_columns(tokenise(documents, params)["tokens"])


def test_words_of_most_documents_go_and_are_told(caplog: pytest.LogCaptureFixture) -> None:
    documents = cut(igbo(), TokeniseParams(common_share=0.5))
    tokens, found = leave_out_common_words(documents, TokeniseParams(common_share=0.5))
    assert [(common.lang, common.known, common.words) for common in found] == [("ig", 0, ("bụ", "na", "nke"))]
    assert set(tokens.explode()) == {*SUBJECTS, "ule"}
    assert tokens.to_list()[0] == ["osisi", "ule"]
    advice = str(found[0].advice)
    assert "Fewer than 100 stop words are known" in advice
    assert ": Igbo (ig) 3 words in more than 50% of them: bụ, na, nke. Write" in advice
    assert advice in caplog.text


def test_one_keeps_every_word() -> None:
    documents = cut(igbo(), TokeniseParams())
    tokens, found = leave_out_common_words(documents, TokeniseParams(common_share=1))
    assert tokens.equals(documents["tokens"])
    assert found[0].words == ()


def test_other_languages_and_given_tokens_stay(tmp_path: Path) -> None:
    english = pl.DataFrame({"lang": ["en"] * 20, "split": "train", "tokens": [["tree", "town"]] * 20})
    tokens, found = leave_out_common_words(english, TokeniseParams())
    assert (tokens.to_list(), found) == (english["tokens"].to_list(), [])
    given = TokeniseParams(pretokenised=True)
    documents = cut(igbo(), given)
    tokens, found = leave_out_common_words(documents, given)
    assert (tokens.to_list(), found) == (documents["tokens"].to_list(), [])
    (tmp_path / "ig.txt").write_text("\n".join(f"okwu{n}" for n in range(100)), encoding="utf-8")
    assert leave_out_common_words(cut(igbo(), TokeniseParams()), TokeniseParams(stopwords=tmp_path))[1] == []


def test_few_documents_make_no_word_common() -> None:
    documents = cut(igbo(5), TokeniseParams())
    assert leave_out_common_words(documents, TokeniseParams())[1][0].words == ()


@pytest.mark.parametrize(("length", "share"), [(0, 0.03), (5, 0.03), (25, 0.0465), (500, 0.3935), (10**6, 0.632)])
def test_the_share_grows_with_the_length_of_the_documents(length: int, share: float) -> None:
    assert largest_share(pl.Series([["x"] * length], dtype=pl.List(pl.String))) == pytest.approx(share, abs=1e-3)


@pytest.mark.parametrize(
    ("file", "lang"), [("benchmarks/MasakhaNEWS/ha.jsonl", "ha"), ("benchmarks/SIB-200/yo.jsonl", "yo")]
)
def test_most_of_what_goes_is_on_a_reviewed_list(monkeypatch: pytest.MonkeyPatch, file: str, lang: str) -> None:
    from pipeline.tokens.stop_words import stop_words

    listed = stop_words(lang)
    lines = shared(file).read_text(encoding="utf-8").splitlines()[:400]
    texts = [json.loads(line)["text"] for line in lines]
    tokens = tokenise_texts(lang, texts, TokeniseParams(), filtered=False)
    monkeypatch.setattr("pipeline.tokens.common_words.stop_words", lambda *_: frozenset())
    documents = pl.DataFrame({"lang": [lang] * len(texts), "split": "train", "tokens": tokens})
    words = leave_out_common_words(documents, TokeniseParams())[1][0].words
    assert len(words) > 30
    assert len(set(words) & listed) / len(words) > 0.8
