"""The counts of an intake, in which every row of the input is a document or a reject."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from pipeline.common.wording import counted
from pipeline.documents.duplicates import repeated_texts
from pipeline.documents.file_row import place
from pipeline.documents.findings import Findings
from pipeline.documents.formats import TEXTS
from pipeline.languages.codes import language_name

log = logging.getLogger(__name__)
LISTED: Final = 20  # documents of one kind that the report names
KIND = pl.col("reason").str.split(": ").list.first()  # without details: `invalid JSON: ...` is `invalid JSON`


@dataclass(frozen=True)
class Account:
    """What an intake has read.

    Attributes:
        rows: all rows, with ``reason``.
        documents: the rows without a reason, with their split and note, in the languages' order.
        languages: the run's languages, the pivot first.
        findings: what was noticed beside the rows.
        unread_dates: file, row, id, date and is_ambiguous of the documents whose date is not read.
    """

    rows: pl.DataFrame
    documents: pl.DataFrame
    languages: Sequence[str]
    findings: Findings
    unread_dates: pl.DataFrame


def intake_report(account: Account) -> dict[str, Any]:
    """The counts of an intake, in a stable order."""
    rows, documents, languages, findings = account.rows, account.documents, account.languages, account.findings
    rejects = rows.filter(pl.col("reason").is_not_null())
    rejected = _counts(rejects.select(pl.col("lang").fill_null("none")))
    return {
        "rows_in": rows.height,
        "documents": documents.height,
        "rejected": rejects.height,
        "by_reason": _counts(rejects.select(KIND)),
        "first_rejects": rejects.select("file", "row", "reason").head(LISTED).to_dicts(),
        "files": _by_file(rows),
        "passed_over": list(findings.passed_over),
        "columns": {
            "read_as": findings.renamed_columns,
            "unclear": findings.unclear_columns,
            "not_read": findings.unread_columns,
        },
        "encodings": findings.encodings,
        "stray_quotes": findings.stray_quotes,
        "placeholders_for_pair": findings.stray_pairs,
        "pivot": languages[0],
        "languages": _by_language(documents, rejected),
        "rejected_in_other_languages": {code: n for code, n in rejected.items() if code not in languages},
        "identified": _counts(documents.filter(pl.col("lang_certainty").is_not_null()).select("lang")),
        "other_language": _noted(documents),
        "dates": _dates(documents, account.unread_dates),
        "repeated_pairs": _repeated_pairs(documents),
        "repeated_texts": _repeated_texts(documents),
        "normalised": _normalised(rows.filter(pl.col("reason").is_null())),
    }


def log_rejects(rows: pl.DataFrame) -> None:
    """Log one warning for each kind of reason, with its first row."""
    rejects = rows.filter(pl.col("reason").is_not_null())
    reasons = rejects.group_by(KIND.alias("kind"), maintain_order=True).agg(
        pl.len(), pl.col("file").first(), pl.col("row").first(), pl.col("reason").first()
    )
    for kind, count, file, row, reason in reasons.iter_rows():
        log.warning("%s rejected, %s; the first is %s (%s)", counted(count, "row"), kind, place(file, row), reason)


def log_summary(report: dict[str, Any]) -> None:
    """Log one line for the whole intake, with the languages' names: `kr` is Kanuri, but perhaps Korean was meant."""
    languages = report["languages"].items()
    sizes = [f"{code} ({language_name(code)}) {size['train']} + {size['test']}" for code, size in languages]
    read = counted(report["rows_in"], "row"), counted(report["documents"], "document")
    log.info("%s: %s, %d rejected; training + test: %s", *read, report["rejected"], ", ".join(sizes))
    if cut := report["passages"]["texts"]:
        documents, passages = report["documents"], report["passages"]["passages"]
        log.info(
            "of %s, %d long and cut into %s; later stages count %s",
            counted(documents, "document"),
            cut,
            counted(passages, "passage"),
            counted(documents - cut + passages, "document"),
        )
    if report["identified"]:
        found = ", ".join(f"{code} {count}" for code, count in report["identified"].items())
        log.info("the language of rows without `lang` was identified: %s", found)


def _counts(column: pl.DataFrame) -> dict[str, int]:
    return dict(sorted(column.to_series().value_counts().iter_rows()))


def _by_file(rows: pl.DataFrame) -> dict[str, dict[str, int]]:
    name = pl.when(pl.col("row").is_null()).then(pl.lit(TEXTS)).otherwise("file").alias("file")
    files = rows.group_by(name, maintain_order=True).agg(
        rows_in=pl.len(), documents=pl.col("reason").is_null().sum(), rejected=pl.col("reason").is_not_null().sum()
    )
    return {str(counts.pop("file")): counts for counts in files.iter_rows(named=True)}


def _by_language(documents: pl.DataFrame, rejected: dict[str, int]) -> dict[str, dict[str, int]]:
    has_translation = pl.col("pair").is_not_null() & (pl.col("lang").n_unique().over("pair") > 1)
    counts = (
        documents.with_columns(paired=has_translation)
        .group_by("lang", maintain_order=True)
        .agg(
            documents=pl.len(),
            train=(pl.col("split") == "train").sum(),
            test=(pl.col("split") == "test").sum(),
            labelled=pl.col("label").count(),
            labels=pl.col("label").drop_nulls().n_unique(),
            paired=pl.col("paired").sum(),
            dev=(pl.col("split") == "dev").sum(),
        )
    )
    return {
        row["lang"]: {
            "rows_in": row["documents"] + rejected.get(row["lang"], 0),
            "rejected": rejected.get(row["lang"], 0),
        }
        | {name: count for name, count in row.items() if name != "lang" and (name != "dev" or count)}
        for row in counts.iter_rows(named=True)
    }


def _noted(documents: pl.DataFrame) -> dict[str, Any]:
    noted = documents.filter(pl.col("note").is_not_null())
    return {
        "documents": noted.height,
        "by_language": _counts(noted.select("lang")),
        "first": noted.select("file", "row", "id", "lang", "note").head(LISTED).to_dicts(),
    }


def _dates(documents: pl.DataFrame, unread: pl.DataFrame) -> dict[str, Any]:
    return {
        "read": int(documents["date"].count()),
        "unread": unread.height,
        "ambiguous": int(unread["is_ambiguous"].sum()),
        "first": unread.select("file", "row", "id", "date", "is_ambiguous").head(LISTED).to_dicts(),
    }


def _repeated_pairs(documents: pl.DataFrame) -> int:
    """How many pairs several documents of one language share."""
    paired = documents.filter(pl.col("pair").is_not_null())
    return int(paired.filter(pl.struct("pair", "lang").is_duplicated())["pair"].n_unique())


def _repeated_texts(documents: pl.DataFrame) -> dict[str, Any]:
    repeated = repeated_texts(documents)
    return {"documents": repeated.height, "first": repeated.head(LISTED).to_dicts()}


def _normalised(rows: pl.DataFrame) -> dict[str, int]:
    return {
        "markup_taken_off": int(rows["markup"].sum()),
        "documents_changed": int(rows["changed"].sum()),
        "documents_capped": int(rows["capped"].sum()),
        "characters_removed": int(rows["removed"].sum()),
    }
