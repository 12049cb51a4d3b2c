"""What `make run` shows at its end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rich.console import Console

from pipeline.report.screen import mend_list, metric_tables, stage_times, topic_words

UNKNOWN: dict[str, Any] = dict.fromkeys(("cnpmi", "tu", "tq", "npmi"))


NONE: dict[str, Any] = UNKNOWN | {"start": UNKNOWN, "retrieval": {}}
WITHOUT: dict[str, Any] = {"reference": {"name": None, "texts": 0}}


def shown(metrics: dict[str, Any], classification: dict[str, Any], intake: dict[str, Any]) -> str:
    """What the screen shows."""
    console = Console(width=200)
    with console.capture() as captured:
        console.print(metric_tables(metrics, classification, intake))
    return captured.get()


def test_missing_figures_have_their_reason_whatever_a_label_holds() -> None:
    reason = "all training documents have the same `label`, '[/news]'"
    none = {"accuracy": None, "reason": reason}
    scores = {
        "en->en": none | {"language": "en"},
        "en->zh": none | {"language": "en"},
        "zh->en": none | {"language": "zh"},
    }
    text = shown(NONE, {"scores": scores, "theta": scores}, WITHOUT)
    assert text.count("not measured") == 9  # 8 cells, coherence; no table of accuracies
    assert text.count(f"{reason} (in English (en), Chinese (zh))") == 1
    assert "Coherence was not measured: no texts that translate each other" in text


def test_without_any_label_the_screen_says_so_once_and_names_no_language() -> None:
    scores = {
        name: {"accuracy": None, "reason": "no document has a `label`"} for name in ("el->el", "el->fa", "fa->fa")
    }
    text = shown(NONE, {"scores": scores, "theta": scores}, WITHOUT)
    assert text.count("no document has a `label` ") == 1
    assert "(el)" not in text


def test_the_screen_says_in_what_coherence_was_counted() -> None:
    known = {"cnpmi": 0.1, "tu": 1.0, "tq": 0.1, "npmi": 0.2}
    metrics = known | {"start": known, "retrieval": {}}
    given = shown(metrics, {"theta": {}}, {"reference": {"name": "ref.jsonl", "texts": 1}})
    assert "Coherence was counted in ref.jsonl (1 text)." in given
    own = shown(metrics, {"theta": {}}, {"reference": {"name": None, "texts": 20}})
    assert "Coherence was counted in the training documents that share a `pair` (20 texts)" in own
    assert "`reference`" in own


def test_a_stage_from_the_cache_shows_no_seconds_of_another_run(tmp_path: Path) -> None:
    rows = [{"stage": "embed", "seconds": 7.0, "finished": 50.0}, {"stage": "train", "seconds": 3.5, "finished": 150.0}]
    (tmp_path / "times.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    table = stage_times(tmp_path / "times.jsonl", since=100.0)
    names, seconds, states = (list(column.cells) for column in table.columns)
    assert seconds[names.index("embed")] == ""
    assert (seconds[names.index("train")], states[names.index("train")]) == ("3.5", "ran")


def test_what_to_mend_is_shown_as_it_is_written() -> None:
    console = Console(width=60)
    with console.capture() as captured:
        console.print(mend_list(["[b]3[/b] rows are left out: [no text].", "second " * 20]))
    text = captured.get()
    assert "1.  [b]3[/b] rows are left out: [no text]." in text
    assert text.count("second") == 20
    with console.capture() as captured:
        console.print(mend_list([]))
    assert "nothing was noticed" in captured.get()


def test_many_languages_have_means_in_place_of_every_direction() -> None:
    languages = ("en", "ar", "hi", "th", "ja")
    scores = {f"{a}->{b}": {"accuracy": 0.9 if a == b else 0.5} for a in languages for b in languages}
    retrieval = {name: {"mrr": 0.25, "jsd": 0.1, "pairs": 3} for name in scores if len(set(name.split("->"))) > 1}
    text = shown(NONE | {"retrieval": retrieval}, {"theta": scores}, WITHOUT)
    lines = [" ".join(line.replace("│", " ").split()) for line in text.splitlines()]
    assert "one language (mean of 5) 0.900" in lines
    assert "two languages (mean of 20) 0.500" in lines
    assert "two languages (mean of 20) 0.250 0.100 60" in lines
    assert not any("->en" in line for line in lines)


def test_words_of_wide_scripts_are_whole_and_command_nothing() -> None:
    words = {
        lang: [[f"{word}{number}" for number in range(8)]] for lang, word in (("zh", "贸易关税"), ("ja", "宇宙飛行士"))
    }
    words["en"] = [["[red]", "\x1b[2J", ":smile:", "[/]", "a", "b", "c", "d"]]
    console = Console(width=100)
    with console.capture() as captured:
        console.print(topic_words(words))
    text = captured.get()
    shown = "".join(character for character in text if character not in "│ \n")
    for word in (*words["zh"][0], *words["ja"][0], "[red]", r"\x1b[2J", ":smile:", "[/]"):
        assert word in text or word in shown
    assert "…" not in text
    assert "\x1b" not in text
