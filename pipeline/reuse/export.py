"""A finished run as a folder to share."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipeline.common.errors import InputError
from pipeline.common.json_files import read_json
from pipeline.common.whole_files import copy_file, is_unfinished, write_text
from pipeline.encoders.encoder_folder import copy_encoder
from pipeline.models.model_config import CONFIG, check_model_files, write_model_config
from pipeline.report.card import model_card
from pipeline.run.destination import check_destination
from pipeline.run.finished import EXPORT, FinishedRun
from pipeline.run.layout import Layout
from pipeline.run.record import save_record, without_paths
from pipeline.tables.catalogue import DOCUMENTS, THETA, TOPICS, WHOLES

STOP_WORDS, CARD = Path("stopwords"), "README.md"
REPORTS = ("metrics", "classification", "intake", "coherence", "losses")  # attributes of a layout


def export(run: FinishedRun, folder: Path, texts: bool) -> None:
    """Write the folder, each file whole or not at all; :func:`pipeline.load` reads it from any place.

    Args:
        run: the run to share.
        folder: a new folder, an empty one, or one of an earlier export; the files of an earlier export are replaced.
        texts: whether the documents' texts are exported as well.

    Raises:
        InputError: the folder holds something else or lies among the run's own files, or the run has not finished.
    """
    check_destination("--output", folder, layout=run.layout)
    _refuse_others(folder)
    target = Layout.exported(folder, run.layout.cache)
    card = model_card(run, texts)
    stop_words = _stop_words(run)
    configuration = run.config | {EXPORT: {"dataset": run.parameters["dataset"]}}
    if stop_words is not None:
        configuration["tokenise"] = run.config["tokenise"] | {"stopwords": str(STOP_WORDS)}
    reports = [getattr(run.layout, name) for name in REPORTS]
    check_model_files(run.layout.model, run.config)
    for path in reports:
        if not path.exists():
            raise InputError(f"{path} is missing. `dvc repro` makes it.")
    for earlier in (folder / STOP_WORDS, target.model_encoder, target.records):
        shutil.rmtree(earlier, ignore_errors=True)
    # The configuration comes first, so that a half-written folder counts as an export and can be written again.
    write_model_config(configuration, target.model)
    for path in stop_words or ():
        copy_file(path, folder / STOP_WORDS / path.name)
    for name in run.config["sha256"]:  # the model's other files
        copy_file(run.layout.model / name, target.model / name)
    copy_encoder(run.layout.model_encoder, target.model_encoder)
    trained = TOPICS.read(run.layout.tables).filter(source="trained", selection=run.parameters["top_words"])
    TOPICS.write(trained, target.tables)
    THETA.write(THETA.read(run.layout.tables, ["id", "lang", "theta"]), target.tables, ["id", "lang", "theta"])
    of_wholes = ["id", "lang", "split", "label", "passages", "words", "theta"]
    WHOLES.write(WHOLES.read(run.layout.tables, of_wholes), target.tables, of_wholes)
    columns = ["id", "lang", "split", *(["text"] if texts else []), "label"]
    DOCUMENTS.write(run.documents, target.tables, columns)
    for stage, record in run.records.items():
        shared = replace(record, parameters=without_paths(record.parameters), inputs=_without_folders(record.inputs))
        save_record(shared, target.records, stage)
    for name in REPORTS:
        copy_file(getattr(run.layout, name), getattr(target, name))
    write_text(card, folder / CARD)


def _without_folders(inputs: Any) -> dict[str, str]:  # noqa: ANN401 - a mapping of paths
    return {Path(path).name if Path(path).is_absolute() else path: digest for path, digest in inputs.items()}


def _refuse_others(folder: Path) -> None:
    if folder.is_file():
        raise InputError(f"--output {folder} is a file. Name a new folder, an empty one, or one of an earlier export.")
    if not folder.exists() or all(map(is_unfinished, folder.iterdir())):
        return
    config = folder / CONFIG
    values = read_json(config) if config.exists() else None
    if not isinstance(values, dict) or EXPORT not in values:
        raise InputError(f"--output {folder} holds other files and is not an export. Name a new or an empty folder.")


def _stop_words(run: FinishedRun) -> list[Path] | None:
    """The user's own lists of the model's languages; None where the model was trained without such a folder."""
    folder = run.config["tokenise"].get("stopwords")
    if folder is None:
        return None
    lists = run.layout.root / folder
    if not lists.is_dir():
        raise InputError(
            f"{lists} does not exist, but the model was trained with the stop words in it. Put the folder back."
        )
    return [path for language in run.languages if (path := lists / f"{language}.txt").exists()]
