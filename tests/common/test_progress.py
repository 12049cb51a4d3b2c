"""Progress: every item comes through, and is reported in lines or on a bar."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator

import pytest

from pipeline.common import progress
from pipeline.common.progress import track


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == progress.__name__]


@pytest.mark.parametrize("terminal", [True, False])
def test_items_come_through_in_order(monkeypatch: pytest.MonkeyPatch, terminal: bool) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal, raising=False)
    assert list(track(iter("abc"), "letters", 3)) == ["a", "b", "c"]
    assert list(track([], "nothing", 0)) == []


def test_items_are_taken_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False, raising=False)
    taken: list[int] = []

    def items() -> Iterator[int]:
        for item in range(5):
            taken.append(item)
            yield item

    tracked = track(items(), "items", 5)
    assert taken == []
    assert next(tracked) == 0
    assert taken == [0]


def clock(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Let that much time pass with every look at the clock."""
    now = iter(range(1000))
    monkeypatch.setattr(progress.time, "perf_counter", lambda: next(now) * seconds)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False, raising=False)


def test_a_line_tells_how_far_it_is_and_what_is_left(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    clock(monkeypatch, 20)
    with caplog.at_level(logging.INFO):
        list(track(range(4), "epochs", 4))
    assert lines(caplog) == [
        "epochs: 1 of 4, about 60 s left",
        "epochs: 2 of 4, about 40 s left",
        "epochs: 3 of 4, about 20 s left",
    ]


def test_lines_come_now_and_then_only(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    clock(monkeypatch, 8)
    with caplog.at_level(logging.INFO):
        list(track(range(9), "epochs", 9))
    assert [line.split(",")[0] for line in lines(caplog)] == ["epochs: 3 of 9", "epochs: 6 of 9"]


def test_quick_work_is_not_told(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    clock(monkeypatch, 0.1)
    with caplog.at_level(logging.INFO):
        list(track(range(50), "epochs", 50))
    assert lines(caplog) == []


def test_the_bar_goes_to_standard_error(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    list(track(range(3), "epochs", 3))
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "epochs" in shown.err
