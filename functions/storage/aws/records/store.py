"""The record store on DynamoDB and S3; the contract suite checks that it keeps the port's rules."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from typing import TYPE_CHECKING, Final

from functions.errors import NotFound, StoreUnavailable
from functions.records.attachments.store import BlobStore
from functions.records.attachments.sweep import forget
from functions.records.document_cache import DocumentStore
from functions.records.filed import FiledSince
from functions.records.store import Answers, Append, Idempotency, Page, Record, Selection, Stored, Summary
from functions.records.versions import answers_of
from functions.storage.aws.calls import Calls
from functions.storage.aws.items import SUMMARY_KEY, key, may_be_number, named_key, record_key
from functions.storage.aws.ledger import AwsLedger
from functions.storage.aws.reading import Reader
from functions.storage.aws.records.appending import PERIODS, Appender, kept_from
from functions.storage.aws.records.filed import AwsFiled
from functions.storage.aws.records.listing import Listing
from functions.storage.aws.records.seals import AwsSeals
from functions.storage.aws.staff.audit_log import AwsAuditLog
from functions.storage.aws.staff.store import AwsStaff
from functions.storage.aws.table import SHARDS
from functions.storage.refusals import CLOSING, UNKNOWN_FORM, UNKNOWN_NUMBER

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

WRITERS: Final = 32
READERS: Final = 2 * SHARDS
_MOST_READINGS: Final = 5


class AwsStore:
    """A RecordStore; `staff`, `seals`, `trail` (audit log), `ledger`, `blobs`, `papers` (documents) share its table.

    `forms` are the form documents in use, by digest: one is kept before the first filing is pinned to it. `entropy`
    gives so many secure random bytes, `cursor_key` signs places in lists.
    """

    def __init__(
        self,
        client: DynamoDBClient,
        table: str,
        calls: Calls,
        blobs: BlobStore,
        papers: DocumentStore,
        *,
        entropy: Callable[[int], bytes],
        cursor_key: bytes,
        forms: Mapping[str, bytes] | None = None,
    ) -> None:
        self._client, self.table, self._calls, self.blobs, self.papers = client, table, calls, blobs, papers
        self._forms = dict(forms or {})
        self._writers = ThreadPoolExecutor(WRITERS, thread_name_prefix="append")
        self._pool = ThreadPoolExecutor(READERS, thread_name_prefix="read")
        self._line = ThreadPoolExecutor(1, thread_name_prefix="trail")
        self._closed = False
        self.reader = Reader(client, table, calls, self._pool, blobs.read)
        self._listing = Listing(self.reader, self._kept, cursor_key)
        self.appender = Appender(client, table, calls, entropy, blobs.keep)
        self.staff = AwsStaff(self.reader, entropy)
        self.notes = AwsFiled(self.reader, blobs)
        self.seals = AwsSeals(self.reader, entropy, self.notes)
        self.trail = AwsAuditLog(self.reader, blobs, self._line, entropy)
        self.ledger = AwsLedger(self.reader, blobs, entropy)

    def append(self, step: Append) -> Future[Stored]:
        if self._closed:
            raise StoreUnavailable(CLOSING)
        return self._writers.submit(self._append, step)

    def erase(self, step: Append, sequence: int) -> None:
        if self._closed:
            raise StoreUnavailable(CLOSING)
        forgotten = self.appender.erase(step, sequence, self.blobs.read)
        for area, digest in forgotten.contents:
            self.blobs.remove(area, digest)
        self.notes.forget(step.summary.number, sequence)
        self.papers.forget(step.summary.number)
        forget(self.named, self.blobs, forgotten.files)

    def recall(self, used: Idempotency) -> Stored | None:
        return self.appender.recall(used)

    def forget_answers(self, now: datetime) -> None:
        """Does nothing: DynamoDB removes the answers by the expiry time of each item."""

    def read(self, number: str) -> Record:
        if not may_be_number(number):
            raise NotFound(UNKNOWN_NUMBER)
        for _ in range(_MOST_READINGS):
            *items, last = [*self.reader.partition(record_key(number))] or [{}]
            if last.get("sk") != {"S": SUMMARY_KEY}:
                raise NotFound(UNKNOWN_NUMBER)
            summary = self.reader.summary(last)
            # A step may land between two items of this read: then the summary counts events that were not seen.
            if summary.sequence <= len(items):
                events = tuple(self.reader.event(item) for item in items[: summary.sequence])
                return Record(self.reader.marked([summary])[0], events)
        raise StoreUnavailable("这份填报正被许多人同时改动，暂时读不出来。请稍后再试")

    def page(self, selection: Selection, *, limit: int, cursor: str | None = None) -> Page:
        return self._listing.page(selection, limit=limit, cursor=cursor)

    def count(self, selection: Selection) -> int:
        return self._listing.count(selection)

    def periods(self) -> tuple[tuple[str, str], ...]:
        return tuple(sorted({(form, period) for form, period, _ in self._kept()}))

    def digests(self, selection: Selection) -> tuple[str, ...]:
        return self._listing.digests(selection)

    def stream(self, selection: Selection) -> Iterator[Record]:
        return self._listing.stream(selection)

    def filed(self, after: str = "") -> FiledSince:
        return self.notes.since(after)

    def named(self, digests: Collection[str]) -> frozenset[str]:
        asked = sorted(set(digests))
        found = self._pool.map(lambda digest: self.reader.is_there(named_key(digest)), asked)
        return frozenset(digest for digest, there in zip(asked, found, strict=True) if there)

    def answers(self, selection: Selection) -> Iterator[Answers]:
        return map(answers_of, self.stream(selection))

    def keep_document(self, digest: str, document: bytes) -> None:
        self.blobs.keep("forms", digest, document)

    def document(self, digest: str) -> bytes:
        try:
            return self.blobs.read("forms", digest)
        except NotFound:
            raise NotFound(UNKNOWN_FORM) from None

    def check_writable(self) -> None:
        """Write for real, to an item that nobody reads."""
        self._calls(self._client.put_item, TableName=self.table, Item=key("idem#probe", "probe"))

    def close(self) -> None:
        self._closed = True
        self._writers.shutdown()
        self._line.shutdown()
        self._pool.shutdown()

    def _append(self, step: Append) -> Stored:
        self._keep_form(step.summary)
        return self.appender.append(step)

    def _keep_form(self, summary: Summary) -> None:
        """Store the form document before the first filing that is pinned to it: once in a process, once for ever."""
        document = self._forms.get(summary.form_digest)
        if document is None:
            return
        mark = key(f"idem#form#{summary.form_digest}", "kept")
        known = self._calls(self._client.get_item, TableName=self.table, Key=mark, ConsistentRead=True)
        if "Item" not in known:
            self.keep_document(summary.form_digest, document)
            self._calls(self._client.put_item, TableName=self.table, Item=mark)
        self._forms.pop(summary.form_digest, None)

    def _kept(self) -> list[tuple[str, str, str]]:
        return [kept_from(item) for item in self.reader.partition(PERIODS)]
