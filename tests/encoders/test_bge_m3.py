"""The BGE-M3 encoder on a tiny model of the same architecture, through the real library."""

from __future__ import annotations

import hashlib
import logging
import os
import re
import shutil
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import torch
from FlagEmbedding import BGEM3FlagModel
from huggingface_hub import constants
from pydantic import ValidationError
from tiny_bge_m3 import SENTENCES, build_tiny_bge_m3
from transformers import AutoModel, AutoTokenizer

from pipeline.common.errors import InputError, MissingResourceError
from pipeline.encoders import bge_m3, hub
from pipeline.encoders.bge_m3 import BgeM3Encoder, BgeM3Params
from pipeline.encoders.token_batches import TokenBatch

REVISION = BgeM3Params().revision
Encode = Callable[..., np.ndarray]


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """So small a model gains nothing from threads, and waits for them where the cores are busy."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_tiny_bge_m3(tmp_path_factory.mktemp("model"))


@pytest.fixture
def copy(tiny: Path, tmp_path: Path) -> Path:
    """A copy of the model that a test may damage."""
    return Path(shutil.copytree(tiny, tmp_path / "copy"))


@pytest.fixture
def encode(tiny: Path, tmp_path: Path) -> Encode:
    """Embed texts on the CPU with an empty cache (``fresh``) or the test's own one."""

    def run(texts: Sequence[str], fresh: bool = False, **changes: object) -> np.ndarray:
        cache = tmp_path / (f"cache{time.perf_counter_ns()}" if fresh else "cache")
        return encoder(tiny, cache, **changes).encode(documents(texts))

    return run


def encoder(model: Path | str, cache: Path, **changes: object) -> BgeM3Encoder:
    return BgeM3Encoder(BgeM3Params.model_validate({"name": str(model), "device": "cpu"} | changes), cache)


def documents(texts: Sequence[str]) -> pl.DataFrame:
    rows = {"id": [f"d{i}" for i in range(len(texts))], "text": list(texts), "tokens": [t.split() for t in texts]}
    return pl.DataFrame(rows, schema={"id": pl.String, "text": pl.String, "tokens": pl.List(pl.String)})


def first_token_states(folder: Path, texts: Sequence[str]) -> np.ndarray:
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()
    with torch.no_grad():
        states = [model(**tokenizer(text, return_tensors="pt")).last_hidden_state[0, 0] for text in texts]
    return torch.stack(states).numpy()


def test_three_languages_give_unit_vectors(encode: Encode) -> None:
    vectors = encode(SENTENCES)
    assert vectors.shape == (6, 32)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert np.unique(vectors.round(4), axis=0).shape == (6, 32)


def test_vectors_are_the_first_tokens_last_state(encode: Encode, tiny: Path) -> None:
    expected = first_token_states(tiny, SENTENCES)
    assert np.abs(encode(SENTENCES, normalise=False) - expected).max() < 1e-5
    lengths = np.linalg.norm(expected, axis=1, keepdims=True)
    assert np.abs(encode(SENTENCES) - expected / lengths).max() < 1e-5


def test_vectors_are_those_of_the_librarys_own_encode(encode: Encode, tiny: Path) -> None:
    # Lengths from 3 to 512 tokens in one batch; texts that spell out special tokens; words unknown to the tokeniser.
    texts = [
        *SENTENCES,
        "x",
        "bread " * 700,
        "价" * 40,
        "a <pad> b <pad>",
        "<s> the </s> price",
        "🙂 ∮ Ω",
        "bread " * 9,
    ]
    flag = BGEM3FlagModel(str(tiny), use_fp16=False, devices="cpu")
    assert np.abs(encode(texts, text="raw") - flag.encode(texts, max_length=512)["dense_vecs"]).max() < 1e-5


def test_the_model_still_works_as_the_library_runs_it(tiny: Path, tmp_path: Path) -> None:
    taken = encoder(tiny, tmp_path)
    vectors = taken.encode(documents(SENTENCES))
    own = taken._flag.encode(SENTENCES)["dense_vecs"]
    assert np.abs(own / np.linalg.norm(own, axis=1, keepdims=True) - vectors).max() < 1e-5


def test_text_is_the_tokens_or_the_raw_text(tiny: Path, tmp_path: Path) -> None:
    table = documents(SENTENCES)
    other = table.with_columns(tokens=pl.lit(["other", "words"]))
    raw = [encoder(tiny, tmp_path / str(i), text="raw").encode(t) for i, t in enumerate((table, other))]
    assert np.array_equal(*raw)
    joined = encoder(tiny, tmp_path / "c", text="tokens").encode(other)
    assert np.array_equal(joined, encoder(tiny, tmp_path / "d", text="raw").encode(documents(["other words"] * 6)))


@pytest.mark.parametrize("budget", [1, 50, 200, 100000])
def test_order_and_batches_do_not_matter(encode: Encode, budget: int) -> None:
    texts = [text[start:] for start in range(0, 12, 3) for text in SENTENCES]
    vectors = encode(texts, fresh=True)
    order = np.random.default_rng(0).permutation(len(texts))
    shuffled = encode([texts[i] for i in order], fresh=True, batch_tokens=budget)
    assert np.abs(shuffled - vectors[order]).max() < 1e-6


def test_the_same_documents_give_the_same_bytes(encode: Encode) -> None:
    assert np.array_equal(encode(SENTENCES * 3, fresh=True), encode(SENTENCES * 3, fresh=True))


def test_with_batches_of_one_not_a_bit_depends_on_other_documents(encode: Encode) -> None:
    vectors = encode(SENTENCES, fresh=True, batch_tokens=1)
    assert np.array_equal(encode(SENTENCES[2:4], fresh=True, batch_tokens=1), vectors[2:4])


def test_long_documents_are_cut(encode: Encode, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        vectors = encode(["bread " * 50, "bread " * 60], max_length=16)
    assert np.array_equal(vectors[0], vectors[1])
    assert "longer than the 16 tokens that are embedded: 2 documents" in caplog.text


def test_a_document_without_text_has_the_zero_vector(encode: Encode) -> None:
    vectors = encode(["", SENTENCES[0], "   "])
    assert not vectors[[0, 2]].any()
    assert vectors[1].any()
    with pytest.raises(InputError, match="none of 2 documents"):
        encode(["", " "])


def test_words_are_embedded_like_documents_and_cached_with_them(tiny: Path, tmp_path: Path, encode: Encode) -> None:
    words = ["bread", "价格", "bread", "ocean"]
    vectors = encoder(tiny, tmp_path / "cache").words("en", words)
    assert vectors.shape == (4, 32)
    assert np.array_equal(vectors, encode(words))
    assert np.array_equal(vectors, encoder(tiny, tmp_path / "cache", text="tokens").words("zh", words))


def test_cached_documents_need_no_model(encode: Encode, monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = encode(SENTENCES)
    monkeypatch.setattr(bge_m3, "load_bge_m3", None)
    assert np.array_equal(encode(SENTENCES[::-1]), vectors[::-1])


def test_only_added_documents_are_run(encode: Encode, monkeypatch: pytest.MonkeyPatch) -> None:
    encode(SENTENCES)
    run, seen = BgeM3Encoder.run, []
    monkeypatch.setattr(BgeM3Encoder, "run", lambda self, batch: seen.extend(batch.rows) or run(self, batch))
    encode([*SENTENCES, *(f"added {i}" for i in range(10))])
    assert len(seen) == 10


def test_a_model_folder_is_known_by_its_content(encode: Encode, copy: Path, tmp_path: Path) -> None:
    assert hub.model_identity(str(copy), REVISION) == hub.model_identity(str(copy.rename(tmp_path / "b")), "0" * 40)
    before = hub.model_identity(str(tmp_path / "b"), REVISION)
    (tmp_path / "b" / "config.json").write_text("{}", encoding="utf-8")
    assert hub.model_identity(str(tmp_path / "b"), REVISION) != before
    assert hub.model_identity("BAAI/bge-m3", REVISION) == f"BAAI/bge-m3@{REVISION}"


def test_the_time_is_told_before_a_cpu_starts(encode: Encode, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        encode(SENTENCES, fresh=True)
        assert "takes about" not in caplog.text
        encode([f"bread {number}" for number in range(100, 200)], fresh=True)
    assert re.search(r"100 documents with \d+ tokens on the CPU takes about \d s", caplog.text)


@pytest.mark.parametrize("precision", ["fp16", "bf16"])
def test_lower_precision_is_close_and_of_unit_length(encode: Encode, precision: str) -> None:
    vectors = encode(SENTENCES, precision=precision)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    difference = np.abs(vectors - encode(SENTENCES)).max()
    assert 0 < difference < 0.03


def test_device_and_precision_are_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    on_gpu = encoder("x", tmp_path, device="auto")
    assert (on_gpu.device, on_gpu.precision) == ("cuda", "fp16")
    assert encoder("x", tmp_path, device="cpu").precision == "fp32"
    assert encoder("x", tmp_path, device="cuda", precision="bf16").precision == "bf16"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert encoder("x", tmp_path, device="auto").device == "cpu"
    with pytest.raises(MissingResourceError, match="no GPU"):
        _ = encoder("x", tmp_path, device="cuda").device


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@pytest.mark.parametrize(("precision", "most"), [("fp32", 1e-3), ("fp16", 0.03), ("bf16", 0.03)])
def test_a_gpu_gives_the_same_vectors(encode: Encode, precision: str, most: float) -> None:
    on_gpu = encode(SENTENCES, fresh=True, device="cuda", precision=precision)
    assert np.abs(on_gpu - encode(SENTENCES, fresh=True)).max() < most


# Memory


def out_of_memory_beyond(most: int, sizes: list[int]) -> Callable[..., torch.Tensor]:
    run = BgeM3Encoder.run

    def limited(self: BgeM3Encoder, batch: TokenBatch) -> torch.Tensor:
        sizes.append(len(batch.rows))
        if len(batch.rows) > most:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return run(self, batch)

    return limited


def test_out_of_memory_halves_the_batch(encode: Encode, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"price {number}" for number in range(10)] + SENTENCES
    vectors, sizes = encode(texts, fresh=True), []
    monkeypatch.setattr(BgeM3Encoder, "run", out_of_memory_beyond(2, sizes))
    assert np.abs(encode(texts, fresh=True) - vectors).max() < 1e-6
    assert max(sizes) > 2


def test_out_of_memory_at_one_document_names_it(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BgeM3Encoder, "run", out_of_memory_beyond(0, []))
    texts = ["price", "bread " * 100, "market"]
    with pytest.raises(MissingResourceError, match=r"document 'd1' \(64 tokens\)") as caught:
        encoder(tiny, tmp_path, max_length=64).encode(documents(texts))
    assert caught.value.exit_code == 3


def test_other_runtime_errors_are_raised_at_once(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = encoder(tiny, tmp_path)
    calls = []

    def broken(*_: object, **__: object) -> None:
        calls.append(1)
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    monkeypatch.setattr(loaded._states, "_attend", broken)
    with pytest.raises(RuntimeError, match="cannot be multiplied"):
        loaded.encode(documents(SENTENCES))
    assert len(calls) == 1


def test_nan_is_refused_and_not_cached(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BgeM3Encoder, "run", lambda _, batch: torch.full((len(batch.rows), 32), torch.nan))
    with pytest.raises(InputError, match=r"'d0'.*precision: fp32"):
        encoder(tiny, tmp_path).encode(documents(SENTENCES))
    assert not list(tmp_path.rglob("*.parquet"))


# Where the model comes from


@pytest.fixture
def hub_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty local cache of a hub that refuses connections; gives the folder of the pinned snapshot."""
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    return tmp_path / "hub" / "models--BAAI--bge-m3" / "snapshots" / REVISION


def assert_unreachable(cache: Path) -> None:
    started = time.perf_counter()
    with pytest.raises(MissingResourceError) as caught:
        encoder("BAAI/bge-m3", cache).encode(documents(SENTENCES))
    assert time.perf_counter() - started < 5
    assert caught.value.exit_code == 3
    assert f"hf download BAAI/bge-m3 --revision {REVISION}" in str(caught.value)
    assert "encoder: auto" in str(caught.value)


def test_an_unreachable_hub_is_told_at_once(hub_cache: Path, tmp_path: Path) -> None:
    assert_unreachable(tmp_path)


def test_a_hub_that_does_not_answer_is_not_waited_for(
    hub_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setattr(constants, "ENDPOINT", f"http://127.0.0.1:{silent.getsockname()[1]}")
        monkeypatch.setattr(hub, "QUICK", 0.3)
        assert_unreachable(tmp_path)


def test_offline_mode_is_obeyed(hub_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert_unreachable(tmp_path)


def test_the_local_cache_serves_without_the_hub(hub_cache: Path, tiny: Path, tmp_path: Path, encode: Encode) -> None:
    shutil.copytree(tiny, hub_cache)
    vectors = encoder("BAAI/bge-m3", tmp_path / "vectors").encode(documents(SENTENCES))
    assert np.array_equal(vectors, encode(SENTENCES))


def test_half_a_model_in_the_local_cache_is_none(hub_cache: Path, tiny: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny, hub_cache)
    (hub_cache / "pytorch_model.bin").unlink()
    assert_unreachable(tmp_path)


def test_a_damaged_file_of_the_local_cache_is_refused(hub_cache: Path, tiny: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny, hub_cache)
    weights, blobs = hub_cache / "pytorch_model.bin", hub_cache.parents[1] / "blobs"
    content = bytearray(weights.read_bytes())
    blobs.mkdir()
    blob = weights.rename(blobs / hashlib.sha256(content).hexdigest())
    weights.symlink_to(blob)
    assert encoder("BAAI/bge-m3", tmp_path / "whole").encode(documents(SENTENCES)).any()
    content[len(content) // 2] ^= 1
    blob.unlink()
    blob.write_bytes(content)
    with pytest.raises(InputError, match=r"pytorch_model.bin of BAAI/bge-m3\) is damaged"):
        encoder("BAAI/bge-m3", tmp_path / "damaged").encode(documents(SENTENCES))


def test_a_folder_that_is_not_there_is_told(hub_cache: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="neither a folder on this machine nor a name on the hub"):
        encoder(tmp_path / "nowhere", tmp_path).encode(documents(SENTENCES))


# What is in the model's files


class Code:
    """Leaves a mark when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.mark),)


@pytest.mark.parametrize("name", ["pytorch_model.bin", "colbert_linear.pt", "sparse_linear.pt"])
@pytest.mark.parametrize("bare", [True, False])
def test_code_in_weights_is_refused_and_not_run(copy: Path, tmp_path: Path, name: str, bare: bool) -> None:
    mark = tmp_path / "mark"
    if bare:
        (copy / name).write_bytes(f"cposix\nmkdir\n(V{mark}\ntR.".encode())  # calls posix.mkdir(mark)
    else:
        torch.save({"weight": Code(mark)}, copy / name)
    with pytest.raises(InputError, match="more than tensors"):
        encoder(copy, tmp_path).encode(documents(SENTENCES))
    assert not mark.exists()


@pytest.mark.parametrize("name", ["pytorch_model.bin", "config.json", "tokenizer.json", "colbert_linear.pt"])
def test_a_truncated_file_is_told(copy: Path, tmp_path: Path, name: str) -> None:
    content = (copy / name).read_bytes()
    (copy / name).write_bytes(content[: len(content) // 2])
    with pytest.raises(InputError, match="copy"):
        encoder(copy, tmp_path).encode(documents(SENTENCES))


@pytest.mark.parametrize("name", ["pytorch_model.bin", "config.json", "tokenizer.json"])
def test_a_missing_file_is_told(copy: Path, tmp_path: Path, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(InputError, match=rf"{name} is missing"):
        encoder(copy, tmp_path).encode(documents(SENTENCES))


def test_a_missing_tensor_is_told(copy: Path, tmp_path: Path) -> None:
    weights = {name: tensor.clone() for name, tensor in AutoModel.from_pretrained(copy).state_dict().items()}
    del weights["encoder.layer.1.output.dense.weight"]
    torch.save(weights, copy / "pytorch_model.bin")
    with pytest.raises(InputError, match=r"1 of the model's tensors are missing.*encoder.layer.1.output.dense.weight"):
        encoder(copy, tmp_path).encode(documents(SENTENCES))


def test_safetensors_serve_as_well(copy: Path, tmp_path: Path, encode: Encode) -> None:
    AutoModel.from_pretrained(copy).save_pretrained(copy)
    (copy / "pytorch_model.bin").unlink()
    assert np.array_equal(encoder(copy, tmp_path).encode(documents(SENTENCES)), encode(SENTENCES))
    content = (copy / "model.safetensors").read_bytes()
    (copy / "model.safetensors").write_bytes(content[:-100])
    with pytest.raises(InputError, match="cannot be loaded"):
        encoder(copy, tmp_path).encode(documents(SENTENCES))


def test_more_tokens_than_the_model_reads_are_refused(tiny: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"max_length is 513.*reads at most 512"):
        encoder(tiny, tmp_path, max_length=513).encode(documents(SENTENCES))
    assert encoder(tiny, tmp_path, max_length=512).encode(documents(["bread " * 600])).shape == (1, 32)


def test_revisions_are_commits() -> None:
    with pytest.raises(ValidationError):
        BgeM3Params(revision="main")
