"""The data of the page's script, as JSON that cannot end its script element."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pipeline.figures.palette import topic_colours
from pipeline.report.breakdown import Breakdown
from pipeline.report.excerpts import cut
from pipeline.report.view import View
from pipeline.run.finished import FinishedRun
from pipeline.topics.shares import Shares

DOCUMENT_CHARACTERS = 400
DOCUMENT_TOPICS = 8
TOPIC_WORDS = 4

# Characters that could end the element, open a comment in it, or count as an end of line in older browsers.
_ESCAPES = str.maketrans({character: f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"})


def script_json(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """JSON for a script element: nothing in it is markup, and a JSON parser reads the same value."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.translate(_ESCAPES)


def payload(run: FinishedRun, view: View) -> dict[str, Any]:
    """The data that the script draws and searches."""
    order = [topic.number for topic in view.topics]
    return {
        "languages": [vars(language) for language in view.languages],
        "topics": _topics(run, view),
        "order": order,
        "documents": _documents(run, view),
        "shares": {name: _shares(shares) for name, shares in view.shares.items()},
        "alignment": {name: np.round(matrix, 3).tolist() for name, matrix in view.alignment.items()},
        "groups": _breakdown(view.groups),
        "periods": _breakdown(view.periods),
        "losses": {
            str(term): {"epochs": part["epoch"].to_list(), "losses": _finite(part["loss"].to_list())}
            for (term,), part in run.losses.group_by("term", maintain_order=True)
        },
    }


def _topics(run: FinishedRun, view: View) -> list[dict[str, Any]]:
    colours = topic_colours(run.topics)
    return [
        {
            "words": {lang: run.words[lang][number][:TOPIC_WORDS] for lang in run.languages},
            "position": np.round(view.sampled.topics[number], 4).tolist(),
            "colour": colours[number],
        }
        for number in range(run.topics)
    ]


def _documents(run: FinishedRun, view: View) -> list[dict[str, Any]]:
    documents = run.documents[view.sampled.rows]
    names = list(run.languages)
    theta = run.theta.values[view.sampled.rows]
    largest = np.argsort(-theta, axis=1, kind="stable")[:, :DOCUMENT_TOPICS]
    return [
        {
            "id": name,
            "lang": names.index(lang),
            "label": label,
            "text": cut(text, DOCUMENT_CHARACTERS),
            "topics": [[topic, round(float(theta[place, topic]), 4)] for topic in largest[place].tolist()],
            "position": np.round(view.sampled.positions[place], 4).tolist(),
            "near": view.sampled.neighbours[place],
        }
        for place, (name, lang, label, text) in enumerate(documents.select("id", "lang", "label", "text").iter_rows())
    ]


def _shares(shares: Shares) -> dict[str, Any]:
    return {
        "mean": np.round(shares.mean, 6).tolist(),
        "half": _finite(np.round(shares.half_width(), 6).tolist()),
        "count": shares.count,
    }


def _breakdown(breakdown: Breakdown | None) -> dict[str, Any] | None:
    if breakdown is None:
        return None
    shares: Mapping[str, Sequence[Shares | None]] = breakdown.shares
    shares_by_language = {
        name: [part and _shares(part) for part in part_shares] for name, part_shares in shares.items()
    }
    return {"keys": list(breakdown.keys), "shares": shares_by_language}


def _finite(values: Sequence[float | None]) -> list[float | None]:
    return [value if value is not None and math.isfinite(value) else None for value in values]
