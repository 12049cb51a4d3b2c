"""Writing small files of documents, and reading them in."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from pipeline.common.errors import InputError
from pipeline.documents import DocumentsParams, Intake, read_documents

Rows = Sequence[dict[str, Any]]


def json_lines(rows: Rows) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def table(rows: Rows, delimiter: str = ",") -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def write(path: Path, content: bytes | Rows) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else json_lines(content))
    return path


def bilingual(count: int = 4, languages: Sequence[str] = ("en", "ja"), **more: object) -> list[dict[str, Any]]:
    """``count`` good rows a language, all for training unless told otherwise."""
    return [
        {"id": f"{lang}{i}", "lang": lang, "text": f"text {i} of {lang}", "split": "train"} | more
        for lang in languages
        for i in range(count)
    ]


def take_in(path: Path, languages: str | Sequence[str] = "auto", seed: int = 1, **params: object) -> Intake:
    return read_documents(path, languages, DocumentsParams.model_validate(params), seed)


def texts(intake: Intake) -> dict[str, str]:
    return dict(intake.documents.select("id", "text").iter_rows())


def reasons(intake: Intake) -> list[tuple[int, str]]:
    return list(intake.rejects.select("row", "reason").iter_rows())


def refused(path: Path, languages: str | list[str] = "auto", **params: object) -> str:
    with pytest.raises(InputError) as error:
        take_in(path, languages, **params)
    assert error.value.exit_code == 2
    return str(error.value)
