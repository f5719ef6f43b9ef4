"""Turns one step into one transaction, and a refused transaction into the port's error."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from functions.errors import GuardTaken, IdempotencyMismatch, OutcomeUnknown, SequenceTaken, StoreUnavailable
from functions.records.attachments.named import digests_in
from functions.records.attachments.store import Area
from functions.records.store import ANSWERS_KEPT, Append, Idempotency, Stored, Summary
from functions.storage.aws.calls import Calls, Refused
from functions.storage.aws.guards import Stand, Write, moves, stand_of
from functions.storage.aws.items import (
    SUMMARY_KEY,
    Item,
    KeepBlob,
    ReadBlob,
    event_from,
    event_item,
    event_key,
    key,
    named_items,
    record_key,
    summary_item,
)
from functions.storage.aws.table import TTL_ATTRIBUTE, shard_of
from functions.storage.aws.unsealed_log import log_item
from functions.storage.refusals import GUARD_TAKEN, KEY_OF_ANOTHER, SEQUENCE_TAKEN

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

PERIODS: Final = "periods"
TOKEN_BYTES: Final = 16
# How often to read again because the record had moved on since it was read.
MOST_READINGS: Final = 10
# Processes that start together all record one pair: four items, so that few of them collide.
_KEPT_SHARDS: Final = 4

# The port's refusals; the one for the first failed condition in this order is raised.
_ORDER = ("answer", "guard", "event", "summary", "more")


class Forgotten(NamedTuple):
    """The data that an erasure orphans: contents of the erased event alone, and files that other events may name."""

    contents: list[tuple[Area, str]]
    files: frozenset[str]


class Appender:
    """Appends steps. It reads only answers (`idem#`), unless the record exists already."""

    def __init__(
        self, client: DynamoDBClient, table: str, calls: Calls, entropy: Callable[[int], bytes], keep: KeepBlob
    ) -> None:
        self.client, self.table, self._calls = client, table, calls
        self._entropy, self._keep = entropy, keep
        self._noted: set[tuple[str, str, str]] = set()

    def append(self, step: Append) -> Stored:
        """Store the step, or return its earlier answer; the errors are those of RecordStore.append."""
        return self._append(step, [])

    def _append(self, step: Append, more: list[Write]) -> Stored:
        for _ in range(MOST_READINGS):
            before = None if step.events[0].sequence == 1 else self._summary(step.summary.number)
            writes = self.writes(step, before) + more
            try:
                self.together([write.action for write in writes])
            except Refused as refused:
                meaning = writes[refused.places[0]].means
                if meaning == "summary" and before is not None:
                    continue
                return self._refused(step, meaning)
            except OutcomeUnknown as unknown:
                return self._found(step, unknown)
            self._noted.add(_pair(step.summary))
            return Stored(step.answer, replayed=False)
        raise StoreUnavailable("这份填报正被许多人同时改动，这一步没有存入。请稍后再试")

    def together(self, actions: list[Item]) -> None:
        """Carry out all actions or, with Refused, none; all attempts share a token, so that a retry does nothing twice.

        OutcomeUnknown when no attempt was answered and one may have been carried out.
        """
        self._calls.write(
            self.client.transact_write_items,
            TransactItems=actions,
            ClientRequestToken=self._entropy(TOKEN_BYTES).hex(),
        )

    def erase(self, step: Append, sequence: int, read: ReadBlob) -> Forgotten:
        """Store the step and, atomically, erase the body of an event and its links to files."""
        number = step.summary.number
        place = key(record_key(number), event_key(sequence))
        event = self._calls(self.client.get_item, TableName=self.table, Key=place, ConsistentRead=True).get("Item", {})
        before = self._summary(number) or {}
        forgotten = {
            "TableName": self.table,
            "Key": place,
            "UpdateExpression": "REMOVE #salt, #body, #in_blob",
            "ConditionExpression": "attribute_exists(pk)",
            "ExpressionAttributeNames": {"#salt": "salt", "#body": "body", "#in_blob": "in_blob"},
        }
        files = digests_in(event_from(event, read).body) if event else frozenset()
        named = [
            Write("more", {"Delete": {"TableName": self.table, "Key": item}})
            for item in named_items(number, sequence, files)
        ]
        self._append(step, [Write("more", {"Update": forgotten}), *named])
        left: list[tuple[Area, str]] = [("bodies", event["body_digest"]["S"])] if "in_blob" in event else []
        left += [("words", before["words_digest"]["S"])] if "words_digest" in before else []
        return Forgotten(left, files)

    def recall(self, used: Idempotency) -> Stored | None:
        """Return the answer given under this key, or None; IdempotencyMismatch for another request."""
        return self._recall(used, self._calls)

    def _recall(self, used: Idempotency, calls: Callable[..., Any]) -> Stored | None:
        answer = calls(self.client.get_item, TableName=self.table, Key=answer_key(used), ConsistentRead=True)
        item: Item = answer.get("Item", {})
        if not item:
            return None
        if item["request"]["S"] != used.request:
            raise IdempotencyMismatch(KEY_OF_ANOTHER)
        return Stored(item["answer"]["B"], replayed=True)

    def _refused(self, step: Append, meaning: str) -> Stored:
        """Return the earlier answer when the key was known; else raise the port's refusal."""
        if meaning == "answer" and step.idempotency is not None:
            stored = self.recall(step.idempotency)
            if stored is not None:
                return stored
        raise GuardTaken(GUARD_TAKEN) if meaning == "guard" else SequenceTaken(SEQUENCE_TAKEN)

    def _found(self, step: Append, unknown: OutcomeUnknown) -> Stored:
        """Return the answer under the step's key after one lookup; raises `unknown` when none is found.

        A missing answer proves nothing: the request may still be carried out.
        """
        with suppress(StoreUnavailable):
            stored = self._recall(step.idempotency, self._calls.once) if step.idempotency else None
            if stored is not None:
                return replace(stored, replayed=stored.answer != step.answer)
        raise unknown

    def _summary(self, number: str) -> Item | None:
        place = key(record_key(number), SUMMARY_KEY)
        answer = self._calls(self.client.get_item, TableName=self.table, Key=place, ConsistentRead=True)
        return answer.get("Item")

    def writes(self, step: Append, before: Item | None) -> list[Write]:
        """Return the parts of the transaction, after storing large bodies; `before` is the record's summary as read."""
        summary, stand = step.summary, stand_of(step)
        writes = [Write("event", self._new(event_item(event, self._keep))) for event in step.events]
        writes.append(self.summary_write(step, before))
        was = Stand(before["guard"]["S"], before["standing"]["S"]) if before is not None else None
        writes += moves(self.table, summary.number, was, stand)
        if step.idempotency is not None:
            item = answer_key(step.idempotency)
            item |= {"request": {"S": step.idempotency.request}, "answer": {"B": step.answer}}
            if step.claim is not None:
                ends = datetime.fromisoformat(step.events[-1].at) + ANSWERS_KEPT
                item[TTL_ATTRIBUTE] = {"N": str(int(ends.timestamp()))}
            writes.append(Write("answer", self._new(item)))
        named = (
            item for event in step.events for item in named_items(event.number, event.sequence, digests_in(event.body))
        )
        logs = (log_item(event, step.filed if event == step.events[-1] else None) for event in step.events)
        more = (*logs, *named)
        writes += [Write("more", {"Put": {"TableName": self.table, "Item": item}}) for item in more]
        if _pair(summary) not in self._noted:
            writes.append(Write("more", {"Put": {"TableName": self.table, "Item": _kept_item(summary)}}))
        return sorted(writes, key=lambda write: _ORDER.index(write.means))

    def summary_write(self, step: Append, before: Item | None) -> Write:
        """Return the part that replaces the summary that was read."""
        item = summary_item(step.summary, stand_of(step).standing, self._keep)
        return Write("summary", self._replacing(item, before))

    def _new(self, item: Item) -> Item:
        return {"Put": {"TableName": self.table, "Item": item, "ConditionExpression": "attribute_not_exists(pk)"}}

    def _replacing(self, item: Item, before: Item | None) -> Item:
        """Put the item, on condition that it replaces the one that was read."""
        if before is None:
            return self._new(item)
        put: dict[str, Any] = {"TableName": self.table, "Item": item, "ConditionExpression": "#sequence = :sequence"}
        put["ExpressionAttributeNames"] = {"#sequence": "sequence"}
        put["ExpressionAttributeValues"] = {":sequence": before["sequence"]}
        return {"Put": put}


def kept_from(item: Item) -> tuple[str, str, str]:
    """Return form, period and form digest of an item of the partition PERIODS."""
    return item["form"]["S"], item["period"]["S"], item["form_digest"]["S"]


def _pair(summary: Summary) -> tuple[str, str, str]:
    return summary.form, summary.period, summary.form_digest


def _kept_item(summary: Summary) -> Item:
    form, period, digest = _pair(summary)
    item = key(PERIODS, f"{form}#{period}#{digest}#{shard_of(summary.number) % _KEPT_SHARDS}")
    return item | {"form": {"S": form}, "period": {"S": period}, "form_digest": {"S": digest}}


def answer_key(used: Idempotency) -> Item:
    """Return the key of the answer under an idempotency key."""
    return key(f"idem#{hashlib.sha256(used.key.encode()).hexdigest()}", "answer")
