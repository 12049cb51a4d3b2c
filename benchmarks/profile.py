"""Where a benchmark's work spends its time."""

from __future__ import annotations

import cProfile
from collections.abc import Iterable
from pathlib import Path
from types import CodeType

from benchmarks.case import Case

LINES = 20

Spent = tuple[float, int, str]  # seconds without callees, calls, name


def profile_lines(case: Case) -> list[str]:
    """The 20 Python functions or torch operators with the most time of their own (without callees), and a heading.

    The work of other processes is not included.
    """
    spent = sorted(_torch(case) if case.profiler == "torch" else _python(case), reverse=True)
    total = sum(seconds for seconds, _, _ in spent)
    rows = [f"{seconds:8.3f}  {seconds / total:5.1%}  {calls:9,}  {what}" for seconds, calls, what in spent[:LINES]]
    return [f"{total:.3f} s in total, sorted by time of their own", " seconds  share      calls  what", *rows]


def _python(case: Case) -> Iterable[Spent]:
    profiler = cProfile.Profile()
    profiler.runcall(case.ours.seconds)
    for entry in profiler.getstats():
        yield entry.inlinetime, entry.callcount, _label(entry.code)


def _torch(case: Case) -> Iterable[Spent]:
    from torch.profiler import ProfilerActivity, profile

    with profile(activities=[ProfilerActivity.CPU], acc_events=True) as profiler:
        case.ours.seconds()
    for event in profiler.key_averages():
        yield event.self_cpu_time_total / 1e6, event.count, event.key


def _label(code: CodeType | str) -> str:
    """Folder, file, line and function; for a built-in function only its name."""
    if isinstance(code, str):
        return code
    return f"{'/'.join(Path(code.co_filename).parts[-2:])}:{code.co_firstlineno} {code.co_name}"
