"""What an intake lets the user mend: a sentence each, most important first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pipeline.common.errors import first_names
from pipeline.documents.file_row import place
from pipeline.languages.codes import language_name

REJECTS = "data/run/rejects.parquet"


def intake_advice(report: Mapping[str, Any]) -> list[str]:
    """The sentences for the counts of an intake, see :func:`pipeline.documents.account.intake_report`."""
    return [
        *_rejected(report),
        *_unread_dates(report["dates"]),
        *_other_language(report["other_language"]),
        *_columns(report["columns"]),
        *_files(report),
        *_changed(report["normalised"]),
        *_pairs(report),
        *_repeated_texts(report["repeated_texts"]),
    ]


def _rejected(report: Mapping[str, Any]) -> Iterator[str]:
    if report["rejected"]:
        reasons = [
            f"{kind} {count:,}" for kind, count in sorted(report["by_reason"].items(), key=lambda item: -item[1])
        ]
        yield (
            f"{report['rejected']:,} of {report['rows_in']:,} rows are left out: {first_names(reasons)}. "
            f"{REJECTS} has each with its file, row and reason."
        )


def _unread_dates(dates: Mapping[str, Any]) -> Iterator[str]:
    if count := dates["ambiguous"]:
        yield (
            f"{count:,} dates may be read with the day or the month first{_such_as(dates, True)}: "
            "set `documents.date_order: dmy` or `mdy`."
        )
    if count := dates["unread"] - dates["ambiguous"]:
        yield (
            f"{count:,} of {dates['read'] + dates['unread']:,} dates cannot be read and are not shown over time"
            f"{_such_as(dates, False)}: write them as 2020, 2020-03 or 2020-03-01."
        )


def _such_as(dates: Mapping[str, Any], is_ambiguous: bool) -> str:
    first = next((one for one in dates["first"] if one["is_ambiguous"] == is_ambiguous), None)
    return f", such as {first['date'][:40]!r} ({_place(first)})" if first else ""


def _other_language(noted: Mapping[str, Any]) -> Iterator[str]:
    if noted["documents"]:
        first = noted["first"][0]
        counts = [f"{language_name(lang)} {count:,}" for lang, count in noted["by_language"].items()]
        yield (
            f"{noted['documents']:,} documents seem to be in another language than they say ({first_names(counts)}), "
            f"such as {_place(first)} ({first['note']}): correct their `lang`; `note` in "
            "data/run/documents.parquet has them all."
        )


def _columns(columns: Mapping[str, Any]) -> Iterator[str]:
    for choice in _by_column({file: map(_either, found.items()) for file, found in columns["unclear"].items()}):
        yield f"{choice}, so none of them is read: call the right one by that name."
    if names := _by_column({file: map(_quoted, found) for file, found in columns["not_read"].items()}):
        yield (
            f"{len(names):,} columns are not read: {first_names(names)}. If you need one, call it by a name that "
            "docs/data.md lists, such as `label`, `date` or `group`; otherwise nothing is to be done."
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


def _files(report: Mapping[str, Any]) -> Iterator[str]:
    if names := report["passed_over"]:
        yield (
            f"{len(names):,} files or folders beside the documents are not read: {first_names(names)}. "
            "If they hold documents, save them as plain text (.txt) in a folder of texts, or as a table that "
            "docs/data.md lists; if not, move them away."
        )
    if encodings := report["encodings"]:
        files = [f"{name} as {encoding.upper()}" for name, encoding in encodings.items()]
        yield (
            f"{len(files):,} files are not UTF-8 and were read by a guess: {first_names(files)}. "
            "Look at some texts in the report; if they are spoilt, set `documents.encoding`."
        )
    if strays := report["stray_quotes"]:
        files = [f"{name} {count:,}" for name, count in strays.items()]
        yield (
            f"{sum(strays.values()):,} rows have quotes out of place, which were kept as characters: "
            f"{first_names(files)}. Put two quotes where a field in quotes holds one."
        )


def _changed(normalised: Mapping[str, Any]) -> Iterator[str]:
    if count := normalised["documents_capped"]:
        yield f"{count:,} texts were cut: `documents.max_characters` sets the length."
    if count := normalised["markup_taken_off"]:
        yield f"HTML was taken off {count:,} texts. Nothing is to be done if that is right; look at some in the report."


def _pairs(report: Mapping[str, Any]) -> Iterator[str]:
    if count := report["placeholders_for_pair"]:
        yield f"{count:,} rows have a placeholder such as `nan` for `pair`, which was taken for none: leave it empty."
    if count := report["repeated_pairs"]:
        yield (
            f"{count:,} pairs are shared by several documents of one language: a `pair` names texts that translate "
            "each other, so it may stand once in each language."
        )


def _repeated_texts(repeated: Mapping[str, Any]) -> Iterator[str]:
    if count := repeated["documents"]:
        first = repeated["first"][0]
        yield (
            f"{count:,} documents have the same text as an earlier one in their language, such as {_place(first)} "
            f"(as {first['same_as']}). All are kept, and each counts: delete those that are there by mistake."
        )


def _place(row: Mapping[str, Any]) -> str:
    return place(row["file"], row["row"])
