"""What each stage of a run was run with. A stage writes its record when it runs, so a run knows its own parameters.

params.yaml says what the next run will be made with; a record says what this run was made with. A record is an output
of its stage, so DVC keeps it and restores it with the stage's other outputs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pipeline.common.dotted import merged
from pipeline.common.errors import InputError
from pipeline.common.files import digest, file_digest
from pipeline.common.json_files import read_sealed_json, write_sealed_json
from pipeline.common.mending import Advice, Weight, merged_advice
from pipeline.common.reproducible import versions

STAGES = ("documents", "tokenise", "bow", "embed", "link", "cluster", "train", "evaluate", "classify")


@dataclass(frozen=True)
class Record:
    """What one stage was run with.

    Attributes:
        parameters: all parameters that the stage read, nested by section; those that params.yaml left out have their
            defaults.
        versions: versions of Python and of the packages that decide results, and the number of threads.
        inputs: path -> SHA-256 of each file or folder that comes from outside the pipeline.
        advice: what the user may mend, such as a language without stop words. As a part of the record it is told again
            where the stage comes from the cache.
        reports: name -> SHA-256 of each file of figures that the stage wrote as JSON or CSV. Tables, models and records
            hold a digest themselves.
    """

    parameters: Mapping[str, Any]
    versions: Mapping[str, str]
    inputs: Mapping[str, str]
    advice: Sequence[Advice] = ()
    reports: Mapping[str, str] = field(default_factory=dict)


def write_record(
    folder: Path,
    stage: str,
    parameters: Mapping[str, Any],
    inputs: Iterable[Path | None] = (),
    advice: Sequence[Advice] = (),
    reports: Iterable[Path] = (),
) -> None:
    """Write ``folder/STAGE.json``.

    Args:
        folder: folder of the run's records.
        stage: name of the stage.
        parameters: the parameters that the stage read.
        inputs: files and folders from outside the pipeline; None for an optional one that is not used.
        advice: what the user may mend, the most important of each weight first.
        reports: files of figures that the stage wrote.
    """
    digests = {path.as_posix(): digest(path) for path in inputs if path is not None}
    figures = {path.name: file_digest(path) for path in reports}
    save_record(Record(parameters, versions(), digests, merged_advice(advice), figures), folder, stage)


def save_record(record: Record, folder: Path, stage: str) -> None:
    """Write ``folder/STAGE.json`` with a digest in it."""
    write_sealed_json(asdict(record), folder / f"{stage}.json")


def read_records(folder: Path) -> dict[str, Record]:
    """The records of a run by stage, in the order of the stages; stages that have not run are missing.

    Raises:
        InputError: a record is damaged.
    """
    return {stage: read_record(folder, stage) for stage in STAGES if (folder / f"{stage}.json").exists()}


def read_record(folder: Path, stage: str) -> Record:
    """The record of one stage.

    Raises:
        InputError: the record is missing, damaged, or not as it was written.
    """
    path = folder / f"{stage}.json"
    fields = read_sealed_json(path)
    try:
        advice = [Advice(**one | {"weight": Weight(one["weight"])}) for one in fields["advice"]]
        return Record(**fields | {"advice": advice})
    except (TypeError, KeyError, ValueError) as error:
        raise InputError(
            f"{path} is damaged, or of another version of this software. `dvc repro` makes it again; of an exported "
            "model, ask for a new export."
        ) from error


def without_paths(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters, with absolute paths cut to their last part, so that no folders of one machine are shared."""
    return {name: _without_path(value) for name, value in parameters.items()}


def _without_path(value: Any) -> Any:  # noqa: ANN401 - any parameter
    if isinstance(value, Mapping):
        return without_paths(value)
    return Path(value).name if isinstance(value, str) and Path(value).is_absolute() else value


def all_parameters(records: Mapping[str, Record]) -> dict[str, Any]:
    """The parameters of all records together, shaped like params.yaml."""
    parameters: dict[str, Any] = {}
    for record in records.values():
        parameters = merged(parameters, record.parameters)
    return parameters
