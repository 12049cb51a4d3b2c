"""Checkpoints: whole or not at all, in a folder that only the same run finds, and good after a real kill."""

from __future__ import annotations

import importlib.metadata
import logging
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import killed_training
import pytest
import torch
from killed_training import SETTINGS, SIZES
from planted import first_batch, fit, planted_corpus, planted_model, same_weights

from pipeline.common.reproducible import versions
from pipeline.models.xtra import Xtra
from pipeline.training import checkpoint as resume
from pipeline.training.checkpoint import NAME, checkpoint_folder, load_checkpoint, save_checkpoint
from pipeline.training.optimiser import Optimiser

CORPUS = planted_corpus(SIZES)
LOSSES = [{"epoch": 1, "total": 0.1 + 0.2}, {"epoch": 2, "total": 1 / 3}]


def optimiser_of(model: Xtra, by_rows: bool = True) -> Optimiser:
    return Optimiser(model, learning_rate=0.01, clip=1.0, by_rows=by_rows)


def stepped(seed: int, by_rows: bool = True) -> tuple[Xtra, Optimiser]:
    """A model and its optimiser after two steps, of other documents each."""
    model = planted_model(CORPUS, seed)
    optimiser = optimiser_of(model, by_rows)
    for documents in (10, 2):
        optimiser.step(model.loss(first_batch(CORPUS, documents)).total)
    return model, optimiser


@pytest.mark.parametrize("theirs", [True, False], ids=["to rows", "to dense"])
@pytest.mark.parametrize("ours", [True, False], ids=["from rows", "from dense"])
def test_a_checkpoint_restores_everything(ours: bool, theirs: bool, tmp_path: Path) -> None:
    model, optimiser = stepped(1, ours)
    save_checkpoint(tmp_path, model, optimiser, LOSSES)
    other = planted_model(CORPUS, seed=2)
    fresh = optimiser_of(other, theirs)
    assert load_checkpoint(tmp_path, other, fresh) == LOSSES
    assert same_weights(other, model)
    restored = fresh.tensors()
    assert restored.keys() == {
        f"{kind}.{name}" for kind in ("steps", "mean", "square") for name, _ in model.named_parameters()
    }
    for name, tensor in optimiser.tensors().items():
        assert torch.equal(tensor, restored[name]), name
    assert {int(tensor) for name, tensor in restored.items() if name.startswith("steps.")} == {2}
    for name, parameter in model.named_parameters():  # the state is of something
        assert restored[f"mean.{name}"].shape == parameter.shape
        assert restored[f"square.{name}"].any(), name


@pytest.mark.parametrize("by_rows", [True, False])
def test_a_restored_optimiser_steps_on_as_the_first(by_rows: bool, tmp_path: Path) -> None:
    model, optimiser = stepped(1, by_rows)
    save_checkpoint(tmp_path, model, optimiser, LOSSES)
    other = planted_model(CORPUS, seed=2)
    fresh = optimiser_of(other, by_rows)
    load_checkpoint(tmp_path, other, fresh)
    for one, its in ((model, optimiser), (other, fresh)):
        torch.manual_seed(3)
        for documents in (3, 7):
            its.step(one.loss(first_batch(CORPUS, documents)).total)
        its.close()
    assert same_weights(other, model)


@pytest.mark.parametrize("by_rows", [True, False])
def test_an_optimiser_goes_back_to_an_earlier_state(by_rows: bool) -> None:
    model, optimiser = stepped(1, by_rows)
    state = {name: tensor.clone() for name, tensor in optimiser.tensors().items()}  # and the weights are up to date
    weights = {name: tensor.clone() for name, tensor in model.state_dict().items()}

    def two_steps() -> dict[str, torch.Tensor]:
        torch.manual_seed(3)
        for documents in (3, 7):
            optimiser.step(model.loss(first_batch(CORPUS, documents)).total)
        optimiser.settle()
        return {name: tensor.clone() for name, tensor in model.state_dict().items()}

    once = two_steps()
    optimiser.step(model.loss(first_batch(CORPUS, 2)).total)
    assert all(table.pending.any() for table in optimiser.tables.values())  # rows wait for what is now forgotten
    model.load_state_dict(weights)
    optimiser.load(state)
    assert all(torch.equal(tensor, once[name]) for name, tensor in two_steps().items())


def test_no_checkpoint_leaves_the_model_alone(tmp_path: Path) -> None:
    model = planted_model(CORPUS)
    assert load_checkpoint(tmp_path / "nothing", model, optimiser_of(model)) == []
    assert same_weights(model, planted_model(CORPUS))


def test_the_same_state_gives_the_same_bytes_and_nothing_else(tmp_path: Path) -> None:
    for folder in ("first", "second"):
        save_checkpoint(tmp_path / folder, *stepped(seed=1), LOSSES)
    assert [path.name for path in (tmp_path / "first").iterdir()] == [NAME]
    assert (tmp_path / "first" / NAME).read_bytes() == (tmp_path / "second" / NAME).read_bytes()


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "half": lambda data: data[: len(data) // 2],
    "last byte gone": lambda data: data[:-1],
    "empty": lambda _: b"",
    "zeros": lambda data: bytes(len(data)),
    "text": lambda _: b"not a checkpoint at all",
    "length flipped": lambda data: data[:6] + b"\x01" + data[7:],
    "brace flipped": lambda data: data[:8] + b"[" + data[9:],
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_checkpoint_is_told_and_training_starts_anew(
    damage: Callable[[bytes], bytes], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fit(planted_model(CORPUS), CORPUS, tmp_path / "broken", epochs=3)
    path = tmp_path / "broken" / NAME
    path.write_bytes(damage(path.read_bytes()))
    anew, clean = planted_model(CORPUS), planted_model(CORPUS)
    history = fit(anew, CORPUS, tmp_path / "broken", epochs=3)
    warning = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert len(warning) == 1
    assert f"{path} is damaged" in warning[0]
    assert "starts again from the first epoch" in warning[0]
    assert history == fit(clean, CORPUS, tmp_path / "clean", epochs=3)
    assert same_weights(anew, clean)


HEADER_DAMAGES = {
    "a key": (b'"model.beta.0"', b'"model.beta.7"'),
    "a state": (b"optimiser.square.", b"optimiser.squars."),
    "the losses": (b'\\"losses\\": ', b'\\"lossez\\": '),
    "a number": (b'\\"epoch\\": ', b'\\"epoch\\"; '),
}


@pytest.mark.parametrize(("old", "new"), HEADER_DAMAGES.values(), ids=HEADER_DAMAGES.keys())
def test_a_flipped_bit_in_the_header_is_damage(old: bytes, new: bytes, tmp_path: Path) -> None:
    save_checkpoint(tmp_path, *stepped(seed=1), LOSSES)
    data = (tmp_path / NAME).read_bytes()
    assert old in data
    (tmp_path / NAME).write_bytes(data.replace(old, new, 1))
    model = planted_model(CORPUS, seed=1)
    assert load_checkpoint(tmp_path, model, optimiser_of(model)) == []
    assert same_weights(model, planted_model(CORPUS, seed=1))


def test_a_flipped_bit_in_the_weights_is_damage(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, *stepped(seed=1), LOSSES)
    data = bytearray((tmp_path / NAME).read_bytes())
    data[-2] ^= 0x40
    (tmp_path / NAME).write_bytes(data)
    model = planted_model(CORPUS, seed=1)
    assert load_checkpoint(tmp_path, model, optimiser_of(model)) == []


def test_a_write_that_breaks_keeps_the_last_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_checkpoint(tmp_path, *stepped(seed=1), LOSSES)
    before = (tmp_path / NAME).read_bytes()

    def broken(path: Path, content: bytes) -> None:
        with path.open("wb") as file:
            file.write(content[:100])
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "write_bytes", broken)
    with pytest.raises(KeyboardInterrupt):
        save_checkpoint(tmp_path, *stepped(seed=2), LOSSES)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {NAME: before}


def test_a_leftover_of_a_killed_write_is_not_read(tmp_path: Path) -> None:
    (tmp_path / f".{NAME}.1.partial").write_bytes(b"half a checkpoint")
    model = planted_model(CORPUS)
    assert load_checkpoint(tmp_path, model, optimiser_of(model)) == []


def test_a_killed_process_resumes_to_the_weights_of_an_unbroken_run(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    script = Path(killed_training.__file__)
    paths = os.pathsep.join([str(script.parent), str(script.parents[1])])
    command = [sys.executable, str(script), str(tmp_path / "killed")]
    process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": paths})
    deadline = time.monotonic() + 60
    while not (tmp_path / "killed" / NAME).exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    caplog.set_level(logging.INFO)
    resumed, unbroken = planted_model(CORPUS), planted_model(CORPUS)
    history = fit(resumed, CORPUS, tmp_path / "killed", **SETTINGS)
    assert "resumed after epoch" in caplog.text
    assert history == fit(unbroken, CORPUS, tmp_path / "unbroken", **SETTINGS)
    assert same_weights(resumed, unbroken)


SETTING: dict[str, Any] = {"model": "xtra", "train": {"seed": 0, "epochs": 3}}


@pytest.fixture
def inputs(tmp_path: Path) -> list[Path]:
    for name in ("bow", "embeddings"):
        (tmp_path / name).write_text(name)
    return [tmp_path / "bow", tmp_path / "embeddings"]


def test_the_folder_stays_where_nothing_changes(inputs: list[Path], tmp_path: Path) -> None:
    folder = checkpoint_folder(tmp_path / "p", SETTING, inputs)
    assert folder.parent == tmp_path / "p"
    assert not folder.parent.exists()
    os.utime(inputs[0], (0, 0))
    reordered = {"train": {"epochs": 3, "seed": 0}, "model": "xtra"}
    assert checkpoint_folder(tmp_path / "p", reordered, inputs) == folder
    moved = [path.rename(path.with_suffix(".moved")) for path in inputs]
    assert checkpoint_folder(tmp_path / "p", SETTING, moved) == folder


@pytest.mark.parametrize(
    "setting",
    [
        {"model": "other", "train": SETTING["train"]},
        SETTING | {"train": {"seed": 1, "epochs": 3}},
        SETTING | {"x": None},
    ],
    ids=str,
)
def test_the_folder_changes_with_a_setting(setting: dict[str, Any], inputs: list[Path], tmp_path: Path) -> None:
    assert checkpoint_folder(tmp_path, setting, inputs) != checkpoint_folder(tmp_path, SETTING, inputs)


@pytest.mark.parametrize("changed", [0, 1])
def test_the_folder_changes_with_an_input(changed: int, inputs: list[Path], tmp_path: Path) -> None:
    before = checkpoint_folder(tmp_path, SETTING, inputs)
    data = inputs[changed].read_bytes()
    inputs[changed].write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    assert checkpoint_folder(tmp_path, SETTING, inputs) != before
    inputs[changed].write_bytes(data)
    assert checkpoint_folder(tmp_path, SETTING, inputs) == before


def test_the_folder_changes_where_bytes_move_from_one_input_to_the_next(inputs: list[Path], tmp_path: Path) -> None:
    before = checkpoint_folder(tmp_path, SETTING, inputs)
    inputs[0].write_text("bowe")
    inputs[1].write_text("mbeddings")
    assert checkpoint_folder(tmp_path, SETTING, inputs) != before


@pytest.mark.parametrize("file", ["losses/kl.py", "models/xtra.py", "training/loop.py"])
def test_the_folder_changes_with_the_code(
    file: str, inputs: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = checkpoint_folder(tmp_path, SETTING, inputs)
    copy = shutil.copytree(resume.PACKAGE, tmp_path / "pipeline", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(resume, "PACKAGE", copy)
    assert checkpoint_folder(tmp_path, SETTING, inputs) == before
    with (copy / file).open("a") as code:
        code.write("# changed\n")
    assert checkpoint_folder(tmp_path, SETTING, inputs) != before


def test_the_folder_changes_with_the_threads(
    inputs: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = checkpoint_folder(tmp_path, SETTING, inputs)
    monkeypatch.setattr(resume, "versions", versions.__wrapped__)  # not those that it has once found
    assert checkpoint_folder(tmp_path, SETTING, inputs) == before
    monkeypatch.setenv("PIPELINE_THREADS", "64")
    assert checkpoint_folder(tmp_path, SETTING, inputs) != before


def test_the_folder_changes_with_torch(inputs: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = checkpoint_folder(tmp_path, SETTING, inputs)
    monkeypatch.setattr(resume, "versions", versions.__wrapped__)  # not those that it has once found
    assert checkpoint_folder(tmp_path, SETTING, inputs) == before
    real = importlib.metadata.version
    monkeypatch.setattr("pipeline.common.reproducible.version", lambda name: "0.0" if name == "torch" else real(name))
    assert checkpoint_folder(tmp_path, SETTING, inputs) != before
