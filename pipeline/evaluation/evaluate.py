"""How good topics are: coherence across and within languages, diversity, quality, retrieval."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations, permutations
from typing import Any, get_args

import numpy as np
import polars as pl
from pydantic import BaseModel, ConfigDict, Field

from pipeline.evaluation.coherence import Counting, coherence, cross_coherence
from pipeline.evaluation.diversity import topic_quality, topic_uniqueness
from pipeline.evaluation.headline import HEADLINE
from pipeline.evaluation.reference_counts import Reference
from pipeline.evaluation.retrieval import retrieval
from pipeline.tables.by_language import ByLanguage
from pipeline.tables.vectors import Theta
from pipeline.topics.selection import Selection, TopWords


class EvaluateParams(BaseModel):
    """The ``evaluate`` section of params.yaml.

    Attributes:
        top_words: which selection of words the headline figures and the report use (top level).
        words: number of top words of each topic.
        agreement: for the selection ``agreed``, how much a word's nearness to the other languages' words of the topic
            counts, see :func:`pipeline.topics.agreement.agreed_words`.
        counting: how single words are counted for NPMI, see :func:`pipeline.evaluation.coherence.pair_npmi`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    top_words: Selection = "agreed"
    words: int = Field(15, ge=2)
    agreement: float = Field(4.0, ge=0)
    counting: Counting = "toolkit"


def topic_scores(words: TopWords, reference: Reference, counting: Counting) -> dict[str, Any]:
    """CNPMI, TU, TQ and NPMI of one set of topics.

    Returns:
        Means over language pairs (``cnpmi``) or languages (``tu``, ``npmi``), and the ``tq`` of these means. Then
        ``pairs`` and ``languages`` with the figures of each pair and each language. A figure is None where the
        reference has no aligned documents for it.
    """
    pairs = {f"{a}-{b}": _mean(_pair_coherence(words, a, b, reference, counting)) for a, b in combinations(words, 2)}
    npmi = {name: _mean(_pair_coherence(words, name, name, reference, counting)) for name in words}
    tu = {name: float(topic_uniqueness(w).mean()) for name, w in words.items()}
    cnpmi, uniqueness = _mean_known(pairs.values()), float(np.mean(list(tu.values())))
    return {
        "cnpmi": cnpmi,
        "tu": uniqueness,
        "tq": None if cnpmi is None else topic_quality(cnpmi, uniqueness),
        "npmi": _mean_known(npmi.values()),
        "pairs": {name: {"cnpmi": value} for name, value in pairs.items()},
        "languages": {name: {"npmi": npmi[name], "tu": tu[name]} for name in words},
    }


def all_scores(
    trained: Mapping[Selection, TopWords],
    start: Mapping[Selection, TopWords],
    reference: Reference,
    params: EvaluateParams,
) -> dict[str, Any]:
    """The figures of every selection, before and after training; the figures of the chosen selection come first.

    Returns:
        cnpmi, tu, tq, npmi of the trained topics under ``params.top_words``; ``start``: the same four figures of the
        clusters before training; ``pairs`` and ``languages``; ``selections``: the same four figures of each
        selection, with its start and its languages; ``counting``: CNPMI of the trained topics in both countings.
    """
    scores = {name: topic_scores(words, reference, params.counting) for name, words in trained.items()}
    chosen = scores[params.top_words]
    countings: tuple[Counting, ...] = get_args(Counting)
    cnpmi_by_counting = {
        counting: topic_scores(trained[params.top_words], reference, counting)["cnpmi"] for counting in countings
    }
    selections = {
        name: _headline(scores[name])
        | {"start": _headline(topic_scores(start[name], reference, params.counting))}
        | {"languages": scores[name]["languages"]}
        for name in trained
    }
    return {
        **_headline(chosen),
        "start": selections[params.top_words]["start"],
        "pairs": chosen["pairs"],
        "languages": chosen["languages"],
        "selections": selections,
        "counting": {counting: {"cnpmi": value} for counting, value in cnpmi_by_counting.items()},
    }


def _headline(scores: Mapping[str, Any]) -> dict[str, float | None]:
    return {name: scores[name] for name in HEADLINE}


def coherence_by_topic(words: TopWords, reference: Reference, counting: Counting) -> pl.DataFrame:
    """CNPMI of every topic: columns ``topic``, ``pair``, ``cnpmi`` and ``rank`` (0 is the most coherent)."""
    tables = []
    for a, b in combinations(words, 2):
        values = _pair_coherence(words, a, b, reference, counting)
        if values is not None:
            tables.append(pl.DataFrame({"topic": np.arange(len(values)), "pair": f"{a}-{b}", "cnpmi": values}))
    schema = {"topic": pl.Int64, "pair": pl.String, "cnpmi": pl.Float64}
    table = pl.concat(tables) if tables else pl.DataFrame(schema=schema)
    return table.with_columns(rank=pl.col("cnpmi").rank("ordinal", descending=True).over("pair") - 1)


def _pair_coherence(
    words: TopWords, first: str, second: str, reference: Reference, counting: Counting
) -> np.ndarray | None:
    """(K,) CNPMI, or NPMI where both languages are the same; None without aligned documents."""
    if not reference.size(first, second):
        return None
    used_words = {name: np.unique(words[name]) for name in (first, second)}
    npmi = reference.npmi(first, second, used_words, counting)
    positions = {name: np.searchsorted(used_words[name], words[name]) for name in (first, second)}
    if first == second:
        return coherence(npmi, positions[first])
    return cross_coherence(npmi, positions[first], positions[second])


def paired_retrieval(documents: pl.DataFrame, theta: Theta) -> dict[str, dict[str, float | int]]:
    """Retrieval of translations among the test documents, for every ordered language pair.

    Args:
        documents: columns lang, split, pair; D rows.
        theta: theta of these documents; documents without a theta are left out.

    Returns:
        ``from->to`` -> mean reciprocal rank, mean Jensen-Shannon divergence in bits, number of pairs. Empty where
        no test documents are aligned.
    """
    return {
        f"{a}->{b}": dict(
            zip(("mrr", "jsd", "pairs"), (*retrieval(theta.values[left], theta.values[right]), len(left)), strict=True)
        )
        for a, b, left, right in _aligned(documents.with_row_index("row"), theta.known)
    }


def _aligned(documents: pl.DataFrame, known: np.ndarray) -> Iterator[tuple[str, str, np.ndarray, np.ndarray]]:
    test_documents = documents.filter((pl.col("split") == "test") & pl.col("pair").is_not_null() & pl.Series(known))
    test_documents = test_documents.unique(["lang", "pair"], keep="first", maintain_order=True)
    for a, b in permutations(ByLanguage.of(documents["lang"]).names, 2):
        left, right = (test_documents.filter(pl.col("lang") == name).select("pair", "row") for name in (a, b))
        pairs = left.join(right, on="pair", maintain_order="left")
        if len(pairs):
            yield a, b, pairs["row"].to_numpy(), pairs["row_right"].to_numpy()


def _mean(values: np.ndarray | None) -> float | None:
    return None if values is None else float(values.mean())


def _mean_known(values: Any) -> float | None:  # noqa: ANN401 - any iterable of figures
    known_values = [value for value in values if value is not None]
    return float(np.mean(known_values)) if known_values else None
