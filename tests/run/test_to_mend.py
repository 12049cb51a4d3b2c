"""The list of what to mend, from the records of all stages."""

from __future__ import annotations

from pathlib import Path

from pipeline.common.mending import Advice, Weight
from pipeline.run.record import Record, read_records, write_record
from pipeline.run.to_mend import to_mend

EMPTY, LOST, WORSE, HINT = Weight


def advice(text: str, weight: Weight = WORSE, **languages: str) -> Advice:
    return Advice(weight, text, "Do it.", languages)


def records(**stages: list[Advice]) -> dict[str, Record]:
    return {stage: Record({}, {}, {}, found) for stage, found in stages.items()}


def test_what_ruins_the_results_comes_first_and_hints_last_and_then_the_order_of_the_stages_counts() -> None:
    found = to_mend(
        records(
            documents=[advice("d3", HINT), advice("d2")],
            tokenise=[],
            bow=[advice("b1", LOST)],
            cluster=[advice("c2"), advice("c1", LOST), advice("c0", EMPTY)],
        )
    )
    assert found == [f"{text}. Do it." for text in ("c0", "b1", "c1", "d2", "c2", "d3")]
    assert to_mend(records(documents=[])) == []


def test_what_is_the_same_in_several_languages_is_one_sentence() -> None:
    found = to_mend(
        records(
            tokenise=[
                advice("No list", Greek="", Persian=""),
                advice("Few", Greek="2"),
                advice("No list", Ukrainian=""),
            ],
            link=[advice("Few", Persian="3"), advice("Few", HINT, Persian="3, or 4", Greek="5")],
        )
    )
    assert found == [
        "No list: Greek, Persian, Ukrainian. Do it.",
        "Few: Greek 2, Persian 3. Do it.",
        "Few: Persian 3, or 4; Greek 5. Do it.",
    ]


def test_many_languages_are_counted() -> None:
    (found,) = to_mend(records(bow=[advice("Few", **{f"language{number}": "" for number in range(40)})]))
    assert found.endswith("language11 and 28 more. Do it.")


def test_the_list_is_short_and_says_how_many_more_there_are() -> None:
    many = records(documents=[advice(f"a{i}") for i in range(9)], bow=[advice(f"b{i}") for i in range(9)])
    found = to_mend(many)
    assert len(found) == 12
    assert found[0] == "a0. Do it."
    assert found[-1].startswith("7 more: ")
    assert len(to_mend(many, 18)) == 18


def test_a_record_keeps_advice_and_merges_it(tmp_path: Path) -> None:
    write_record(tmp_path, "bow", {}, advice=[advice("Few", LOST, Greek="2"), advice("Few", LOST, Persian="3")])
    assert read_records(tmp_path)["bow"].advice == [advice("Few", LOST, Greek="2", Persian="3")]
