"""What an intake lets the user mend."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pipeline.common.errors import first_names
from pipeline.common.mending import Advice, Weight
from pipeline.common.wording import counted, some_of
from pipeline.documents.file_row import place
from pipeline.languages.codes import named_language

REJECTS = "data/run/rejects.parquet"


def intake_advice(report: Mapping[str, Any]) -> list[Advice]:
    """The advice for the counts of an intake, see :func:`pipeline.documents.account.intake_report`."""
    advice = [
        *_rejected(report),
        *_unread_dates(report["dates"]),
        *_other_language(report["other_language"]),
        *_columns(report["columns"]),
        *_files(report),
        *_changed(report["normalised"]),
        *_pairs(report),
        *_repeated_texts(report["repeated_texts"]),
    ]
    return sorted(advice, key=lambda one: one.weight)


def _rejected(report: Mapping[str, Any]) -> Iterator[Advice]:
    if report["rejected"]:
        reasons = [
            f"{kind}: {count:,}" for kind, count in sorted(report["by_reason"].items(), key=lambda item: -item[1])
        ]
        yield Advice(
            Weight.LOST,
            f"Left out: {some_of(report['rejected'], report['rows_in'], 'row')} ({first_names(reasons)}), the first at "
            f"{_place(report['first_rejects'][0])}",
            f"{REJECTS} has each with its file, row and reason.",
        )


def _unread_dates(dates: Mapping[str, Any]) -> Iterator[Advice]:
    if count := dates["ambiguous"]:
        yield Advice(
            Weight.LOST,
            f"Dates that may have the day or the month first, and so are not read: {count:,}{_such_as(dates, True)}",
            "Set `documents.date_order: dmy` or `mdy`.",
        )
    if count := dates["unread"] - dates["ambiguous"]:
        yield Advice(
            Weight.LOST,
            f"Dates that cannot be read, and so are not shown over time: {count:,} of "
            f"{dates['read'] + dates['unread']:,}{_such_as(dates, False)}",
            "Write them as 2020, 2020-03 or 2020-03-01.",
        )


def _such_as(dates: Mapping[str, Any], is_ambiguous: bool) -> str:
    first = next((one for one in dates["first"] if one["is_ambiguous"] == is_ambiguous), None)
    return f", such as {first['date'][:40]!r} ({_place(first)})" if first else ""


def _other_language(noted: Mapping[str, Any]) -> Iterator[Advice]:
    if noted["documents"]:
        first = noted["first"][0]
        yield Advice(
            Weight.WORSE,
            f"Perhaps in another language than they say: {counted(noted['documents'], 'document')}, such as "
            f"{_place(first)} ({first['note']}). They say",
            "Correct their `lang`; `note` in data/run/documents.parquet has them all.",
            {named_language(lang): f"{count:,}" for lang, count in noted["by_language"].items()},
        )


def _columns(columns: Mapping[str, Any]) -> Iterator[Advice]:
    for choice in _by_column({file: map(_either, found.items()) for file, found in columns["unclear"].items()}):
        yield Advice(Weight.WORSE, f"{choice}, so none of them is read", "Call the right one by that name.")
    if names := _by_column({file: map(_quoted, found) for file, found in columns["not_read"].items()}):
        yield Advice(
            Weight.HINT,
            f"Not read: {counted(len(names), 'column')} ({first_names(names)})",
            "If you need one, call it by a name that docs/data.md lists, such as `label`, `date` or `group`; otherwise "
            "nothing is to be done.",
        )


def _either(choice: tuple[str, Sequence[str]]) -> str:
    standard, columns = choice
    return f"The columns {first_names(list(map(_quoted, columns)))} may each be the `{standard}`"


def _quoted(column: str) -> str:
    return f"`{column}`" if column else "one without a name"


def _by_column(of_files: Mapping[str, Iterable[str]]) -> list[str]:
    """Each column once, or what is said of it, with the first file that has it and the number of the others."""
    files: dict[str, list[str]] = {}
    for file, columns in of_files.items():
        for column in columns:
            files.setdefault(column, []).append(file)
    return [f"{column} ({first_names(names, 1)})" for column, names in files.items()]


def _files(report: Mapping[str, Any]) -> Iterator[Advice]:
    if names := report["passed_over"]:
        yield Advice(
            Weight.LOST,
            f"Not read, though beside the documents: {counted(len(names), 'file or folder', 'files or folders')} "
            f"({first_names(names)})",
            "If they hold documents, save them as plain text (.txt) in a folder of texts, or as a table that "
            "docs/data.md lists; if not, move them away.",
        )
    if encodings := report["encodings"]:
        files = [f"{name} as {encoding.upper()}" for name, encoding in encodings.items()]
        yield Advice(
            Weight.WORSE,
            f"Not UTF-8, and so read by a guess: {counted(len(files), 'file')} ({first_names(files)})",
            "Look at some texts in the report; if they are spoilt, set `documents.encoding`.",
        )
    if strays := report["stray_quotes"]:
        files = [f"{name} {count:,}" for name, count in strays.items()]
        yield Advice(
            Weight.WORSE,
            f"Quotes out of place, which were kept as characters: {counted(sum(strays.values()), 'row')} "
            f"({first_names(files)})",
            "Put two quotes where a field in quotes holds one.",
        )


def _changed(normalised: Mapping[str, Any]) -> Iterator[Advice]:
    if count := normalised["documents_capped"]:
        yield Advice(
            Weight.LOST,
            f"Cut off at their end: {counted(count, 'text')}",
            "`documents.max_characters` sets the length.",
        )
    if count := normalised["markup_taken_off"]:
        yield Advice(
            Weight.HINT,
            f"HTML was taken off {counted(count, 'text')}",
            "Nothing is to be done if that is right; look at some in the report.",
        )


def _pairs(report: Mapping[str, Any]) -> Iterator[Advice]:
    if count := report["placeholders_for_pair"]:
        yield Advice(
            Weight.HINT,
            f"A placeholder such as `nan` for `pair`, which was taken for none: {counted(count, 'row')}",
            "Leave it empty.",
        )
    if count := report["repeated_pairs"]:
        yield Advice(
            Weight.WORSE,
            f"Shared by several documents of one language: {counted(count, 'pair')}",
            "A `pair` names texts that translate each other, so it may stand once in each language.",
        )


def _repeated_texts(repeated: Mapping[str, Any]) -> Iterator[Advice]:
    if count := repeated["documents"]:
        first = repeated["first"][0]
        yield Advice(
            Weight.WORSE,
            f"The same text as an earlier one in their language: {counted(count, 'document')}, such as "
            f"{_place(first)} (as {first['same_as']})",
            "All are kept, and each counts: delete those that are there by mistake.",
        )


def _place(row: Mapping[str, Any]) -> str:
    return place(row["file"], row["row"])
