"""The audit log in the records' table: one chain, whose next place one of several racing writers takes."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from itertools import islice
from typing import Any, Final

from functions.errors import StoreUnavailable
from functions.records.attachments.store import BlobStore
from functions.records.event import Event
from functions.records.filing import timestamp
from functions.staff.audit_log import NUMBER, Entry, Sought, link
from functions.storage.aws.calls import Refused
from functions.storage.aws.items import Item, event_from, event_item, event_key, key
from functions.storage.aws.reading import Reader
from functions.storage.aws.unsealed_log import log_item

PARTITION: Final = f"trail#{NUMBER}"
TOKEN_BYTES: Final = 16
MOST_TRIES: Final = 100
_LOT: Final = 500
_FILTERED = {"actor": "actor", "action": "type", "about": "about"}


class AwsAuditLog:
    """An AuditLogStore. `line` runs appends one by one, so that only other processes compete."""

    def __init__(self, reader: Reader, blobs: BlobStore, line: Executor, entropy: Callable[[int], bytes]) -> None:
        self._reader, self._blobs, self._line, self._entropy = reader, blobs, line, entropy
        self._last: Event | None = None

    def add(self, entry: Entry, salt: bytes) -> Future[Event]:
        return self._line.submit(self._add, entry, salt)

    def page(self, sought: Sought, *, limit: int, before: int | None = None) -> tuple[Event, ...]:
        first, last = self._bounds(sought)
        if before is not None:
            last = min(last, before - 1)
        return tuple(islice(self._events(sought, first, last, forward=False), limit))

    def stream(self, sought: Sought) -> Iterator[Event]:
        first, last = self._bounds(sought)
        return self._events(sought, first, last, forward=True)

    def _add(self, entry: Entry, salt: bytes) -> Event:
        for _ in range(MOST_TRIES):
            event = link(entry, self._last or self._newest(), salt)
            item = self._item(event) | {"about": {"S": entry.about}}
            put = {"TableName": self._reader.table, "Item": item, "ConditionExpression": "attribute_not_exists(pk)"}
            log = {"TableName": self._reader.table, "Item": log_item(event)}
            try:
                self._reader.calls(
                    self._reader.client.transact_write_items,
                    TransactItems=[{"Put": put}, {"Put": log}],
                    ClientRequestToken=self._entropy(TOKEN_BYTES).hex(),
                )
            except Refused:
                self._last = None
                continue
            self._last = event
            return event
        raise StoreUnavailable("操作记录正被许多人同时写入，这一步没有记下。请稍后再试")

    def _item(self, event: Event) -> Item:
        return event_item(event, self._blobs.keep) | key(PARTITION, event_key(event.sequence))

    def _newest(self) -> Event | None:
        return next(self._events(Sought(), 1, None, forward=False), None)

    def _bounds(self, sought: Sought) -> tuple[int, int]:
        """Return the first and last sequence of the requested time: times never fall along the chain."""
        newest = self._newest()
        every = range(1, newest.sequence + 1 if newest else 1)
        first, last = 1, len(every)
        if sought.since is not None:
            first = 1 + bisect_left(every, timestamp(sought.since), key=self._moment)
        if sought.until is not None:
            last = bisect_left(every, timestamp(sought.until), key=self._moment)
        return first, last

    def _moment(self, sequence: int) -> str:
        item = self._reader.item(PARTITION, event_key(sequence))
        if item is None:
            raise StoreUnavailable(f"操作记录缺第 {sequence} 条。请运行 qingdan verify 查明")
        moment: str = item["made_at"]["S"]
        return moment

    def _events(self, sought: Sought, first: int, last: int | None, *, forward: bool) -> Iterator[Event]:
        """Yield the matches between two sequences, both included, reading only as far as needed."""
        if last is not None and last < first:
            return
        query = _query(sought, first, last) | {"ScanIndexForward": forward, "TableName": self._reader.table}
        if last is None:
            query["Limit"] = 1
        while True:
            answer = self._reader.calls(self._reader.client.query, **query)
            for item in answer["Items"]:
                yield event_from(item, self._blobs.read)
            if "LastEvaluatedKey" not in answer:
                return
            query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def _query(sought: Sought, first: int, last: int | None) -> dict[str, Any]:
    names: dict[str, str] = {}
    values: Item = {":pk": {"S": PARTITION}, ":first": {"S": event_key(first)}}
    values[":last"] = {"S": event_key(last) if last is not None else "event#~"}
    terms: list[str] = []
    for part, attribute in _FILTERED.items():
        value = getattr(sought, part)
        if value is not None:
            names[f"#{part}"], values[f":{part}"] = attribute, {"S": value}
            terms.append(f"#{part} = :{part}")
    query: dict[str, Any] = {
        "KeyConditionExpression": "pk = :pk AND sk BETWEEN :first AND :last",
        "ExpressionAttributeValues": values,
        "ConsistentRead": True,
        "Limit": _LOT,
    }
    if terms:
        query |= {"FilterExpression": " AND ".join(terms), "ExpressionAttributeNames": names}
    return query
