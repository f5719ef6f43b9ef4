"""The relation of a filing to its guard, and the changes of the guard's item when it changes; makes no call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from functions.records.store import Append, Summary
from functions.storage.aws.items import Item, guard_digest, guard_key, key
from functions.storage.aws.table import SHARDS, shard_of

# The holder has the guard; a rival is live without it; any other filing no longer counts.
Standing = Literal["holder", "rival", "neither"]

GUARD_KEY: Final = "guard"
MEMBER: Final = "member#"
CONTESTS: Final = tuple(f"contest#{shard:02d}" for shard in range(SHARDS))
_GONE = ("withdrawn", "voided")


@dataclass(frozen=True, slots=True)
class Stand:
    """One filing's guard and its relation to it."""

    guard: str
    standing: Standing


@dataclass(frozen=True, slots=True)
class Write:
    """One part of a transaction, and the meaning of its refusal."""

    means: Literal["answer", "guard", "event", "summary", "more"]
    action: Item


def stand_of(step: Append) -> Stand:
    """Return the filing's relation to its guard after this step."""
    if step.summary.status in _GONE:
        return Stand(step.summary.guard, "neither")
    return Stand(step.summary.guard, "rival" if step.claim is None else "holder")


def is_contested(summary: Summary, item: Mapping[str, Any] | None) -> bool:
    """Whether another live filing has this guard, by the guard's item as it is now."""
    if item is None or summary.status in _GONE:
        return False
    holder, rivals = item.get("holder", {}).get("S"), int(item.get("rivals", {}).get("N", 0))
    if holder == summary.number:
        return rivals >= 1
    return holder is not None or rivals >= 2


def moves(table: str, number: str, before: Stand | None, after: Stand) -> list[Write]:
    """Return the parts of the transaction that change a filing's relation; `before` is None for a new filing."""
    if before == after:
        return []
    writes: list[Write] = []
    if before is not None and before.guard != after.guard:
        writes += [*_leave(table, number, before), _membership(table, number, before.guard, "Delete")]
        before = None
    old: Standing = before.standing if before else "neither"
    if old != after.standing:
        writes += _change(table, number, after.guard, old, after.standing)
    if before is None:
        writes.append(_membership(table, number, after.guard, "Put"))
    if after.standing == "rival":
        noted = key(CONTESTS[shard_of(after.guard)], guard_digest(after.guard))
        writes.append(Write("more", {"Put": {"TableName": table, "Item": noted}}))
    return writes


def _leave(table: str, number: str, stand: Stand) -> list[Write]:
    return [] if stand.standing == "neither" else _change(table, number, stand.guard, stand.standing, "neither")


def _change(table: str, number: str, guard: str, old: Standing, new: Standing) -> list[Write]:
    """Return one update of the guard's item: its holder, and the number of rivals."""
    update: Item = {"TableName": table, "Key": key(guard_key(guard), GUARD_KEY)}
    names: dict[str, str] = {}
    values: Item = {}
    terms: list[str] = []
    if "holder" in (old, new):
        names["#holder"] = "holder"
        values[":number"] = {"S": number}
        if new == "holder":
            terms.append("SET #holder = :number")
            update["ConditionExpression"] = "attribute_not_exists(#holder) OR #holder = :number"
        else:
            terms.append("REMOVE #holder")
            update["ConditionExpression"] = "#holder = :number"
    if "rival" in (old, new):
        names["#rivals"] = "rivals"
        values[":change"] = {"N": "1" if new == "rival" else "-1"}
        terms.append("ADD #rivals :change")
    update |= {"UpdateExpression": " ".join(terms), "ExpressionAttributeNames": names}
    update["ExpressionAttributeValues"] = values
    return [Write("guard", {"Update": update})]


def _membership(table: str, number: str, guard: str, action: Literal["Put", "Delete"]) -> Write:
    place = key(guard_key(guard), MEMBER + number)
    what = {"Item": place} if action == "Put" else {"Key": place}
    return Write("more", {action: {"TableName": table, **what}})
