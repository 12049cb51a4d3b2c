"""Batches of tokens: budget, order, positions, and the thread that makes them."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np
import pytest
from tiny_bge_m3 import SENTENCES, build_tiny_bge_m3
from transformers import AutoTokenizer, PreTrainedTokenizerBase
from transformers.models.xlm_roberta.modeling_xlm_roberta import XLMRobertaEmbeddings

from pipeline.encoders import token_batches
from pipeline.encoders.token_batches import (
    BatchMaker,
    by_falling_length,
    plain_positions,
    read_ahead,
    spans,
    within_budget,
    xlm_roberta_positions,
)

TEXTS = [text[start:] * times for text in SENTENCES for start in (0, 5, 9) for times in (1, 4)] + ["", "a <pad> b </s>"]


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> PreTrainedTokenizerBase:
    return AutoTokenizer.from_pretrained(build_tiny_bge_m3(tmp_path_factory.mktemp("model")))


def maker(tokenizer: PreTrainedTokenizerBase, budget: int, max_length: int = 64) -> BatchMaker:
    def tokenise(texts: Sequence[str]) -> list[list[list[int]]]:
        return [[ids] for ids in tokenizer(list(texts), truncation=True, max_length=max_length)["input_ids"]]

    return BatchMaker(tokenise, budget, partial(xlm_roberta_positions, padding=1))


@pytest.mark.parametrize("budget", [1, 64, 150, 10**6])
@pytest.mark.parametrize("chunk", [1, 300, 10**6])
def test_every_text_is_in_one_batch_with_the_tokenisers_tokens(
    tokenizer: PreTrainedTokenizerBase, monkeypatch: pytest.MonkeyPatch, budget: int, chunk: int
) -> None:
    monkeypatch.setattr(token_batches, "CHUNK", chunk)
    expected = tokenizer(TEXTS, truncation=True, max_length=64)["input_ids"]
    found = {}
    for batch in maker(tokenizer, budget).batches(TEXTS):
        assert batch.tokens.shape == (2, batch.lengths.sum())
        assert len(batch.rows) == 1 or batch.lengths.sum() <= budget
        assert (np.diff(batch.lengths) <= 0).all()
        assert [run.length for run in batch.runs for _ in range(run.passages)] == batch.lengths.tolist()
        parts = np.split(batch.tokens[0].numpy(), np.cumsum(batch.lengths)[:-1])
        found |= dict(zip(batch.rows.tolist(), (part.tolist() for part in parts), strict=True))
    assert [found[row] for row in range(len(TEXTS))] == expected


def test_positions_are_those_of_xlm_roberta(tokenizer: PreTrainedTokenizerBase) -> None:
    documents = tokenizer(TEXTS, truncation=True, max_length=64, return_tensors="np", padding=True)
    lengths = documents["attention_mask"].sum(1)
    ids = tokenizer(TEXTS, truncation=True, max_length=64, return_tensors="pt", padding=True)["input_ids"]
    expected = XLMRobertaEmbeddings.create_position_ids_from_input_ids(ids, 1).numpy()
    numbers = np.concatenate([row[:length] for row, length in zip(documents["input_ids"], lengths, strict=True)])
    wanted = np.concatenate([row[:length] for row, length in zip(expected, lengths, strict=True)])
    assert (numbers == 1).any()
    assert np.array_equal(xlm_roberta_positions(numbers, lengths, padding=1), wanted)


def test_halves_are_the_batch(tokenizer: PreTrainedTokenizerBase) -> None:
    (batch,) = maker(tokenizer, 10**6).batches(TEXTS[:5])
    first, rest = batch.halves()
    assert (len(first.rows), len(rest.rows)) == (2, 3)
    assert np.concatenate([first.rows, rest.rows]).tolist() == batch.rows.tolist()
    assert first.tokens[0].tolist() + rest.tokens[0].tolist() == batch.tokens[0].tolist()
    assert first.tokens.shape[1] == first.lengths.sum()


def test_tokens_are_counted(tokenizer: PreTrainedTokenizerBase) -> None:
    assert maker(tokenizer, 9).count(TEXTS) == sum(map(len, tokenizer(TEXTS, truncation=True, max_length=64).input_ids))


def test_groups_keep_the_order_and_the_budget() -> None:
    lengths = [3, 5, 3, 9, 5]
    order = by_falling_length(lengths)
    assert order.tolist() == [3, 1, 4, 0, 2]
    assert [group.tolist() for group in within_budget(order, lengths, 10)] == [[3], [1, 4], [0, 2]]
    assert [group.tolist() for group in within_budget(order, lengths, 1)] == [[3], [1], [4], [0], [2]]
    assert not list(within_budget(order[:0], [], 10))


def test_spans_cover_all_texts() -> None:
    assert list(spans(["aa", "价", "b", "cccc"], 4)) == [range(0, 2), range(2, 4)]
    assert list(spans(["a"], 4)) == [range(0, 1)]
    assert not list(spans([], 4))


def test_items_are_made_ahead_by_another_thread_and_stop_with_the_reader() -> None:
    made: list[int] = []
    threads = set()

    def items() -> Iterator[int]:
        for number in range(100):
            threads.add(threading.get_ident())
            made.append(number)
            yield number

    reader = read_ahead(items(), 3)
    assert [next(reader) for _ in range(4)] == [0, 1, 2, 3]
    reader.close()
    assert len(made) <= 8
    assert threads.isdisjoint({threading.get_ident()})
    assert list(read_ahead(items(), 3)) == list(range(100))


def test_a_fault_while_reading_ahead_reaches_the_reader() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("no second item")

    reader = read_ahead(items(), 2)
    assert next(reader) == 1
    with pytest.raises(ValueError, match="no second item"):
        next(reader)


def test_a_text_may_be_several_passages_or_none() -> None:
    passages = {"long": [[5, 6, 7], [8, 9]], "none": [], "short": [[4]]}
    maker = BatchMaker(lambda texts: [passages[text] for text in texts], 4, plain_positions)
    batches = list(maker.batches(list(passages)))
    assert [batch.rows.tolist() for batch in batches] == [[0], [0, 2]]
    assert [batch.tokens.tolist() for batch in batches] == [[[5, 6, 7], [0, 1, 2]], [[8, 9, 4], [0, 1, 0]]]
    assert maker.count(list(passages)) == 6
