"""Which documents are held out."""

from __future__ import annotations

from hashlib import blake2b

import polars as pl

from pipeline.common.errors import InputError


def assign_split(documents: pl.DataFrame, test_share: float, seed: int) -> pl.DataFrame:
    """Give each document without a split one that depends on nothing but the seed and its pair (or its id).

    The pair is hashed where there is one, so that translations of one text fall on the same side and a test
    document's content is not trained on in another language.

    Raises:
        InputError: a language is left with nothing to train on.
    """
    drawn = [_draw(key, test_share, seed) for key in documents.select(pl.coalesce("pair", "id")).to_series()]
    documents = documents.with_columns(split=pl.coalesce("split", pl.Series(drawn, dtype=pl.String)))
    _need_training(documents)
    return documents


def _draw(key: str, test_share: float, seed: int) -> str:
    digest = blake2b(f"{seed}:{key}".encode(), digest_size=8).digest()
    return "test" if int.from_bytes(digest, "big") < test_share * 2**64 else "train"


def _need_training(documents: pl.DataFrame) -> None:
    counts = documents.group_by("lang", maintain_order=True).agg(
        train=(pl.col("split") == "train").sum(), test=(pl.col("split") == "test").sum()
    )
    for language, train, test in counts.iter_rows():
        if train == 0:
            raise InputError(
                f"{language}: all of its documents ({test}) are for testing, none is left to train on. "
                f"Is `{language}` meant? Add documents, lower `documents.test_share`, or change the column `split`."
            )
