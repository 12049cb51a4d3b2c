"""Every path of the project, in one place."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Layout:
    """Where the stages read and write, relative to the repository's root (the working folder of a stage)."""

    params: Path = Path("params.yaml")
    none: Path = Path("data/none")
    checked: Path = Path("data/cache/checked-params.txt")
    times: Path = Path("data/cache/times.jsonl")
    # documents
    documents: Path = Path("data/run/documents.parquet")
    rejects: Path = Path("data/run/rejects.parquet")
    reference: Path = Path("data/run/reference.parquet")
    intake: Path = Path("reports/documents.json")
    # tokenise
    tokens: Path = Path("data/run/tokens.parquet")
    reference_tokens: Path = Path("data/run/reference_tokens.parquet")
    # bow
    vocabulary: Path = Path("data/run/vocabulary.parquet")
    bow: Path = Path("data/run/bow.parquet")
    # embed
    embeddings: Path = Path("data/run/embeddings.parquet")
    word_vectors: Path = Path("data/run/word_vectors.parquet")
    encoder: Path = Path("models/encoder")
    embedding_cache: Path = Path("data/cache/embeddings")
    # link
    links: Path = Path("data/run/links.parquet")
    # cluster
    clusters: Path = Path("data/run/clusters.parquet")
    # train
    model: Path = Path("models/run")
    theta: Path = Path("data/run/theta.parquet")
    beta: Path = Path("data/run/beta.parquet")
    losses: Path = Path("reports/plots/losses.csv")
    checkpoints: Path = Path("data/cache/checkpoints")
    # evaluate
    topics: Path = Path("data/run/topics.parquet")
    metrics: Path = Path("reports/metrics.json")
    coherence: Path = Path("reports/plots/coherence.csv")
    # classify
    classification: Path = Path("reports/classification.json")
    accuracy: Path = Path("reports/plots/accuracy.csv")
    # report
    report: Path = Path("reports/topics.md")
    page: Path = Path("reports/report.html")
    # by hand
    figures: Path = Path("reports/figures")


LAYOUT = Layout()
