"""Rebuilds all that is derived from the events, the only truth: summaries, guards, notes; reads the whole table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from functions.errors import StoreUnavailable
from functions.forms.definition import Definition
from functions.records.event import Event
from functions.records.filed import Filed
from functions.records.filed_from import filed_through
from functions.records.state import Erased, fold, summary_of
from functions.records.store import Append
from functions.storage.aws.calls import Refused
from functions.storage.aws.guards import GUARD_KEY, MEMBER
from functions.storage.aws.items import SUMMARY_KEY, Item, event_key, guard_key, key, record_key
from functions.storage.aws.records.named_files import drop_unnamed, note_named
from functions.storage.aws.records.store import AwsStore

MOST_TRIES: Final = 20
_MOVED_ON: Final = "数据正被许多人同时改动，列表没有全部重新生成。请稍后再运行一次"


def rebuild(store: AwsStore, definition_of: Callable[[str], Definition]) -> int:
    """Rebuild all summaries and return their number; each counts at once, and filing may go on meanwhile.

    `definition_of` gives the form of a digest. When the version that counts was erased, the record keeps its summary:
    nothing else is left to make one from.
    """
    made = 0
    guards: set[str] = set()
    noted: list[Filed] = []
    before = store.notes.named()
    for number in _numbers(store):
        guard = _renew(store, number, definition_of, noted)
        made += guard is not None
        guards |= {guard} if guard is not None else set()
    for guard in sorted(guards):
        _recount(store, guard)
    drop_unnamed(store)
    try:
        store.notes.replace(noted, before)
    except Refused:
        raise StoreUnavailable(_MOVED_ON) from None
    return made


def _numbers(store: AwsStore) -> Iterator[str]:
    """Yield the numbers of all records, by their first events."""
    values = {":first": {"S": event_key(1)}, ":record": {"S": record_key("")}}
    for item in store.reader.scan("sk = :first AND begins_with(pk, :record)", values):
        yield item["pk"]["S"].removeprefix(record_key(""))


def _renew(store: AwsStore, number: str, definition_of: Callable[[str], Definition], noted: list[Filed]) -> str | None:
    """Rebuild a record's summary, and record its membership in its guard, which is returned; None if it is kept.

    Adds to `noted` what obligations see of it.
    """
    for _ in range(MOST_TRIES):
        items = list(store.reader.partition(record_key(number)))
        before = items.pop() if items[-1]["sk"]["S"] == SUMMARY_KEY else None
        events = tuple(map(store.reader.event, items))
        step = _step(events, definition_of)
        try:
            if step is not None:
                store.appender.together(_actions(store, step, before))
            note_named(store, events, _sequence(step, before))
        except Refused:
            continue
        noted += _filed(events, definition_of, step, before)
        return step.summary.guard if step is not None else None
    raise StoreUnavailable(_MOVED_ON)


def _sequence(step: Append | None, before: Item | None) -> int | None:
    """Return the sequence that the summary has by now; None when there is none."""
    if step is not None:
        return step.summary.sequence
    return int(before["sequence"]["N"]) if before is not None else None


def _filed(
    events: tuple[Event, ...], definition_of: Callable[[str], Definition], step: Append | None, before: Item | None
) -> list[Filed]:
    """Return what obligations see of the record after each event; nothing where nobody knows its unit any more."""
    if step is not None:
        uscc, guard = step.summary.uscc, step.summary.guard
    elif before is not None:
        uscc, guard = before["uscc"]["S"], before["guard"]["S"]
    else:
        return []
    try:
        return list(filed_through(events, definition_of, uscc=uscc, guard=guard))
    except Erased:
        return []


def _actions(store: AwsStore, step: Append, before: Item | None) -> list[Item]:
    """Return the actions that replace the summary and add the record to the members of its guard."""
    place, number = {"TableName": store.table}, step.summary.number
    member = {"Put": {**place, "Item": key(guard_key(step.summary.guard), MEMBER + number)}}
    actions = [store.appender.summary_write(step, before).action, member]
    if before is not None and before["guard"]["S"] != step.summary.guard:
        actions.append({"Delete": {**place, "Key": key(guard_key(before["guard"]["S"]), MEMBER + number)}})
    return actions


def _step(events: tuple[Event, ...], definition_of: Callable[[str], Definition]) -> Append | None:
    """Fold the events into a step that adds none; None when the version that counts was erased."""
    try:
        state = fold(events)
    except Erased:
        return None
    summary = summary_of(events[0], state, definition_of(state.form_digest))
    return Append((), summary, None if state.contest else summary.guard, b"", None)


def _recount(store: AwsStore, guard: str) -> None:
    """Set the guard's item, its holder and number of rivals, from the summaries of its members."""
    reader, partition = store.reader, guard_key(guard)
    for _ in range(MOST_TRIES):
        before = reader.item(partition, GUARD_KEY) or {}
        found = reader.items([(record_key(number), SUMMARY_KEY) for number in reader.members(guard)]).values()
        standing = [(item["standing"]["S"], item["number"]["S"]) for item in found if item["guard"]["S"] == guard]
        holders = sorted(number for stands, number in standing if stands == "holder")
        # An earlier release kept invisible characters in names; of two holders whose names now agree, one becomes a
        # rival.
        rivals = sum(stands == "rival" for stands, _ in standing) + max(0, len(holders) - 1)
        after: Item = {"rivals": {"N": str(rivals)}} | ({"holder": {"S": holders[0]}} if holders else {})
        if before.get("holder") == after.get("holder") and before.get("rivals", {"N": "0"}) == after["rivals"]:
            return
        put = {"TableName": store.table, "Item": key(partition, GUARD_KEY) | after, **_unchanged(before)}
        try:
            reader.calls(reader.client.put_item, **put)
        except Refused:
            continue
        return
    raise StoreUnavailable(_MOVED_ON)


def _unchanged(item: Item) -> dict[str, Any]:
    """Return the condition that a guard's item is unchanged since it was read."""
    terms, values = [], {}
    for name in ("holder", "rivals"):
        if name in item:
            terms.append(f"#{name} = :{name}")
            values[f":{name}"] = item[name]
        else:
            terms.append(f"attribute_not_exists(#{name})")
    condition: dict[str, Any] = {"ConditionExpression": " AND ".join(terms)}
    condition["ExpressionAttributeNames"] = {"#holder": "holder", "#rivals": "rivals"}
    return condition | ({"ExpressionAttributeValues": values} if values else {})
