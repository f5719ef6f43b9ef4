"""The log of unsealed events: each event adds an entry, each seal removes its own; knows no seal."""

from __future__ import annotations

from typing import Final

from functions.records.event import Event
from functions.records.filed import Filed, line_of
from functions.records.seals.seal import Leaf
from functions.storage.aws.items import Item, key
from functions.storage.aws.table import SHARDS, shard_of

LOG: Final = tuple(f"unsealed#{shard:02d}" for shard in range(SHARDS))


def log_item(event: Event, filed: Filed | None = None) -> Item:
    """Return the entry of an event, with what obligations see of the filing after it."""
    item = log_key(event.number, event.sequence) | {"digest": {"S": event.digest}}
    return item | {"line": {"B": line_of(filed)}} if filed else item


def log_key(number: str, sequence: int) -> Item:
    """Return the key of an event's entry."""
    return key(LOG[shard_of(number)], f"{number}#{sequence:08d}")


def leaf_from(item: Item) -> Leaf:
    """Return the leaf of an entry; ValueError when its digest is malformed."""
    number, _, sequence = item["sk"]["S"].rpartition("#")
    return Leaf(number, int(sequence), bytes.fromhex(item["digest"]["S"]))
