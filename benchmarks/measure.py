"""From a benchmark to its row: times both ways in turn and compares the medians."""

from __future__ import annotations

import platform
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.case import Case, Unit, Work
from pipeline.common.reproducible import versions

Row = dict[str, Any]


def measure_case(name: str, case: Case) -> Row:
    """Time a benchmark.

    Returns:
        name, value, unit, yardstick (in the unit) and ratio (how many times better the value is than the yardstick;
        above 1 the value is better); then note, machine and, where flops are known, roofline (the share of the time
        that the flops would take at the speed of a plain matrix product).
    """
    ours, plain = _in_turn(case)
    value = _in_unit(ours, case.unit)
    yardstick = case.yardstick if isinstance(case.yardstick, float) else _in_unit(plain, case.unit)
    row = {
        "name": name,
        "value": _short(value),
        "unit": case.unit,
        "yardstick": _short(yardstick),
        "ratio": _short(value / yardstick if _is_rate(case.unit) else yardstick / value),
        "note": case.note if isinstance(case.note, str) else case.note(),
        "machine": machine(),
    }
    return row | ({"roofline": _short(_roofline(case.flops, ours))} if case.flops else {})


def machine() -> str:
    """The machine of the figures: processor, threads, versions."""
    cpu = next((line for line in _cpu_lines() if line.startswith("model name")), f"x: {platform.machine()}")
    return f"{cpu.partition(':')[2].strip()}, {versions()['threads']} threads, torch {version('torch')}"


def _cpu_lines() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def _in_turn(case: Case) -> tuple[float, float]:
    """Median seconds for a unit of our work and of the yardstick's work; a budget takes no time."""
    works = [case.ours, case.yardstick if isinstance(case.yardstick, Work) else Work(lambda: 0.0)]
    times = [[work.seconds() / work.amount for work in works] for _ in range(case.repeats)]
    ours, plain = (median(column) for column in zip(*times, strict=True))
    return ours, plain


def _roofline(flops: float, seconds: float) -> float:
    from benchmarks.machine import product_speed

    return flops / product_speed() / seconds


def _is_rate(unit: Unit) -> bool:
    return unit.endswith("/s")


def _in_unit(seconds: float, unit: Unit) -> float:
    return 1 / seconds if _is_rate(unit) else seconds * (1e3 if unit == "ms" else 1)


def _short(value: float) -> float:
    """The value with four digits, because more digits would only be noise in a diff."""
    return float(f"{value:.4g}")
