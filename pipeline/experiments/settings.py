"""The rows of a comparison, and the parameters of each run."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pipeline.common.dotted import leaves
from pipeline.common.errors import InputError, nearest
from pipeline.common.whole_files import write_text
from pipeline.comparison.results import ComparedRow
from pipeline.config.parameters import NONE, Params
from pipeline.config.presets import PRESETS, apply_preset
from pipeline.experiments.keys import parameter


@dataclass(frozen=True)
class RunSettings:
    """The parameters of a run: the text of ``params.yaml``, and its values."""

    text: str
    values: Mapping[str, Any]


def choose_rows(listed: Mapping[str, Any], names: Sequence[str], where: str) -> list[ComparedRow]:
    """The rows called ``names``; a name that is not in the list is a model without changed parameters.

    Args:
        listed: row -> parameters (dotted or nested); ``model`` names the model, by default it is the row's name.
        names: names of rows; if empty, all rows of the list.
        where: the file of the list, for messages.

    Raises:
        InputError: there are no rows, a row is named twice, or a row's parameters are not a mapping or set the seed.
    """
    chosen = list(names) or list(listed)
    if not chosen:
        raise InputError(f"nothing to compare: name models (--models a,b), or list rows in {where}.")
    repeated = sorted({name for name in chosen if chosen.count(name) > 1})
    if repeated:
        raise InputError(f"row {repeated[0]!r} is named twice. Name each row only once.")
    return [_row(name, listed.get(name), where) for name in chosen]


def check_models(rows: Sequence[ComparedRow], known: Sequence[str], where: str) -> None:
    """Refuse a model that does not exist before anything runs.

    Raises:
        InputError: a row's model is not one of ``known``; the message names the most similar one.
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
    """The parameters of one run: ``base``, then the preset, ``common``, the row's parameters, its model, the seed.

    A term of the model is ablated only if the row says so.

    Args:
        base: params.yaml.
        preset: a name in ``presets``, or None to use ``base`` unchanged.
        row: row to run.
        seed: seed of the run.
        paths: dotted parameters that name inputs; paths outside the folder of ``base`` are made absolute, because the
            run takes place in another folder.
        presets: folder of the presets.
        common: dotted parameter -> value, for all rows.

    Raises:
        InputError: the preset is unknown, or ``base`` lacks a parameter.
    """
    with TemporaryDirectory() as folder:
        params = Path(folder) / "params.yaml"
        params.write_bytes(base.read_bytes())
        if preset:
            apply_preset(preset, params, presets)
        # The runs of a comparison do not show a comparison.
        always = {"model": row.model, "seed": seed, "comparison": NONE}
        _override(params, {"ablate": [], **(common or {}), **row.overrides, **always}, row.name)
        values = Params(params).values
        named = {name: str(parameter(values, name)) for name in paths}
        outside = {name: str((base.parent / path).resolve()) for name, path in named.items() if path.startswith("..")}
        _override(params, outside, row.name)
        return RunSettings(params.read_text(encoding="utf-8"), Params(params).values)


def _override(params: Path, values: Mapping[str, Any], name: str) -> None:
    # The values become a temporary preset, so that the text is changed and checked in the same way as for presets.
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
        raise InputError(f"{where}: row {name!r} must be a mapping of parameters, found {block!r}.")
    values = dict(leaves(block or {}))
    model = values.pop("model", name)
    if "seed" in values:
        raise InputError(
            f"{where}: row {name!r} sets `seed`, but the seeds are the same for every row. Use --seeds 0,1 instead."
        )
    return ComparedRow(name, str(model), values)
