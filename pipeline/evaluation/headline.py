"""The figures of topics that come first wherever figures are shown, and what they mean."""

from __future__ import annotations

from typing import Final

HEADLINE: Final[dict[str, str]] = {
    "cnpmi": "how often a topic's top words in two languages occur together in aligned documents, from -1 to 1 (best)",
    "tu": "topic uniqueness, 1 if no two topics share a top word",
    "tq": "topic quality, CNPMI times TU, or 0 if CNPMI is below 0",
    "npmi": "the same as CNPMI, but within one language",
}
