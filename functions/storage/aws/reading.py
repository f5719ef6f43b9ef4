"""Reads items in batches, strongly consistent, and makes summaries and records of them; applies no rules."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from functions.records.event import Event
from functions.records.store import Record, Summary
from functions.storage.aws.batches import KEYS_AT_ONCE, Batches, lots
from functions.storage.aws.calls import Calls
from functions.storage.aws.guards import CONTESTS, GUARD_KEY, MEMBER, is_contested
from functions.storage.aws.items import (
    SUMMARY_KEY,
    Item,
    ReadBlob,
    event_from,
    event_key,
    guard_digest,
    guard_key,
    key,
    may_be_number,
    record_key,
    summary_from,
)

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


class Reader:
    """Reads from the table; `pool` runs concurrent reads, which never wait for other work in the pool."""

    def __init__(self, client: DynamoDBClient, table: str, calls: Calls, pool: Executor, read_blob: ReadBlob) -> None:
        self.client, self.table, self.calls, self.pool = client, table, calls, pool
        self._read_blob = read_blob
        self._batches = Batches(client, table, calls)

    def item(self, partition: str, sort: str) -> Item | None:
        """Return the item of this key, None when there is none."""
        answer = self.calls(self.client.get_item, TableName=self.table, Key=key(partition, sort), ConsistentRead=True)
        return answer.get("Item")

    def is_there(self, partition: str) -> bool:
        """Whether the partition holds any item."""
        asked: dict[str, Any] = {
            "TableName": self.table,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": partition}},
            "ConsistentRead": True,
            "Limit": 1,
        }
        return bool(self.calls(self.client.query, **asked)["Items"])

    def partition(self, partition: str, begins: str = "", *, since: str = "") -> Iterator[Item]:
        """Yield the items of a partition by their sort keys: those that begin with `begins`, or from `since` on."""
        arguments: dict[str, Any] = {
            "TableName": self.table,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": partition}},
            "ConsistentRead": True,
        }
        if begins:
            arguments["KeyConditionExpression"] += " AND begins_with(sk, :begins)"
            arguments["ExpressionAttributeValues"][":begins"] = {"S": begins}
        if since:
            arguments["KeyConditionExpression"] += " AND sk >= :since"
            arguments["ExpressionAttributeValues"][":since"] = {"S": since}
        while True:
            answer = self.calls(self.client.query, **arguments)
            yield from answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            arguments["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def scan(self, condition: str, values: dict[str, Any]) -> Iterator[Item]:
        """Yield the keys of all items in the table that meet a condition, in no order: for rebuilding projections."""
        wanted: dict[str, Any] = {
            "TableName": self.table,
            "ConsistentRead": True,
            "ProjectionExpression": "pk, sk",
            "FilterExpression": condition,
            "ExpressionAttributeValues": values,
        }
        while True:
            answer = self.calls(self.client.scan, **wanted)
            yield from answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            wanted["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def items(self, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], Item]:
        """Return the items of these keys, by partition and sort key; missing ones are left out."""
        asked = list(lots(dict.fromkeys(keys), KEYS_AT_ONCE))
        if len(asked) == 1:
            return self._batches.read(asked[0])
        return {place: item for some in self.pool.map(self._batches.read, asked) for place, item in some.items()}

    def summaries(self, numbers: Iterable[str]) -> dict[str, Summary]:
        """Return the summaries as they are now, by number, without `contested`."""
        found = self.items([(record_key(number), SUMMARY_KEY) for number in numbers if may_be_number(number)])
        return {item["number"]["S"]: self.summary(item) for item in found.values()}

    def summary(self, item: Item) -> Summary:
        """Return the summary of an item."""
        return summary_from(item, self._read_blob)

    def event(self, item: Item) -> Event:
        """Return the event of an item."""
        return event_from(item, self._read_blob)

    def marked(self, summaries: Sequence[Summary], among: Collection[str] | None = None) -> list[Summary]:
        """Return the summaries with `contested` set; `among` are the guards that may be contested."""
        digests = {summary.guard: guard_digest(summary.guard) for summary in summaries}
        asked = [digest for digest in digests.values() if among is None or digest in among]
        items = self.items([(f"guard#{digest}", GUARD_KEY) for digest in asked])
        return [
            replace(summary, contested=True)
            if is_contested(summary, items.get((f"guard#{digests[summary.guard]}", GUARD_KEY)))
            else summary
            for summary in summaries
        ]

    def contested_guards(self) -> frozenset[str]:
        """Return the digests of the guards that were contested at any time."""
        found = self.pool.map(lambda partition: [item["sk"]["S"] for item in self.partition(partition)], CONTESTS)
        return frozenset(digest for digests in found for digest in digests)

    def contesting(self) -> list[str]:
        """Return the numbers of the filings whose guards are contested now, and of some others with those guards."""
        items = self.items([(f"guard#{digest}", GUARD_KEY) for digest in self.contested_guards()])
        contested = [place[0] for place, item in items.items() if int(item.get("rivals", {}).get("N", 0)) > 0]
        return [number for numbers in self.pool.map(self._members, contested) for number in numbers]

    def members(self, guard: str) -> list[str]:
        """Return the numbers of the filings, live or not, that have this guard."""
        return self._members(guard_key(guard))

    def records(self, summaries: Sequence[Summary]) -> list[Record]:
        """Return the records of these summaries, in order, each with the events that its summary counts."""
        keys = [
            (record_key(summary.number), event_key(sequence))
            for summary in summaries
            for sequence in range(1, summary.sequence + 1)
        ]
        items = self.items(keys)
        events: dict[str, list[Event]] = {record_key(summary.number): [] for summary in summaries}
        for place in keys:
            if place in items:
                events[place[0]].append(self.event(items[place]))
        return [Record(summary, tuple(events[record_key(summary.number)])) for summary in summaries]

    def _members(self, partition: str) -> list[str]:
        return [item["sk"]["S"].removeprefix(MEMBER) for item in self.partition(partition, MEMBER)]
