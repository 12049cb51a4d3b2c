"""Rows that repeat an earlier row, within a table or across the chunks of a stream; and texts that stand twice."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipeline.common.errors import InputError
from pipeline.common.wording import counted
from pipeline.documents.file_columns import COLUMNS
from pipeline.documents.file_row import PLACE

CONTENT = tuple(name for name in COLUMNS if name != "id")  # two rows of one id must agree in all of them
SHOWN = 10

# What is kept of each accepted row. Among ten million rows, two different ids or contents are taken for the same
# with a probability of 3e-6.
KEPT = np.dtype([("id", np.uint64), ("content", np.uint64), ("row", np.int64), ("file", np.uint32)])
NO_ROW = 0  # of a text that is a file of its own; rows are counted from 1


class Duplicates:
    """Finds duplicates in a stream of tables. It keeps no texts, only 28 bytes for each accepted row."""

    def __init__(self) -> None:
        self._files: dict[str, int] = {}  # a file -> its number
        self._names: list[str] = []
        self._blocks: list[np.ndarray] = []  # each is sorted by id; the larger ones come first

    def reject(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Reject rows that repeat an earlier row with the same id, of this table or of an earlier one.

        Args:
            rows: has the columns file, row, id, those of a document, and reason.

        Raises:
            InputError: one id has different contents.
        """
        content = pl.struct(CONTENT).hash()
        usable = rows.with_row_index("number").filter(pl.col("reason").is_null())
        usable = usable.select("number", "file", "row", "id", key=pl.col("id").hash(), content=content)
        earlier = self._earlier(usable)
        same_ids = pl.concat([earlier, usable], how="diagonal").filter(pl.col("id").is_duplicated())
        _refuse_conflicts(same_ids.filter(pl.col("content").n_unique().over("id") > 1))
        reason = pl.format("duplicate: same as {}", PLACE).first().over("id")
        twins = same_ids.with_columns(twin=reason).filter(pl.struct("id").is_first_distinct().not_())
        self._keep(usable.join(twins.select("number"), on="number", how="anti", maintain_order="left"))
        numbered = rows.with_row_index("number").join(
            twins.select("number", "twin"), "number", "left", maintain_order="left"
        )
        return numbered.with_columns(reason=pl.coalesce("reason", "twin")).drop("number", "twin")

    def _earlier(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The first places of the ids of these rows in earlier chunks, with the contents at these places."""
        parts = [rows.clear().drop("number")]
        keys = rows["key"].to_numpy()
        for block in self._blocks:
            places = np.minimum(np.searchsorted(block["id"], keys), len(block) - 1)
            matches = np.flatnonzero(block["id"][places] == keys)
            records = block[places[matches]]
            values = {name: records[name] for name in ("content", "row")} | {
                "file": [self._names[i] for i in records["file"]]
            }
            earlier = rows[matches].select("id", "key").with_columns(**{k: pl.Series(v) for k, v in values.items()})
            earlier = earlier.with_columns(row=pl.when(pl.col("row") != NO_ROW).then("row"))
            parts.append(earlier.select(parts[0].columns).unique("id", maintain_order=True))
        return pl.concat(parts)

    def _keep(self, rows: pl.DataFrame) -> None:
        if rows.is_empty():
            return
        for name in rows["file"].unique(maintain_order=True):
            if name not in self._files:
                self._files[name] = len(self._names)
                self._names.append(name)
        block = np.empty(rows.height, KEPT)
        block["id"], block["content"], block["row"] = rows["key"], rows["content"], rows["row"].fill_null(NO_ROW)
        block["file"] = [self._files[name] for name in rows["file"]]
        self._blocks.append(np.sort(block, order="id"))
        while len(self._blocks) > 1 and len(self._blocks[-1]) * 2 > len(self._blocks[-2]):
            last = self._blocks.pop()  # keeps the blocks few, and moves each row only a few times
            self._blocks[-1] = np.sort(np.concatenate([self._blocks[-1], last]), order="id", kind="stable")


def repeated_texts(documents: pl.DataFrame) -> pl.DataFrame:
    """The documents whose text an earlier document of the same language has.

    Args:
        documents: columns file, row, id, lang and text among others.

    Returns:
        Their file, row and id, and ``same_as``: where the first document with the text stands.
    """
    first = PLACE.first().over("lang", "text")
    repeated = documents.with_columns(same_as=first).filter(pl.struct("lang", "text").is_first_distinct().not_())
    return repeated.select("file", "row", "id", "same_as")


def _refuse_conflicts(rows: pl.DataFrame) -> None:
    if rows.is_empty():
        return
    places = rows.group_by("id", maintain_order=True).agg(places=PLACE.str.join(", "))
    shown = "\n".join(f"  {name} at {where}" for name, where in places.head(SHOWN).iter_rows())
    raise InputError(
        f"{counted(places.height, 'id')} for different documents, for instance\n{shown}\n"
        "An id must be unique over all files and languages. Translations of one text share `pair`, not `id`; "
        "rows without `id` are named after their file and line."
    )
