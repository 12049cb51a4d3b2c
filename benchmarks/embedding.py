"""python -m benchmarks.embedding: compares BGE-M3's encoder with FlagEmbedding and sentence-transformers.

The libraries run with their defaults. Speed does not depend on the weights, so the model has BGE-M3's architecture
(``--size full``: also its size), random weights, and a tokeniser with as many made-up pieces. All systems read the same
files and texts, in turn; the results are medians.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
import polars as pl
import torch
import typer

from benchmarks.case import timed
from pipeline.encoders.bge_m3 import BgeM3Encoder, BgeM3Params

ROUNDS = 3
LONGEST = 512  # tokens of a long document, and the most tokens of any document
SPECIAL = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
Encode = Callable[[list[str]], object]


@dataclass(frozen=True)
class Size:
    """The sizes of the model, and the numbers of short and long documents that are embedded."""

    layers: int
    hidden: int
    heads: int
    pieces: int
    positions: int
    short: int
    long: int


SIZES = {
    "tiny": Size(4, 256, 4, 20_000, 514, 400, 60),
    "full": Size(24, 1024, 16, 250_002, 8194, 40_000, 4_000),
}


def main(size: str = "tiny", device: str = "auto", batch_tokens: int = 16384) -> None:
    """Measure documents and tokens per second, on documents of about 12 words and of 512 tokens."""
    if size not in SIZES:
        raise typer.BadParameter(f"no size is called {size}. The sizes are {', '.join(SIZES)}.")
    sizes = SIZES[size]
    with tempfile.TemporaryDirectory() as folder:
        words = build_model(Path(folder) / "model", sizes)
        params = {"name": f"{folder}/model", "device": device, "text": "raw", "batch_tokens": batch_tokens}
        encoder = BgeM3Encoder(BgeM3Params.model_validate(params), Path(folder))
        typer.echo(f"{size}, {encoder.device}, {encoder.precision}, {torch.get_num_threads()} threads")
        systems = make_systems(encoder, Path(folder))
        for name, texts in make_texts(words, sizes).items():
            report(name, texts, systems, encoder, sizes)


def report(name: str, texts: list[str], systems: dict[str, Encode], encoder: BgeM3Encoder, size: Size) -> None:
    """Time all systems on ``texts``, in turn, and print the results."""
    tokens = encoder.maker.count(texts)
    seconds = race(systems, texts)
    ours = seconds["ours"]
    typer.echo(f"{name}: {len(texts):,} documents, {tokens / len(texts):.1f} tokens each")
    for system, taken in seconds.items():
        rates = f"{len(texts) / taken:12,.1f} documents/s {tokens / taken:12,.0f} tokens/s"
        typer.echo(f"  {system:36} {rates}   ours is {taken / ours:.2f} times as fast")
    products = product_seconds(size, tokens, round(tokens / len(texts)), encoder)
    typer.echo(f"  only the matrix products take {products / ours:.0%} of our time")


def race(systems: dict[str, Encode], texts: list[str]) -> dict[str, float]:
    """Median seconds of each system over some rounds, after a warm-up on the first part of the texts."""
    for encode in systems.values():
        encode(texts[: max(len(texts) // 10, 1)])
    rounds = [{name: timed(lambda e=encode: e(texts))() for name, encode in systems.items()} for _ in range(ROUNDS)]  # type: ignore[misc]
    return {name: median(row[name] for row in rounds) for name in systems}


def make_systems(encoder: BgeM3Encoder, folder: Path) -> dict[str, Encode]:
    """Our encoder, our encoder while it fills an empty cache, and the libraries with their defaults."""
    from FlagEmbedding import BGEM3FlagModel

    flag = BGEM3FlagModel(str(encoder.params.name), devices=encoder.device)
    systems: dict[str, Encode] = {
        "ours": lambda texts: encoder._embed(texts, dict.fromkeys(texts, "")),
        "ours, and the cache written": lambda texts: _with_cache(encoder, folder, texts),
        "FlagEmbedding": lambda texts: flag.encode(texts),
    }
    return systems | _sentence_transformers(encoder)


def _with_cache(encoder: BgeM3Encoder, folder: Path, texts: list[str]) -> np.ndarray:
    documents = pl.DataFrame(
        {"id": [str(row) for row in range(len(texts))], "text": texts, "tokens": [[""]] * len(texts)}
    )
    with tempfile.TemporaryDirectory(dir=folder) as cache:
        encoder.cache_folder = Path(cache)
        return encoder.encode(documents)


def _sentence_transformers(encoder: BgeM3Encoder) -> dict[str, Encode]:
    try:
        from sentence_transformers import SentenceTransformer
        from sentence_transformers.models import Normalize, Pooling, Transformer
    except ImportError:
        typer.echo(
            "sentence-transformers is not installed, so it is left out. "
            "Run `pip install sentence-transformers` to include it."
        )
        return {}

    def load() -> SentenceTransformer:
        base = Transformer(encoder.params.name, max_seq_length=LONGEST)
        size = encoder._flag.model.model.config.hidden_size
        return SentenceTransformer(modules=[base, Pooling(size, "cls"), Normalize()], device=encoder.device)

    plain = load()
    systems: dict[str, Encode] = {"sentence-transformers": lambda texts: plain.encode(texts)}
    if encoder.precision == "fp16":
        half = load().half()
        systems["sentence-transformers, set to fp16"] = lambda texts: half.encode(texts)
    return systems


def product_seconds(size: Size, tokens: int, length: int, encoder: BgeM3Encoder) -> float:
    """Seconds of only the matrix products for ``tokens``, in documents of ``length``.

    In the last layer only keys and values count, a sixth of its products, because only the state of the first token is
    needed.
    """
    dtype = {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}[encoder.precision]
    documents = max(min(encoder.maker.budget, tokens) // length, 1)
    rows, hidden, wide = documents * length, size.hidden, 4 * size.hidden
    shapes = [((rows, hidden), (hidden, n)) for n in (3 * hidden, hidden, wide)] + [((rows, wide), (wide, hidden))]
    attention_heads, head_width = documents * size.heads, hidden // size.heads
    attention = [
        ((attention_heads, length, head_width), (attention_heads, head_width, length)),
        ((attention_heads, length, length), (attention_heads, length, head_width)),
    ]
    pairs = [[torch.randn(s, device=encoder.device).to(dtype) for s in pair] for pair in (*shapes, *attention)]

    def layer() -> None:
        for left, right in pairs:
            torch.matmul(left, right)
        if encoder.device == "cuda":
            torch.cuda.synchronize()

    layer()
    return median(timed(layer)() for _ in range(10)) * (size.layers - 5 / 6) * tokens / rows


def make_texts(words: Sequence[str], size: Size) -> dict[str, list[str]]:
    """Documents of about 12 words (at least 4), and long documents, of which the first 512 tokens are read."""
    rng = np.random.default_rng(0)
    shares = 1 / np.arange(10, 10 + len(words))
    counts = {"12 words": np.maximum(rng.poisson(12, size.short), 4), "512 tokens": np.full(size.long, LONGEST)}
    return {
        name: [" ".join(rng.choice(words, count, p=shares / shares.sum())) for count in lengths]
        for name, lengths in counts.items()
    }


def build_model(folder: Path, size: Size) -> list[str]:
    """Write the files of a model with random weights, and return the words for which its tokeniser was made."""
    from transformers import XLMRobertaConfig, XLMRobertaModel

    folder.mkdir()
    words = _save_tokeniser(folder, size.pieces)
    config = XLMRobertaConfig(
        vocab_size=size.pieces,
        hidden_size=size.hidden,
        num_hidden_layers=size.layers,
        num_attention_heads=size.heads,
        intermediate_size=4 * size.hidden,
        max_position_embeddings=size.positions,
        type_vocab_size=1,
        layer_norm_eps=1e-5,
        architectures=["XLMRobertaModel"],
    )
    torch.manual_seed(0)
    config.save_pretrained(folder)
    torch.save(XLMRobertaModel(config).state_dict(), folder / "pytorch_model.bin")
    torch.save(torch.nn.Linear(size.hidden, size.hidden).state_dict(), folder / "colbert_linear.pt")
    torch.save(torch.nn.Linear(size.hidden, 1).state_dict(), folder / "sparse_linear.pt")
    return words


def _save_tokeniser(folder: Path, pieces: int) -> list[str]:
    """A Unigram tokeniser. Most words are one piece, others one piece for each syllable; other pieces are not used."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    syllables = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou"]
    rng = np.random.default_rng(0)
    words = ["".join(rng.choice(syllables, rng.integers(2, 5))) for _ in range(5000)]
    word_pieces = dict.fromkeys("▁" + word for number, word in enumerate(words) if number % 6)
    short_pieces = dict.fromkeys(
        [*syllables, *("▁" + syllable for syllable in syllables), "▁", *"▁abcdefghijklmnopqrstuvwxyz"]
    )
    weighted_pieces = [(piece, -9.0) for piece in word_pieces] + [(piece, -7.0) for piece in short_pieces]
    weighted_pieces += [(f"<{number}>", -20.0) for number in range(pieces - len(SPECIAL) - len(weighted_pieces))]
    tokeniser = Tokenizer(models.Unigram([(piece, 0.0) for piece in SPECIAL] + weighted_pieces, unk_id=3))
    tokeniser.pre_tokenizer = pre_tokenizers.Metaspace()
    tokeniser.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokeniser.add_special_tokens(SPECIAL)
    tokeniser.save(str(folder / "tokenizer.json"))
    names = ("bos_token", "pad_token", "eos_token", "unk_token", "mask_token")
    settings = {"tokenizer_class": "XLMRobertaTokenizer", "model_max_length": LONGEST} | dict(
        zip(names, SPECIAL, strict=True)
    )
    settings |= {"cls_token": "<s>", "sep_token": "</s>"}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=2), encoding="utf-8")
    return words


if __name__ == "__main__":
    typer.run(main)
