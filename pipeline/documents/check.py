"""What a document must be to come in. A check fills ``reason`` where a row fails it and no check before did."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl

from pipeline.common.errors import InputError
from pipeline.documents.languages import check_language

DATASET_NAME = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
SPLITS = ("train", "test")
CONTENT = ("lang", "text", "split", "label", "pair", "date", "group")  # what makes two rows of one id the same
SHOWN = 10


def check_dataset_name(name: str) -> str:
    """Return ``name`` if it is safe as part of a file name.

    Raises:
        InputError: it is not.
    """
    if DATASET_NAME.fullmatch(name):
        return name
    raise InputError(
        f"dataset = {name!r} cannot name a data set. Expected letters a to z, digits, `_`, `-` and, inside, `.`; "
        "it must not begin with `-` or `.`. It is only a name: `path` says where the documents lie."
    )


def check_rows(path: Path, rows: pl.DataFrame) -> pl.DataFrame:
    """Check the fields of one file's normalised rows.

    Raises:
        InputError: a language code is not known, or no row passes.
    """
    _check_codes(path, rows)
    rows = rows.with_columns(
        reason=pl.coalesce(
            "reason",
            pl.when(pl.col("lang").is_null()).then(pl.lit("no lang")),
            pl.when(pl.col("text").is_null()).then(pl.lit("no text: missing")),
            pl.when(pl.col("text") == "").then(pl.lit("no text: empty after normalisation")),
            pl.when(~pl.col("split").is_in(SPLITS)).then(
                pl.format("unknown split: `{}`; expected train or test", "split")
            ),
        )
    )
    if rows["reason"].null_count() == 0:
        raise InputError(
            f"{path}: none of its {rows.height} rows can be used. Row {rows['row'][0]}: {rows['reason'][0]}."
        )
    return rows


def _check_codes(path: Path, rows: pl.DataFrame) -> None:
    first = rows.drop_nulls("lang").unique("lang", keep="first", maintain_order=True)
    for row, code in first.select("row", "lang").iter_rows():
        check_language(code, f"{path}:{row}")


def reject_duplicates(rows: pl.DataFrame) -> pl.DataFrame:
    """Reject rows that repeat an earlier one under the same id.

    Raises:
        InputError: one id has different contents.
    """
    rows = rows.with_row_index("number")
    twins = rows.filter(pl.col("reason").is_null()).filter(pl.col("id").is_duplicated())
    same = pl.all_horizontal(pl.col(name).eq_missing(pl.col(name).first().over("id")) for name in CONTENT)
    _refuse_conflicts(twins.filter((~same).any().over("id")))
    later = twins.filter(pl.col("number") != pl.col("number").first().over("id"))
    firsts = twins.unique("id", keep="first", maintain_order=True)
    found = later.select("number", "id").join(
        firsts.select("id", twin=pl.format("duplicate: same as {}:{}", "file", "row")), on="id", maintain_order="left"
    )
    rows = rows.join(found.drop("id"), on="number", how="left", maintain_order="left")
    return rows.with_columns(reason=pl.coalesce("reason", "twin")).drop("number", "twin")


def _refuse_conflicts(rows: pl.DataFrame) -> None:
    if rows.is_empty():
        return
    place = pl.format("{}:{}", "file", "row").str.join(", ")
    places = rows.group_by("id", maintain_order=True).agg(places=place)
    shown = "\n".join(f"  {name} at {where}" for name, where in places.head(SHOWN).iter_rows())
    raise InputError(
        f"{places.height} ids name different documents, for instance\n{shown}\n"
        "An id must be unique over all files and languages. Translations of one text share `pair`, not `id`; "
        "rows without `id` are named after their file and line."
    )
