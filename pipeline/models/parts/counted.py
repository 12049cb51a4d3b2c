"""Models without training: their topics' words are counted."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from pipeline.models.base import ModelParams, TopicModel


class CountedModel(TopicModel):
    """Keeps a matrix of word scores for each language, which `start_from` fills."""

    def __init__(self, vocabulary: Mapping[str, int], topics: int, embedding: int, params: ModelParams) -> None:
        super().__init__(vocabulary, topics, embedding, params)
        for index, size in enumerate(vocabulary.values()):
            self.register_buffer(f"scores{index}", torch.zeros(topics, size))

    def word_scores(self, language: str) -> torch.Tensor:
        """(K, V) scores of a language's words; what `start_from` writes to."""
        scores: torch.Tensor = self.get_buffer(f"scores{self.languages.index(language)}")
        return scores
