"""Writes each export format from the store, in constant memory; knows no name and no media type."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, TypeVar

# Each writer is imported when it is needed: an export uses one of them, and some load slowly.
if TYPE_CHECKING:
    from functions.exports.bag import Attachments
    from functions.exports.pdf import Press
    from functions.forms.definition import Definition
    from functions.records.keys import Keys
    from functions.records.store import Record, RecordStore, Selection

CHUNK = 1 << 18

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Tools:
    """The tools for documents and packages, beyond the records themselves."""

    press: Press
    keys: Keys
    attachments: Attachments


@dataclass(frozen=True, slots=True)
class Job:
    """The input of a writer.

    `at` (aware) is now. `table` is the path of repeated rows ("databases.databases"), "" for one line a filing.
    `progress` is told how many filings have been read, now and then and at the end.
    """

    store: RecordStore
    selection: Selection
    at: datetime
    table: str = ""
    progress: Callable[[int], None] | None = None
    tools: Tools | None = None

    def counted(self, items: Iterator[T], every: int = 256) -> Iterator[T]:
        """Yield the items and report `progress`."""
        tell = self.progress or (lambda count: None)
        count = 0
        for count, item in enumerate(items, 1):
            if count % every == 0:
                tell(count)
            yield item
        tell(count)


def write_workbook(job: Job) -> Iterator[bytes]:
    """Write a sheet for every table of every form."""
    return _workbook(job, versions_of(job.store, job.selection))


def _workbook(job: Job, versions: list[Definition]) -> Iterator[bytes]:
    """Write the workbook to a temporary file, not to memory: a zip archive is whole only at the end."""
    from functions.exports.xlsx import write_xlsx

    with TemporaryFile(prefix="qingdan-xlsx-") as file:
        write_xlsx(job.counted(job.store.answers(job.selection)), versions, file, at=job.at)
        file.seek(0)
        while chunk := file.read(CHUNK):
            yield chunk


def write_csv(job: Job) -> Iterator[bytes]:
    """Write one table of one form; QingdanError for several forms or an unknown table."""
    from functions.exports.csv import stream_csv

    versions = versions_of(job.store, job.selection)
    return stream_csv(job.counted(job.store.answers(job.selection)), versions, table=job.table)


def write_tables(job: Job) -> Iterator[bytes]:
    """Write a zip with a CSV for every table of every form."""
    from functions.exports.csv_zip import stream_tables

    versions = versions_of(job.store, job.selection)
    return stream_tables(job.counted(job.store.answers(job.selection)), versions)


def write_jsonl(job: Job) -> Iterator[bytes]:
    """Write each record as a line, without loss."""
    from functions.exports.jsonl import stream_jsonl

    return stream_jsonl(job.counted(job.store.stream(job.selection)))


def write_pdfs(job: Job) -> Iterator[bytes]:
    """Write a zip with a document for each filing."""
    from functions.exports.pdf.zipped import stream_pdfs
    from functions.forms.definition import Definition

    definition_of = cache(lambda digest: Definition.from_document(job.store.document(digest)))
    return stream_pdfs(_records(job), definition_of, _tools(job).press)


def write_package(job: Job) -> Iterator[bytes]:
    """Write a BagIt package with everything about each filing."""
    from functions.exports.bag import About, Package
    from functions.records.state import SHANGHAI

    tools = _tools(job)
    letterhead = tools.press.letterhead
    name = f"qingdan-{job.selection.form or 'filings'}-{job.at.astimezone(SHANGHAI):%Y%m%d-%H%M%S}"
    about = About(letterhead.bureau, letterhead.site, _subject(job.store, job.selection), name, job.at)
    return Package(tools.press, tools.keys, job.store.document, tools.attachments).stream(_records(job), about)


def _records(job: Job) -> Iterator[Record]:
    return job.counted(job.store.stream(job.selection), every=8)


def _tools(job: Job) -> Tools:
    if job.tools is None:
        raise ValueError("this format needs tools")
    return job.tools


def _subject(store: RecordStore, selection: Selection) -> str:
    """Return the subject of the selection in words: the forms, the period."""
    versions = versions_of(store, selection)
    titles = "".join(dict.fromkeys(f"《{version.title}》" for version in versions))
    return versions[0].period_title(selection.period) + titles if versions and selection.period else titles


def versions_of(store: RecordStore, selection: Selection) -> list[Definition]:
    """Return the selection's form versions, grouped by form, the newest of each first."""
    from functions.forms.definition import Definition

    found = [Definition.from_document(store.document(digest)) for digest in store.digests(selection)]
    order = list(dict.fromkeys(version.id for version in found))
    return sorted(found, key=lambda version: order.index(version.id))
