"""The benchmark that grows the corpus: what it generates, and what it measures."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from benchmarks import scale, scale_corpus


def test_the_generated_corpus_is_zipfian_and_the_same_again(tmp_path: Path) -> None:
    for name in ("first", "second"):
        scale_corpus.write_documents(tmp_path / name, 2001)
    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()
    rows = list(map(json.loads, (tmp_path / "first").read_text(encoding="utf-8").splitlines()))
    assert Counter(row["lang"] for row in rows) == {"en": 1001, "de": 1000}
    assert {len(row["text"].split()) for row in rows} == {scale_corpus.LENGTH}
    often = [times for _, times in Counter(w for row in rows for w in row["text"].split()).most_common()]
    assert often[0] > 50 * often[len(often) // 2]


def test_languages_share_no_word_and_ranks_are_translations(tmp_path: Path) -> None:
    first, second = (scale_corpus.vocabulary(lang) for lang in scale_corpus.LANGUAGES)
    assert len({*first, *second}) == 2 * scale_corpus.WORDS
    scale_corpus.write_dictionary(tmp_path)
    lines = (tmp_path / "en-de.tsv").read_text(encoding="utf-8").splitlines()
    assert lines[7] == f"{first[7]}\t{second[7]}"


def test_memory_of_a_stage_and_its_children_is_counted(tmp_path: Path) -> None:
    (tmp_path / "stages").mkdir()
    grow = "import time; data = bytearray(b'x') * 100 * 2**20; time.sleep(1)"
    code = f"import subprocess, sys\nchild = [sys.executable, '-c', {grow!r}]\n"
    code += f"second = subprocess.Popen(child)\n{grow}\nsecond.wait()\n"
    (tmp_path / "stages/two.py").write_text(code)
    seconds, processor, largest, together = scale.run(tmp_path, "two")
    assert seconds > max(1, processor), "a second of sleep is no work"
    assert largest / scale.MEGABYTE > 100  # no upper bound: a child is billed for its parent's size too
    assert together / scale.MEGABYTE > 200


def test_a_stage_that_fails_stops_the_measurement(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="none failed in"):
        scale.run(tmp_path, "none")


def test_the_table_has_a_line_a_stage() -> None:
    row = {"seconds": 1.5, "cpu_seconds": 2.0, "largest_process_mb": 10, "all_processes_mb": 1200}
    rows = [{"documents": size, "stage": stage} | row for size in (10, 1000) for stage in ("bow", "embed")]
    assert scale.table(rows).splitlines() == [
        "| stage | 10: s | CPU s | MB | 1,000: s | CPU s | MB |",
        "|---|---:|---:|---:|---:|---:|---:|",
        "| bow | 1.5 | 2.0 | 1,200 | 1.5 | 2.0 | 1,200 |",
        "| embed | 1.5 | 2.0 | 1,200 | 1.5 | 2.0 | 1,200 |",
    ]


def test_what_is_measured_anew_replaces_its_row(tmp_path: Path) -> None:
    path = tmp_path / "scale.json"
    first = [{"documents": 1000, "stage": stage, "seconds": 1.0} for stage in ("bow", "embed")]
    path.write_text(json.dumps(scale.merged(path, first)))
    anew = [{"documents": size, "stage": "bow", "seconds": 2.0} for size in (1000, 10)]
    assert scale.merged(path, anew) == [anew[1], anew[0], first[1]]
