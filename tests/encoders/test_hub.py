"""Fetching a model from a hub: a small server stands for it."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

import pytest
from huggingface_hub import constants

from pipeline.common.errors import InputError, TryAgainError
from pipeline.encoders.hub import model_folder

MODEL, REVISION = "lab/model", "5" * 40
FILES = {"config.json": b"{}", "tokenizer.json": b"[]", "pytorch_model.bin": b"weights" * 100, "onnx/model.onnx": b"no"}


class Hub(BaseHTTPRequestHandler):
    """Answers as the hub does for one model; ``missing`` files are listed and not there."""

    missing: ClassVar[set[str]] = set()
    asked: ClassVar[list[str]] = []

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        self.asked.append(path)
        name = path.removeprefix(f"/{MODEL}/resolve/{REVISION}/")
        if path == f"/api/models/{MODEL}/revision/{REVISION}":
            self.answer(200, json.dumps({"id": MODEL, "sha": REVISION, "private": False}).encode())
        elif path == f"/api/models/{MODEL}/tree/{REVISION}":
            listing = [{"type": "file", "path": n, "size": len(c), "oid": "0" * 40} for n, c in FILES.items()]
            self.answer(200, json.dumps(listing).encode())
        elif name in FILES and name not in self.missing:
            self.answer(200, FILES[name])
        else:
            code = "RevisionNotFound" if path.startswith(f"/api/models/{MODEL}/") else "RepoNotFound"
            self.answer(404, b"", **{"X-Error-Code": "EntryNotFound" if name in FILES else code})

    def answer(self, status: int, content: bytes, **headers: str) -> None:
        self.send_response(status)
        headers |= {"Content-Length": str(len(content)), "X-Repo-Commit": REVISION}
        for key, value in (headers | {"ETag": f'"{hashlib.sha256(content).hexdigest()}"'}).items():
            self.send_header(key, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(autouse=True)
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    endpoint = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr(constants, "ENDPOINT", endpoint)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", endpoint + "/{repo_id}/resolve/{revision}/{filename}")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(Hub, "missing", set())
    monkeypatch.setattr(Hub, "asked", [])
    yield
    server.shutdown()
    server.server_close()


def test_a_model_is_fetched_once_and_only_what_is_needed() -> None:
    folder = model_folder(MODEL, REVISION)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        name: content for name, content in FILES.items() if "/" not in name
    }
    Hub.asked.clear()
    assert model_folder(MODEL, REVISION) == folder
    assert Hub.asked == []


def test_an_unknown_model_or_revision_is_told() -> None:
    with pytest.raises(InputError, match="no such model, or no revision"):
        model_folder(MODEL, "6" * 40)
    with pytest.raises(InputError, match="no such model, or no revision"):
        model_folder("lab/other", REVISION)


def test_a_broken_download_may_be_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Hub, "missing", {"pytorch_model.bin"})
    with pytest.raises(TryAgainError, match=f"hf download {MODEL} --revision {REVISION}"):
        model_folder(MODEL, REVISION)
    monkeypatch.setattr(Hub, "missing", set())
    assert (model_folder(MODEL, REVISION) / "pytorch_model.bin").read_bytes() == FILES["pytorch_model.bin"]
