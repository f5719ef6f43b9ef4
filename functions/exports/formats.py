"""The export formats: one entry each, read by the command line, the desk and the API.

Knows the name of a format and what it can hold; its writer knows how to write it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from functions.errors import QingdanError
from functions.exports.writers import (
    Job,
    Tools,
    write_csv,
    write_jsonl,
    write_package,
    write_pdfs,
    write_tables,
    write_workbook,
)
from functions.staff.permissions import Permission

if TYPE_CHECKING:
    from functions.records.store import RecordStore, Selection


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file: its name in an address, its label for people, its media type, its extension with the dot."""

    name: str
    label: str
    media_type: str
    suffix: str


@dataclass(frozen=True, slots=True)
class Format:
    """A format of an export, and the function that streams it.

    `button` is its name in the desk's list, where that is more than its label. `several_forms` says that one file may
    hold filings of several forms, `row_tables` that it can hold a form's repeated rows, `needs_tools` that its writer
    typesets documents and needs the Job's tools.
    """

    kind: FileKind
    write: Callable[[Job], Iterator[bytes]]
    button: str = ""
    several_forms: bool = True
    row_tables: bool = False
    needs_tools: bool = False
    permission: Permission = "export"

    @property
    def name(self) -> str:
        return self.kind.name

    @property
    def label(self) -> str:
        return self.kind.label


@dataclass(frozen=True, slots=True)
class Export:
    """A file to be sent or saved; `chunks` may be taken once, in any thread."""

    format: Format
    chunks: Iterator[bytes]


XLSX: Final = FileKind("xlsx", "XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx")
CSV: Final = FileKind("csv", "CSV", "text/csv; charset=utf-8", ".csv")
TABLES: Final = FileKind("tables", "CSV 全套", "application/zip", "-csv.zip")
JSONL: Final = FileKind("jsonl", "JSON Lines", "application/jsonl; charset=utf-8", ".jsonl")
PDF: Final = FileKind("pdf", "PDF", "application/zip", "-pdf.zip")
PACKAGE: Final = FileKind("zip", "归档包", "application/zip", ".zip")

FORMATS: Final[Mapping[str, Format]] = MappingProxyType(
    {
        format.name: format
        for format in (
            Format(XLSX, write_workbook),
            Format(CSV, write_csv, several_forms=False, row_tables=True),
            Format(TABLES, write_tables, button="CSV（每张表一个）"),
            Format(JSONL, write_jsonl),
            Format(PDF, write_pdfs, button="PDF（每件一个）", needs_tools=True),
            Format(PACKAGE, write_package, needs_tools=True),
        )
    }
)


def export(
    format: str,
    store: RecordStore,
    selection: Selection,
    *,
    at: datetime,
    table: str = "",
    progress: Callable[[int], None] | None = None,
    tools: Tools | None = None,
) -> Export:
    """The selected filings in a format of FORMATS, oldest first, as of the moment when the first chunk is taken.

    The other arguments are those of Job; `table` counts only for a format with `row_tables`. Raises QingdanError before
    any chunk for an unknown format or table, or when the selection holds several forms and the format takes one.
    """
    if format not in FORMATS:
        raise QingdanError(f"没有名为 {format} 的导出格式。可用的格式：{'、'.join(FORMATS)}")
    chosen = FORMATS[format]
    return Export(chosen, chosen.write(Job(store, selection, at, table, progress, tools)))
