"""Colours that distinguish any number of languages, also for people with impaired colour vision."""

from __future__ import annotations

import colorsys

# After Okabe and Ito, Color Universal Design, 2008: distinct with any colour vision, on light and on dark backgrounds
# (the blue is lighter than theirs for dark backgrounds).
SAFE = ("#1a7fc4", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "x", "triangle-down", "pentagon", "hexagon", "star")
GOLDEN = 0.61803398875  # steps of this size around the colour circle never reach the same colour twice


def language_colours(count: int) -> list[str]:
    """One colour for each language; after the sixth, hue and lightness alternate and symbols distinguish the rest."""
    return [SAFE[n] if n < len(SAFE) else _turn(n, (0.35, 0.6)[n % 2]) for n in range(count)]


def language_symbols(count: int) -> list[str]:
    """One plotly symbol for each language."""
    return [SYMBOLS[n % len(SYMBOLS)] for n in range(count)]


def topic_colours(count: int) -> list[str]:
    """One colour for each topic; many topics have similar colours, so labels must distinguish them."""
    return [_turn(n, (0.42, 0.6, 0.5)[n % 3]) for n in range(count)]


def _turn(step: int, lightness: float) -> str:
    red, green, blue = colorsys.hls_to_rgb(step * GOLDEN % 1, lightness, 0.6)
    return "#" + "".join(f"{round(part * 255):02x}" for part in (red, green, blue))
