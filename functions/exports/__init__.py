"""What was filed, as files: a selection of the store as XLSX, CSV or JSON Lines, in constant memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from tempfile import TemporaryFile
from types import MappingProxyType
from typing import Literal

from functions.errors import QingdanError
from functions.forms.definition import Definition
from functions.records.store import Record, RecordStore, Selection

FormatName = Literal["xlsx", "csv", "jsonl"]
CHUNK = 1 << 18


@dataclass(frozen=True, slots=True)
class Format:
    """`label` is what a button says, `suffix` has its dot."""

    name: FormatName
    label: str
    media_type: str
    suffix: str


@dataclass(frozen=True, slots=True)
class Export:
    """A file to be sent or saved; `chunks` may be taken once, in any thread."""

    format: Format
    chunks: Iterator[bytes]


FORMATS = MappingProxyType(
    {
        "xlsx": Format("xlsx", "XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"),
        "csv": Format("csv", "CSV", "text/csv; charset=utf-8", ".csv"),
        "jsonl": Format("jsonl", "JSON Lines", "application/jsonl; charset=utf-8", ".jsonl"),
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
) -> Export:
    """The selected filings in a format of FORMATS, oldest first, as of the moment when the first chunk is taken.

    `at` (aware) is now, for the workbook's properties. `table` is for CSV only: the path of repeated rows
    ("databases.databases"), "" for one line a filing. `progress` is told how many filings have been read, every few
    hundred and at the end. Raises QingdanError before any chunk for an unknown format or table, or when the selection
    holds several forms and the format takes one.
    """
    if format not in FORMATS:
        raise QingdanError(f"没有名为 {format} 的导出格式。可用的格式：{'、'.join(FORMATS)}")
    records = _counted(store, selection, progress or (lambda count: None))
    if format == "jsonl":
        from functions.exports.jsonl import stream_jsonl

        return Export(FORMATS[format], stream_jsonl(records))
    versions = _versions(store, selection)
    if format == "csv":
        from functions.exports.csv import stream_csv

        return Export(FORMATS[format], stream_csv(records, versions, table=table))
    return Export(FORMATS[format], _workbook(records, versions, at))


def _versions(store: RecordStore, selection: Selection) -> list[Definition]:
    """The form versions the selection is pinned to: those of one form together, the newest of each first."""
    found = [Definition.from_document(store.document(digest)) for digest in store.digests(selection)]
    order = list(dict.fromkeys(version.id for version in found))
    return sorted(found, key=lambda version: order.index(version.id))


def _counted(store: RecordStore, selection: Selection, progress: Callable[[int], None]) -> Iterator[Record]:
    count = 0
    for count, record in enumerate(store.stream(selection), 1):
        if count % 256 == 0:
            progress(count)
        yield record
    progress(count)


def _workbook(records: Iterable[Record], versions: Sequence[Definition], at: datetime) -> Iterator[bytes]:
    """A workbook is a zip archive that is whole only at the end: it waits in a temporary file, not in memory."""
    from functions.exports.xlsx import write_xlsx

    with TemporaryFile(prefix="qingdan-xlsx-") as file:
        write_xlsx(records, versions, file, at=at)
        file.seek(0)
        while chunk := file.read(CHUNK):
            yield chunk
