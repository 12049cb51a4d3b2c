"""Write docs/tables.md from the catalogue of tables (``make docs``)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

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
    return "\n".join([HEAD, *(line for table in TABLES for line in _table(table))]) + "\n"


def _table(table: Table) -> Iterator[str]:
    yield f"## `{table.path(Path()).name}`"
    yield ""
    yield f"A row is {table.meaning}."
    yield ""
    yield from ("| column | type | meaning | a missing value means |", "|---|---|---|---|")
    for name, column in table.columns.items():
        null = column.null or "(none is missing)"
        yield f"| `{name}` | {type_name(column.type)} | {column.meaning} | {null} |"
    yield ""


if __name__ == "__main__":
    PAGE.write_text(page().rstrip() + "\n", encoding="utf-8")
