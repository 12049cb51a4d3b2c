"""BERT and XLM-RoBERTa without padding, for the states of the last layer that a text's vector needs.

Passages of any length follow one another in one row, so that no matrix product does useless work; only attention takes
them apart, by length. Weights, normalisation and activation are those of the loaded model's own modules; the sums run
in another order, so vectors differ from the model's by rounding.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pipeline.encoders.token_batches import EqualLengths

if TYPE_CHECKING:
    import torch
    from transformers import BertModel, XLMRobertaModel
    from transformers.models.xlm_roberta.modeling_xlm_roberta import XLMRobertaSelfAttention


class PackedTransformer:
    """A model that reads packed passages.

    Args:
        model: on its device and in evaluation mode. The weights of query, key and value move into one matrix for each
            layer, and the model's own weights become views of it: they take no memory twice, and the model still works.
    """

    def __init__(self, model: BertModel | XLMRobertaModel) -> None:
        self.embeddings = model.embeddings
        self.layers: list[Any] = list(model.encoder.layer)
        self.heads = model.config.num_attention_heads
        self.projections = [_joined(layer.attention.self) for layer in self.layers]

    def mean_states(self, tokens: torch.Tensor, runs: Sequence[EqualLengths]) -> torch.Tensor:
        """The mean of the last layer's states over each passage's tokens.

        Args:
            tokens: (2, T) token numbers and positions, one passage after the other.
            runs: the passages' lengths: B passages with T tokens in all.

        Returns:
            (B, E) means, in the model's number type.
        """
        import torch

        hidden = self._through(self._embed(tokens), runs, len(self.layers))
        rows = hidden.split([run.passages * run.length for run in runs])
        return torch.cat(
            [part.view(run.passages, run.length, -1).mean(dim=1) for part, run in zip(rows, runs, strict=True)]
        )

    def first_states(self, tokens: torch.Tensor, runs: Sequence[EqualLengths]) -> torch.Tensor:
        """The last layer's state of each passage's first token; the last layer is computed for these tokens alone.

        Args:
            tokens: (2, T) token numbers and positions, one passage after the other.
            runs: the passages' lengths: B passages with T tokens in all.

        Returns:
            (B, E) states, in the model's number type.
        """
        from torch.nn import functional

        hidden = self._through(self._embed(tokens), runs, len(self.layers) - 1)
        size = hidden.shape[1]
        weight, bias = self.projections[-1]
        first = _first_tokens(hidden, runs)
        query = functional.linear(first, weight[:size], bias[:size])
        key, value = functional.linear(hidden, weight[size:], bias[size:]).chunk(2, dim=1)
        return _finish(self.layers[-1], self._attend(query, key, value, runs), first)

    def _through(self, hidden: torch.Tensor, runs: Sequence[EqualLengths], layers: int) -> torch.Tensor:
        """(T, E) states after the first ``layers`` layers."""
        from torch.nn import functional

        for layer, (weight, bias) in zip(self.layers[:layers], self.projections[:layers], strict=True):
            query, key, value = functional.linear(hidden, weight, bias).chunk(3, dim=1)
            hidden = _finish(layer, self._attend(query, key, value, runs), hidden)
        return hidden

    def _embed(self, tokens: torch.Tensor) -> torch.Tensor:
        embeddings = self.embeddings
        token_type = embeddings.token_type_embeddings.weight[0]
        embedded = embeddings.word_embeddings(tokens[0]) + token_type + embeddings.position_embeddings(tokens[1])
        normal: torch.Tensor = embeddings.LayerNorm(embedded)
        return normal

    def _attend(
        self, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, runs: Sequence[EqualLengths]
    ) -> torch.Tensor:
        """(Q, E) states from queries of all tokens (Q = T) or of first tokens (Q = B), and (T, E) keys and values."""
        import torch
        from torch.nn.functional import scaled_dot_product_attention

        query_rows = [run.passages * (run.length if len(query) == len(key) else 1) for run in runs]
        key_rows = [run.passages * run.length for run in runs]
        states = []
        for run, *rows in zip(runs, query.split(query_rows), key.split(key_rows), value.split(key_rows), strict=True):
            q, k, v = (row.view(run.passages, -1, self.heads, row.shape[1] // self.heads) for row in rows)
            mixed = scaled_dot_product_attention(q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2))
            states.append(mixed.transpose(1, 2).reshape(-1, query.shape[1]))
        return torch.cat(states) if len(states) > 1 else states[0]


def _joined(attention: XLMRobertaSelfAttention) -> tuple[torch.Tensor, torch.Tensor]:
    """(3E, E) weights and (3E,) biases of query, key and value; the module's own weights become views of them."""
    import torch

    layers = [attention.query, attention.key, attention.value]
    weight = torch.cat([layer.weight.data for layer in layers])
    bias = torch.cat([layer.bias.data for layer in layers])
    for layer, rows, numbers in zip(layers, weight.chunk(3), bias.chunk(3), strict=True):
        layer.weight.data, layer.bias.data = rows, numbers
    return weight, bias


def _finish(
    layer: Any,  # noqa: ANN401 - transformers leaves its layers untyped
    mixed: torch.Tensor,
    hidden: torch.Tensor,
) -> torch.Tensor:
    """What a layer does after attention: project, add, normalise, feed forward."""
    state: torch.Tensor = layer.feed_forward_chunk(layer.attention.output(mixed, hidden))
    return state


def _first_tokens(hidden: torch.Tensor, runs: Sequence[EqualLengths]) -> torch.Tensor:
    """(B, E) rows of the passages' first tokens, taken from the (T, E) rows of all tokens."""
    import torch

    rows_of_runs = hidden.split([run.passages * run.length for run in runs])
    return torch.cat([rows[:: run.length] for rows, run in zip(rows_of_runs, runs, strict=True)])
