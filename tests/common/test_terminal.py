"""What reaches a terminal is text, in any encoding."""

from __future__ import annotations

import logging
import os
import subprocess
import sys

import pytest
from project import ROOT

from pipeline.common.terminal import InertFormatter, inert


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
        ("\x1b[2Jgone", r"\x1b[2Jgone"),
        ("\x9b31mred", r"\x9b31mred"),
        ("a\rb", r"a\rb"),
        ("user\u202egpj.exe", r"user\u202egpj.exe"),
        ("two\nlines\tand 貿易 ağ", "two\nlines\tand 貿易 ağ"),
    ],
)
def test_nothing_commands_the_terminal(text: str, shown: str) -> None:
    assert inert(text) == shown


def test_neither_do_the_arguments_of_a_line_of_the_log() -> None:
    record = logging.LogRecord("x", logging.INFO, "x", 1, "%s: read", ("\x1b[31m.csv",), None)
    assert InertFormatter("%(message)s").format(record) == r"\x1b[31m.csv: read"


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_a_terminal_without_the_characters_ends_no_run(encoding: str) -> None:
    program = (
        "from pipeline.common.terminal import replace_unknown_characters\n"
        "replace_unknown_characters()\n"
        "print('end of 貿易')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=os.environ | {"PYTHONIOENCODING": encoding},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "end of ??\n"), done.stderr
