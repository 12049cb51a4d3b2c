"""The rows of a comparison, and the parameters that each is run with."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pipeline.common.dotted import leaves
from pipeline.common.errors import InputError, nearest
from pipeline.common.files import write_text
from pipeline.comparison.results import ComparedRow
from pipeline.config.parameters import NONE, Params
from pipeline.config.presets import PRESETS, apply_preset
from pipeline.experiments.keys import parameter


@dataclass(frozen=True)
class RunSettings:
    """Parameters of a run: ``params.yaml`` as text, and what it says."""

    text: str
    values: Mapping[str, Any]


def choose_rows(listed: Mapping[str, Any], names: Sequence[str], where: str) -> list[ComparedRow]:
    """The rows called ``names``; one that is not listed is a model with nothing overridden.

    Args:
        listed: row -> parameters (dotted or nested); ``model`` among them names the model, by default the row.
        names: all that are listed if empty.
        where: the list's file, for messages.

    Raises:
        InputError: no rows, a row named twice, or parameters that are no mapping or set the seed.
    """
    chosen = list(names) or list(listed)
    if not chosen:
        raise InputError(f"nothing to compare: name models (--models a,b), or list rows in {where}.")
    twice = sorted({name for name in chosen if chosen.count(name) > 1})
    if twice:
        raise InputError(f"row {twice[0]!r} is named twice; a row is compared once.")
    return [_row(name, listed.get(name), where) for name in chosen]


def check_models(rows: Sequence[ComparedRow], known: Sequence[str], where: str) -> None:
    """Refuse a model that does not exist before anything runs.

    Raises:
        InputError: a row's model is none of ``known``; the nearest is named.
    """
    for row in rows:
        if row.model not in known:
            meant = nearest(row.model, known)
            hint = f"did you mean `{meant}`? " if meant else ""
            raise InputError(
                f"{row.name!r} is neither a model nor a row of {where} with `model: ...`; {hint}"
                f"Models are {', '.join(known)}."
            )


def run_settings(
    base: Path,
    preset: str | None,
    row: ComparedRow,
    seed: int,
    paths: Sequence[str] = (),
    presets: Path = PRESETS,
    common: Mapping[str, Any] | None = None,
) -> RunSettings:
    """The parameters of one run: ``base``, then the preset, those of all rows, the row's own, its model and the seed.

    Nothing is ablated that the row does not name.

    Args:
        base: params.yaml.
        preset: a name in ``presets``, or None for ``base`` as it stands.
        row: what to run.
        seed: of the run.
        paths: dotted parameters that name inputs; those that leave the folder of ``base`` are made absolute, since
            the run takes place in another.
        presets: folder of the presets.
        common: dotted parameter -> value, for all rows.

    Raises:
        InputError: an unknown preset, or a parameter that ``base`` does not have.
    """
    with TemporaryDirectory() as folder:
        params = Path(folder) / "params.yaml"
        params.write_bytes(base.read_bytes())
        if preset:
            apply_preset(preset, params, presets)
        always = {"model": row.model, "seed": seed, "comparison": NONE}  # a comparison is of no use to its own runs
        _override(params, {"ablate": [], **(common or {}), **row.overrides, **always}, row.name)
        values = Params(params).values
        named = {name: str(parameter(values, name)) for name in paths}
        outside = {name: str((base.parent / path).resolve()) for name, path in named.items() if path.startswith("..")}
        _override(params, outside, row.name)
        return RunSettings(params.read_text(encoding="utf-8"), Params(params).values)


def _override(params: Path, values: Mapping[str, Any], name: str) -> None:
    # A preset made for the occasion: the text is changed, and checked, in the one way that presets have.
    if not values:
        return
    lines = [f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in values.items()]
    write_text("".join(lines), params.parent / "row.yaml")
    try:
        apply_preset("row", params, params.parent)
    except InputError as error:
        message = str(error).replace(str(params), "params.yaml").removeprefix("preset row: ")
        raise InputError(f"row {name!r} of the comparison: {message}") from error


def _row(name: str, block: object, where: str) -> ComparedRow:
    if block is not None and not isinstance(block, dict):
        raise InputError(f"{where}: row {name!r} must hold parameters, found {block!r}.")
    values = dict(leaves(block or {}))
    model = values.pop("model", name)
    if "seed" in values:
        raise InputError(f"{where}: row {name!r} sets `seed`; seeds are the same for every row (--seeds 0,1).")
    return ComparedRow(name, str(model), values)
