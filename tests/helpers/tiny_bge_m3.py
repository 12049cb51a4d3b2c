"""A tiny model of BGE-M3's architecture, saved as its repository is: random weights, a trained tokeniser."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers
from transformers import XLMRobertaConfig, XLMRobertaModel

SENTENCES = [
    "The quick brown fox jumps over the lazy dog while the parliament debates the budget.",
    "Scientists measured the temperature of the ocean and the price of bread in the market.",
    "科学家测量了海洋的温度,议会讨论了预算和市场上面包的价格。",
    "昨天的足球比赛非常精彩,球迷们在体育场里唱歌。",
    "科学者は海の温度を測り、国会は予算と市場のパンの値段について話し合った。",
    "昨日のサッカーの試合はとても面白く、スタジアムでファンが歌っていた。",
]
SPECIAL = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]


def build_tiny_bge_m3(folder: Path) -> Path:
    """Write the model's files into ``folder`` and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = _save_tokeniser(folder)
    config = XLMRobertaConfig(
        vocab_size=vocabulary,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=514,
        type_vocab_size=1,
        layer_norm_eps=1e-5,
        pad_token_id=1,
        bos_token_id=0,
        eos_token_id=2,
        architectures=["XLMRobertaModel"],
    )
    config.save_pretrained(folder)
    with torch.random.fork_rng():
        torch.manual_seed(7)
        torch.save(XLMRobertaModel(config).state_dict(), folder / "pytorch_model.bin")
        torch.save(torch.nn.Linear(32, 32).state_dict(), folder / "colbert_linear.pt")
        torch.save(torch.nn.Linear(32, 1).state_dict(), folder / "sparse_linear.pt")
    return folder


def _save_tokeniser(folder: Path) -> int:
    tokeniser = Tokenizer(models.Unigram())
    tokeniser.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.UnigramTrainer(vocab_size=300, special_tokens=SPECIAL, unk_token="<unk>", show_progress=False)
    tokeniser.train_from_iterator(SENTENCES, trainer)
    tokeniser.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokeniser.save(str(folder / "tokenizer.json"))
    settings = {"tokenizer_class": "XLMRobertaTokenizer", "model_max_length": 512}
    settings |= {"bos_token": "<s>", "cls_token": "<s>", "eos_token": "</s>", "sep_token": "</s>"}
    settings |= {"pad_token": "<pad>", "unk_token": "<unk>", "mask_token": "<mask>"}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=2), encoding="utf-8")
    return tokeniser.get_vocab_size()
