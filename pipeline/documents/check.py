"""The checks of documents. A check fills ``reason`` in each row that fails it and passed all checks before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import polars as pl

from pipeline.common.errors import InputError
from pipeline.languages.codes import canonical_code, check_language

DATASET_NAME = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
# What the column `split` may say, in any case. Documents of `dev` are held out: neither trained on nor tested with.
SPLITS: Final = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("test", "testing"), "test"),
    **dict.fromkeys(("dev", "development", "val", "valid", "validation"), "dev"),
}

UNKNOWN_LANGUAGE = "unknown language"


def check_dataset_name(name: str) -> str:
    """Return ``name`` if it is safe as part of a file name.

    Raises:
        InputError: the name is not safe.
    """
    if DATASET_NAME.fullmatch(name):
        return name
    raise InputError(
        f"dataset = {name!r} cannot name a data set. Expected letters a to z, digits, `_`, `-` and, inside, `.`; "
        "it must not begin with `-` or `.`. It is only a name: `path` says where the documents are."
    )


def check_rows(path: Path, rows: pl.DataFrame, listed: Sequence[str] | None = None) -> pl.DataFrame:
    """Check the fields of all or some normalised rows of one file. Rows without a language pass.

    Languages and splits get their one name: `eng` and `en-US` become `en`, `validation` becomes `dev`.

    Args:
        path: the file, for messages.
        rows: the rows.
        listed: the languages that are known, where a row in another one is rejected; None takes every language.

    Raises:
        InputError: a language code is not known, and there is no such list.
    """
    split = pl.col("split").str.to_lowercase().replace_strict(SPLITS, default=None, return_dtype=pl.String)
    return (
        _with_codes(path, rows, listed)
        .with_columns(
            reason=pl.coalesce(
                "reason",
                pl.when(pl.col("text").is_null()).then(pl.lit("no text: missing")),
                pl.when(pl.col("text") == "").then(pl.lit("no text: empty after normalisation")),
                _unknown_language(listed),
                pl.when(split.is_null() & pl.col("split").is_not_null()).then(
                    pl.format("unknown split: `{}`; expected train, test or dev", "split")
                ),
            )
        )
        .with_columns(split=split)
    )


def _unknown_language(listed: Sequence[str] | None) -> pl.Expr:
    if listed is None:
        return pl.lit(None, pl.String)
    reason = pl.format(f"{UNKNOWN_LANGUAGE}: `{{}}`; the model knows {', '.join(listed)}", "lang")
    return pl.when(pl.col("lang").is_in(list(listed)).not_()).then(reason)


def _with_codes(path: Path, rows: pl.DataFrame, listed: Sequence[str] | None) -> pl.DataFrame:
    """The rows with one code for each language; with a list, what is no code stays as it is."""
    first_rows = rows.drop_nulls("lang").unique("lang", keep="first", maintain_order=True)
    codes = {
        code: check_language(code, f"{path}:{row}") if listed is None else canonical_code(code) or code
        for row, code in first_rows.select("row", "lang").iter_rows()
    }
    return rows.with_columns(pl.col("lang").replace(codes))
