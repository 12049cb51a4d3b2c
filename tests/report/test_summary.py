"""What `make run` shows at its end."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from pipeline.report.screen import metric_tables

UNKNOWN: dict[str, Any] = dict.fromkeys(("cnpmi", "tu", "tq", "npmi"))


def test_missing_figures_have_their_reason_whatever_a_label_holds() -> None:
    reason = "training in en needs at least two classes; found one class, '[/news]'"
    scores = {"en->en": {"accuracy": None, "reason": reason}, "en->zh": {"accuracy": None, "reason": reason}}
    tables = metric_tables(UNKNOWN | {"start": UNKNOWN, "retrieval": {}}, {"scores": scores, "theta": scores})
    console = Console(width=200)
    with console.capture() as captured:
        console.print(tables)
    text = captured.get()
    assert text.count("not measured") == 8 + 4
    assert text.count(f"SVM accuracy: {reason}.") == 1
    assert "the reference has no aligned documents" in text
