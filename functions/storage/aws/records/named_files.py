"""Rebuilds the index of named files from the events: adds missing entries, removes those that no event supports."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from functions.records.attachments.named import digests_in
from functions.records.event import Event
from functions.storage.aws.batches import KEYS_AT_ONCE, lots
from functions.storage.aws.calls import Refused
from functions.storage.aws.items import NAMED, SUMMARY_KEY, Item, event_key, key, named_items, record_key

if TYPE_CHECKING:
    from functions.storage.aws.records.store import AwsStore

_AT_ONCE: Final = 90
_FORGOTTEN: Final = "attribute_not_exists(body) AND attribute_not_exists(in_blob)"


def note_named(store: AwsStore, events: Sequence[Event], sequence: int | None) -> None:
    """Add entries for all files that one record's events name; Refused when its summary has another sequence by now.

    Without a summary there is no check. An erasure moves the sequence on: a file that it forgot must not be named
    again.
    """
    place = {"TableName": store.table}
    unmoved: Any = {
        "ConditionCheck": {
            **place,
            "Key": key(record_key(events[0].number), SUMMARY_KEY),
            "ConditionExpression": "#sequence = :sequence",
            "ExpressionAttributeNames": {"#sequence": "sequence"},
            "ExpressionAttributeValues": {":sequence": {"N": str(sequence)}},
        }
    }
    named = [item for event in events for item in named_items(event.number, event.sequence, digests_in(event.body))]
    for lot in lots(named, _AT_ONCE):
        puts = [{"Put": {**place, "Item": item}} for item in lot]
        store.appender.together([*puts, *([unmoved] if sequence is not None else [])])


def drop_unnamed(store: AwsStore) -> None:
    """Remove entries for events that do not name the file."""
    for lot in lots(store.reader.scan("begins_with(pk, :named)", {":named": {"S": NAMED}}), KEYS_AT_ONCE):
        events = store.reader.items([_event_of(item) for item in lot])
        for item in lot:
            _judge(store, item, events.get(_event_of(item)))


def _judge(store: AwsStore, item: Item, event: Item | None) -> None:
    number, place = item["sk"]["S"].rpartition("#")[0], {"TableName": store.table}
    gone: list[Any] = [{"Delete": {**place, "Key": item}}]
    if event is not None and ("body" in event or "in_blob" in event):
        # A body never changes.
        if item["pk"]["S"].removeprefix(NAMED) not in digests_in(store.reader.event(event).body):
            store.appender.together(gone)
        return
    sort = _event_of(item)[1]
    check = {**place, "Key": key(record_key(number), sort), "ConditionExpression": _FORGOTTEN}
    # When refused, such an event exists by now.
    with suppress(Refused):
        store.appender.together([*gone, {"ConditionCheck": check}])


def _event_of(item: Item) -> tuple[str, str]:
    """Return the key of the event that is said to name a file."""
    number, _, sequence = item["sk"]["S"].rpartition("#")
    return record_key(number), event_key(int(sequence))
