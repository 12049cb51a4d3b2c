"""The page: one HTML file that needs no other file and no network."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from pipeline.common.wording import counted
from pipeline.report.measures import figure_sheets, headlines
from pipeline.report.payload import payload, script_json
from pipeline.report.records import comparison_sheets, document_counts, document_sheets, parameter_sheet, version_sheet
from pipeline.report.view import View, compute_view
from pipeline.run.finished import FinishedRun
from pipeline.run.to_mend import to_mend

TEMPLATES = Path(__file__).parent / "templates"
MOST_APART = 30  # differences between two languages that are listed; many languages have hundreds
SCRIPTS = ("page.js", "topics.js", "plots.js", "labels.js", "map.js", "charts.js", "documents.js", "start.js")

log = logging.getLogger(__name__)


def report_page(run: FinishedRun, comparison: Mapping[str, Any] | None, seed: int) -> str:
    """Compose the page.

    Args:
        run: the run.
        comparison: a comparison of several models, as `make compare` writes it; None without one.
        seed: seed of the sample of documents and of the map.
    """
    view = compute_view(run, seed)
    page = _template().render(**_template_values(run, comparison, view))
    megabytes, documents = len(page.encode()) / 1e6, len(view.sampled.rows)
    log.info(
        "a page of %.1f MB with %s and %s", megabytes, counted(run.topics, "topic"), counted(documents, "document")
    )
    return page


def _template_values(run: FinishedRun, comparison: Mapping[str, Any] | None, view: View) -> dict[str, Any]:
    return {
        "view": view,
        "languages": {language.code: language for language in view.languages},
        "counts": document_counts(run.documents),
        "topics": {topic.number: topic for topic in view.topics},
        "values": run.parameters,
        "headlines": headlines(run.metrics, run.classification),
        "documents": list(document_sheets(run.intake)),
        "to_mend": to_mend(run.records),
        "most_apart": MOST_APART,
        "figures": figure_sheets(run.metrics, run.classification, run.intake),
        "parameters": parameter_sheet(run.parameters),
        "versions": version_sheet(run.records),
        "comparison": comparison,
        "compared": list(comparison_sheets(comparison)) if comparison else [],
        "has_losses": not run.losses.is_empty(),
        "style": _verbatim("page.css"),
        "plotly": Markup(_unclosed(get_plotlyjs(), "plotly.js")),
        "data": Markup(script_json(payload(run, view))),
        "script": Markup("\n").join(_verbatim(name) for name in SCRIPTS),
    }


def _template() -> Any:  # noqa: ANN401 - jinja2's Template is untyped where its stubs are not installed
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["counted"] = counted
    environment.filters["percent"] = lambda share: f"{share:.1%}"
    return environment.get_template("page.html.j2")


def _verbatim(name: str) -> Markup:
    return Markup(_unclosed((TEMPLATES / name).read_text(encoding="utf-8"), name))


def _unclosed(source: str, name: str) -> str:
    """The source, after a check that it can be placed in a script or style element unchanged."""
    if "</script" in source.lower() or "</style" in source.lower():
        raise ValueError(f"{name} contains </script or </style, which would close the element that it is placed in")
    return source
