"""Vectors that the user made elsewhere, looked up by document id."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict

from pipeline.bow.counts import word_counts
from pipeline.common.errors import InputError
from pipeline.common.files import read_lines
from pipeline.common.wording import counted, some_of
from pipeline.encoders.encoder_folder import write_config

log = logging.getLogger(__name__)

SHOWN = 10  # how many ids a message lists


class PrecomputedParams(BaseModel):
    """The ``precomputed`` section of params.yaml, with the top-level ``vectors``.

    Attributes:
        vectors: a Parquet file with the columns ``id`` and ``vector`` (a list of floats), or a two-dimensional array in
            ``NAME.npy`` with the ids of its rows in ``NAME.ids.txt``, one on each line.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    vectors: Path | None = None


class PrecomputedEncoder:
    """Looks vectors up in a file; see the module's docstring."""

    def __init__(self, params: PrecomputedParams) -> None:
        self.params = params
        self._documents = pl.DataFrame()

    def learn(self, documents: pl.DataFrame) -> None:
        """Read the file, and keep the documents for :meth:`words`; see :class:`pipeline.encoders.encoder.Encoder`.

        Raises:
            InputError: the file is missing or malformed, or a document has no vector in it.
        """
        self._find(documents["id"])
        if extra := len(self._rows.keys() - set(documents["id"])):
            log.info("%s: ignored, since of no document: %s", self.params.vectors, counted(extra, "vector"))
        self._documents = documents  # not a copy

    def encode(self, documents: pl.DataFrame) -> np.ndarray:
        """The documents' vectors; see :class:`pipeline.encoders.encoder.Encoder`.

        Raises:
            InputError: the file is missing or malformed, or a document has no vector in it.
        """
        return self._vectors[self._find(documents["id"])]

    def words(self, language: str, words: Sequence[str]) -> np.ndarray:
        """(V, E) mean vector of the training documents that contain each word; zeros where no document does.

        See :class:`pipeline.encoders.encoder.Encoder`. An encoder that was loaded from a folder has no training
        documents.

        Raises:
            InputError: there are no training documents of the language.
        """
        train = self._training(language)
        sums, holders = np.zeros((len(words), self._vectors.shape[1])), np.zeros(len(words))
        for rows, counts in word_counts(train["tokens"], words):
            is_held = (counts > 0).astype(np.float64)
            sums += is_held.T @ self._vectors[self._find(train["id"][rows])]
            holders += is_held.sum(axis=0)
        return (sums / np.maximum(holders, 1)[:, None]).astype(np.float32)

    def save(self, folder: Path) -> None:
        """Write the parameters with the path of the vectors; see :class:`pipeline.encoders.encoder.Encoder`."""
        write_config(folder, "precomputed", self.params)

    def load(self, folder: Path) -> None:
        """Do nothing: the parameters say where the vectors are."""

    def _training(self, language: str) -> pl.DataFrame:
        if self._documents.is_empty():
            raise InputError("precomputed: word vectors need training documents, but the encoder has learnt from none.")
        is_training = (self._documents["lang"] == language) & (self._documents["split"] == "train")
        return self._documents.select("id", "tokens").filter(is_training)

    @cached_property
    def _table(self) -> tuple[dict[str, int], np.ndarray]:
        ids, vectors = read_given_vectors(self.params.vectors)
        return {id_: row for row, id_ in enumerate(ids)}, vectors

    @property
    def _rows(self) -> dict[str, int]:
        return self._table[0]

    @property
    def _vectors(self) -> np.ndarray:
        return self._table[1]

    def _find(self, ids: pl.Series) -> list[int]:
        rows, document_ids = self._rows, ids.to_list()
        if missing := [id_ for id_ in document_ids if id_ not in rows]:
            raise InputError(
                f"{self.params.vectors}: no vector for {some_of(len(missing), len(document_ids), 'document')}: "
                f"{_show(missing)}. Add their vectors, or use an encoder that makes its own."
            )
        return [rows[id_] for id_ in document_ids]


def read_given_vectors(path: Path | None) -> tuple[list[str], np.ndarray]:
    """Read and check a file of vectors.

    Args:
        path: the file; see :class:`PrecomputedParams`.

    Returns:
        The ids, and the (D, E) float32 vectors in the same order.

    Raises:
        InputError: something is wrong with the file; the message says what.
    """
    if path is None:
        raise InputError("`encoder: precomputed` reads vectors from a file: set `vectors` to a .parquet or .npy file.")
    if not path.is_file():
        raise InputError(f"vectors: the file {path} does not exist.")
    readers = {".parquet": _read_parquet, ".npy": _read_npy}
    if path.suffix not in readers:
        raise InputError(f"vectors: {path} must be a .parquet or .npy file.")
    ids, vectors = readers[path.suffix](path)
    if not vectors.size:
        raise InputError(f"{path}: there are no vectors in it; found the shape {vectors.shape}.")
    if len(set(ids)) < len(ids):
        repeated = pl.Series(ids).value_counts().filter(pl.col("count") > 1)[""].sort().to_list()
        raise InputError(
            f"{path}: {counted(len(repeated), 'id')} more than once: {_show(repeated)}. Keep one row for each."
        )
    with np.errstate(over="ignore"):
        vectors = vectors.astype(np.float32)
    if bad := [ids[row] for row in np.flatnonzero(~np.isfinite(vectors).all(axis=1))]:
        raise InputError(f"{path}: NaN or infinity in the vectors of {counted(len(bad), 'id')}: {_show(bad)}.")
    return ids, vectors


def _read_parquet(path: Path) -> tuple[list[str], np.ndarray]:
    try:
        table = pq.read_table(path, page_checksum_verification=True)
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{path} cannot be read as Parquet: {error}") from error
    if missing := {"id", "vector"} - set(table.column_names):
        raise InputError(
            f"{path}: there is no column {' or '.join(sorted(missing))}; found {', '.join(table.column_names)}."
        )
    ids, column = table["id"], table["vector"]
    if not (pa.types.is_string(ids.type) or pa.types.is_large_string(ids.type)) or ids.null_count:
        raise InputError(f"{path}: `id` must be a string in each row; found {ids.type} with {ids.null_count} nulls.")
    return ids.to_pylist(), _matrix(path, column, ids)


def _matrix(path: Path, column: pa.ChunkedArray, ids: pa.ChunkedArray) -> np.ndarray:
    dtype = column.type
    is_list = pa.types.is_list(dtype) or pa.types.is_large_list(dtype) or pa.types.is_fixed_size_list(dtype)
    if not is_list or not pa.types.is_floating(dtype.value_type):
        raise InputError(f"{path}: `vector` must be a list of floats; found {dtype}.")
    lengths = pc.fill_null(pc.list_value_length(column), 0).to_numpy()
    usual = int(np.bincount(lengths, minlength=1).argmax())
    if other_ids := [ids[row].as_py() for row in np.flatnonzero(lengths != usual)]:
        raise InputError(
            f"{path}: all vectors must have the same length. Most have {usual} numbers, but not those of "
            f"{counted(len(other_ids), 'id')}: {_show(other_ids)}."
        )
    values = pc.list_flatten(column).to_numpy()  # a null among the numbers becomes NaN
    return values.reshape(len(lengths), usual)


def _read_npy(path: Path) -> tuple[list[str], np.ndarray]:
    ids_path = path.with_suffix(".ids.txt")
    if not ids_path.is_file():
        raise InputError(
            f"the file {ids_path} does not exist; it must name the rows of {path}, with one id on each line."
        )
    try:
        vectors = np.load(path, allow_pickle=False)
        ids = read_lines(ids_path)
    except (ValueError, EOFError, OSError) as error:
        raise InputError(f"{path} cannot be read as an array of numbers: {error}") from error
    if not isinstance(vectors, np.ndarray) or vectors.ndim != 2 or vectors.dtype.kind != "f":
        shown = f"{vectors.dtype}, shape {vectors.shape}" if isinstance(vectors, np.ndarray) else type(vectors).__name__
        raise InputError(f"{path} must be a two-dimensional array of floats; found {shown}.")
    if len(ids) != len(vectors):
        raise InputError(
            f"{path} has {counted(len(vectors), 'row')}, but {ids_path} has {counted(len(ids), 'id')}, not as many."
        )
    return ids, vectors


def _show(ids: list[str]) -> str:
    return ", ".join(map(repr, ids[:SHOWN])) + (", ..." if len(ids) > SHOWN else "")
