"""The list of what to mend, from the records of all stages."""

from __future__ import annotations

from pipeline.run.record import Record
from pipeline.run.to_mend import to_mend


def records(**advice: list[str]) -> dict[str, Record]:
    return {stage: Record({}, {}, {}, sentences) for stage, sentences in advice.items()}


def test_the_first_sentences_of_all_stages_come_first() -> None:
    found = to_mend(records(documents=["a1", "a2", "a3"], bow=[], cluster=["c1"], evaluate=["e1", "e2"]))
    assert found == ["a1", "c1", "e1", "a2", "e2", "a3"]
    assert to_mend(records(documents=[])) == []


def test_the_list_is_short_and_says_how_many_more_there_are() -> None:
    many = records(documents=[f"a{i}" for i in range(9)], bow=[f"b{i}" for i in range(9)])
    found = to_mend(many)
    assert len(found) == 12
    assert found[:3] == ["a0", "b0", "a1"]
    assert found[-1].startswith("7 more: ")
    assert len(to_mend(many, 18)) == 18
