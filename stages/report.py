"""A finished run -> reports/topics.md and reports/report.html."""

from __future__ import annotations

from pathlib import Path

import typer

from pipeline.common.whole_files import write_text
from pipeline.config.entry import stage
from pipeline.config.parameters import Params
from pipeline.report.markdown import topics_report
from pipeline.report.page import report_page
from pipeline.report.records import read_comparison
from pipeline.report.report_params import ReportParams
from pipeline.run.finished import FinishedRun
from pipeline.run.layout import LAYOUT


@stage
def main() -> None:
    """Write the topics side by side as Markdown, and one HTML page with all results."""
    section = Params().top(ReportParams)
    run = FinishedRun.open(Path())
    write_text(topics_report(run), LAYOUT.topics_markdown)
    comparison = read_comparison(section.comparison) if section.comparison else None
    write_text(report_page(run, comparison, section.seed), LAYOUT.page)


if __name__ == "__main__":
    typer.run(main)
