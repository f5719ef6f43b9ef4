"""What was filed, as files: a selection of the store as XLSX, CSV, JSON Lines, PDF or a package, in constant memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from tempfile import TemporaryFile
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeVar

from functions.errors import QingdanError

# Imported where it is needed: processes that set papers in type, and know nothing else, import this too.
if TYPE_CHECKING:
    from functions.exports.bag import Attachments
    from functions.exports.pdf import Press
    from functions.forms.definition import Definition
    from functions.records.keys import Keys
    from functions.records.store import Answers, RecordStore, Selection

FormatName = Literal["xlsx", "csv", "jsonl", "pdf", "zip"]
CHUNK = 1 << 18

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Format:
    """`label` is what a button says, `suffix` has its dot."""

    name: FormatName
    label: str
    media_type: str
    suffix: str


@dataclass(frozen=True, slots=True)
class Tools:
    """What documents and packages are made with, beyond the records themselves."""

    press: Press
    keys: Keys
    attachments: Attachments


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
        "pdf": Format("pdf", "PDF", "application/zip", "-pdf.zip"),
        "zip": Format("zip", "归档包", "application/zip", ".zip"),
    }
)
FORMATS_WITH_DOCUMENTS = frozenset(("pdf", "zip"))


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

    `at` (aware) is now, for the workbook's properties. `table` is for CSV only: the path of repeated rows
    ("databases.databases"), "" for one line a filing. `progress` is told how many filings have been read, now and then
    and at the end. `tools` are what the formats of FORMATS_WITH_DOCUMENTS need. Raises QingdanError before any chunk
    for an unknown format or table, or when the selection holds several forms and the format takes one.
    """
    if format not in FORMATS:
        raise QingdanError(f"没有名为 {format} 的导出格式。可用的格式：{'、'.join(FORMATS)}")
    if format in FORMATS_WITH_DOCUMENTS:
        if tools is None:
            raise ValueError(f"the format {format} needs tools")
        return Export(FORMATS[format], _documents(format, store, selection, at, progress, tools))
    if format == "jsonl":
        from functions.exports.jsonl import stream_jsonl

        return Export(FORMATS[format], stream_jsonl(_counted(store.stream(selection), progress)))
    versions = _versions(store, selection)
    filings = _counted(store.answers(selection), progress)
    if format == "csv":
        from functions.exports.csv import stream_csv

        return Export(FORMATS[format], stream_csv(filings, versions, table=table))
    return Export(FORMATS[format], _workbook(filings, versions, at))


def _documents(
    format: str,
    store: RecordStore,
    selection: Selection,
    at: datetime,
    progress: Callable[[int], None] | None,
    tools: Tools,
) -> Iterator[bytes]:
    records = _counted(store.stream(selection), progress, every=8)
    if format == "pdf":
        from functions.exports.pdf.zipped import stream_pdfs
        from functions.forms.definition import Definition

        definition_of = cache(lambda digest: Definition.from_document(store.document(digest)))
        return stream_pdfs(records, definition_of, tools.press)
    from functions.exports.bag import About, Package
    from functions.records.state import SHANGHAI

    letterhead = tools.press.letterhead
    name = f"qingdan-{selection.form or 'filings'}-{at.astimezone(SHANGHAI):%Y%m%d-%H%M%S}"
    about = About(letterhead.bureau, letterhead.site, _subject(store, selection), name, at)
    return Package(tools.press, tools.keys, store.document, tools.attachments).stream(records, about)


def _subject(store: RecordStore, selection: Selection) -> str:
    """What the selection is of, in words: the forms, the period."""
    versions = _versions(store, selection)
    titles = "".join(dict.fromkeys(f"《{version.title}》" for version in versions))
    return versions[0].period_title(selection.period) + titles if versions and selection.period else titles


def _versions(store: RecordStore, selection: Selection) -> list[Definition]:
    """The form versions the selection is pinned to: those of one form together, the newest of each first."""
    from functions.forms.definition import Definition

    found = [Definition.from_document(store.document(digest)) for digest in store.digests(selection)]
    order = list(dict.fromkeys(version.id for version in found))
    return sorted(found, key=lambda version: order.index(version.id))


def _counted(items: Iterator[T], progress: Callable[[int], None] | None, every: int = 256) -> Iterator[T]:
    tell = progress or (lambda count: None)
    count = 0
    for count, item in enumerate(items, 1):
        if count % every == 0:
            tell(count)
        yield item
    tell(count)


def _workbook(filings: Iterable[Answers], versions: Sequence[Definition], at: datetime) -> Iterator[bytes]:
    """A workbook is a zip archive that is whole only at the end: it waits in a temporary file, not in memory."""
    from functions.exports.xlsx import write_xlsx

    with TemporaryFile(prefix="qingdan-xlsx-") as file:
        write_xlsx(filings, versions, file, at=at)
        file.seek(0)
        while chunk := file.read(CHUNK):
            yield chunk
