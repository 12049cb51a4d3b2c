"""Properties that hold for any input; each is written once, for a few cases in the suite and for hours beside it."""

from __future__ import annotations

import inspect
import logging
import os
import random
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis.configuration import set_hypothesis_home_dir
from hypothesis.strategies import SearchStrategy

set_hypothesis_home_dir(Path(tempfile.gettempdir()) / "hypothesis")  # nothing is left in the repository

# Of all properties together, for `make test-slow`; a seed that failed is tried again alone.
MINUTES = float(os.environ.get("PIPELINE_FUZZ_MINUTES", "60"))
SEED = os.environ.get("PIPELINE_FUZZ_SEED")
ROUND = 200  # cases between two looks at the clock
PROPERTIES: list[str] = []
log = logging.getLogger(__name__)

Check = Callable[..., None]


def fuzzed(few: int = 20, **strategies: SearchStrategy[Any]) -> Callable[[Check], Check]:
    """Make two tests of a function that checks one case: the same few cases each time, and random ones for minutes.

    Args:
        few: the number of cases of the short test.
        strategies: argument of the function -> what it is drawn from; its other arguments are fixtures.
    """

    def decorate(check: Check) -> Check:
        PROPERTIES.append(check.__qualname__)
        fixtures = [part for name, part in inspect.signature(check).parameters.items() if name not in strategies]

        def test(is_long: bool, **values: Any) -> None:  # noqa: ANN401 - fixtures
            one_case = partial(check, **values)
            if is_long:
                _try_for_minutes(check, one_case, strategies)
            else:
                _try(one_case, strategies, few, derandomize=True)

        length = inspect.Parameter("is_long", inspect.Parameter.POSITIONAL_OR_KEYWORD)
        test.__name__, test.__doc__, test.__module__ = check.__name__, check.__doc__, check.__module__
        test.__signature__ = inspect.Signature([length, *fixtures])  # type: ignore[attr-defined]
        both = [pytest.param(False, id="few"), pytest.param(True, id="long", marks=pytest.mark.slow)]
        return pytest.mark.parametrize("is_long", both)(test)

    return decorate


def _try(
    one_case: Check, strategies: dict[str, SearchStrategy[Any]], cases: int, chosen: int | None = None, **more: bool
) -> int:
    """Check the property on some cases, and return how many were checked."""
    count = 0

    def counted_case(**values: Any) -> None:  # noqa: ANN401 - what the strategies draw
        nonlocal count
        count += 1
        one_case(**values)

    checks = list(HealthCheck)
    rules = settings(max_examples=cases, database=None, deadline=None, suppress_health_check=checks, **more)
    run = rules(given(**strategies)(counted_case))
    (run if chosen is None else seed(chosen)(run))()
    return count


def _try_for_minutes(check: Check, one_case: Check, strategies: dict[str, SearchStrategy[Any]]) -> None:
    end, count, rounds = time.monotonic() + 60 * MINUTES / len(PROPERTIES), 0, 0
    while rounds == 0 or (time.monotonic() < end and SEED is None):
        chosen = random.randrange(2**32) if SEED is None else int(SEED)
        print(f"{check.__name__}: PIPELINE_FUZZ_SEED={chosen}")  # noqa: T201 - pytest shows it where a case fails
        count += _try(one_case, strategies, ROUND, chosen)
        rounds += 1
    log.info("%s: %d cases in %d rounds", check.__name__, count, rounds)
