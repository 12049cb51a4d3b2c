"""Write docs/tables.md from the catalogue of tables and from dvc.yaml (``make docs``)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from pipeline.run.layout import LAYOUT
from pipeline.tables.catalogue import TABLES
from pipeline.tables.table import Table, type_name

PAGE = Path(__file__).with_name("tables.md")
HEAD = """# The tables of a run

Every Parquet file of `data/run`, what one row of it is, and what each column holds. Wherever documents of several
languages stand in one table, each language's rows stand together and the pivot's come first. The code that names,
writes, reads and checks these tables is `pipeline/tables/catalogue.py`.
"""


def page() -> str:
    """The page as text."""
    stages = YAML(typ="safe").load(Path("dvc.yaml").read_text(encoding="utf-8"))["stages"]
    return "\n".join([HEAD, *(line for table in TABLES for line in _section(table, stages))]).rstrip() + "\n"


def _section(table: Table, stages: dict[str, dict[str, Any]]) -> Iterator[str]:
    path = str(table.path(LAYOUT.tables))
    writer = next(name for name, stage in stages.items() if path in stage["outs"])
    readers = [name for name, stage in stages.items() if path in stage["deps"]]
    yield f"## `{table.path(Path()).name}`"
    yield ""
    yield f"A row is {table.meaning}. The stage `{writer}` writes the table. It is read by {_listed(readers)}."
    yield ""
    yield from ("| column | type | meaning | a missing value means |", "|---|---|---|---|")
    for name, column in table.columns.items():
        null = column.null or "(none is missing)"
        yield f"| `{name}` | {type_name(column.type)} | {column.meaning} | {null} |"
    yield ""


def _listed(readers: list[str]) -> str:
    *others, last = [f"`{name}`" for name in readers] or ["no stage"]
    return f"{', '.join(others)} and {last}" if others else last


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
