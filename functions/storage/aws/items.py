"""Converts events and summaries to items and back; a text that is too large for an item is a blob under its digest."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from typing import Any, Final

import orjson

from functions.records.attachments.store import Area
from functions.records.event import SALT_BYTES, Event
from functions.records.state import searchable
from functions.records.store import Summary
from functions.storage.aws.table import index_key, shard_of

# An item may have 400 KB. S3 is much cheaper far below that size: a kilobyte in a transaction costs two units.
LARGEST_INLINE: Final = 128 * 1024

LONGEST_NUMBER: Final = 64

SUMMARY_KEY: Final = "summary"
NAMED: Final = "named#"

Item = dict[str, Any]
KeepBlob = Callable[[Area, str, bytes], None]
ReadBlob = Callable[[Area, str], bytes]

# The summary's fields with an attribute of their own name; the others have other representations, or none.
_PLAIN = tuple(each.name for each in fields(Summary) if each.name not in ("contested", "warnings", "words"))
_NUMBERS = ("version", "sequence")


def record_key(number: str) -> str:
    """Return the partition of everything about one record."""
    return f"rec#{number}"


def event_key(sequence: int) -> str:
    """Return the sort key of an event: events sort by sequence, and before the summary."""
    return f"event#{sequence:08d}"


def guard_key(guard: str) -> str:
    """Return the partition of everything about one guard: its digest, since a guard may be longer than a key."""
    return f"guard#{guard_digest(guard)}"


def guard_digest(guard: str) -> str:
    """SHA-256 of the guard, lower-case hexadecimal."""
    return hashlib.sha256(guard.encode()).hexdigest()


def named_key(digest: str) -> str:
    """Return the partition of all events that name the file of this digest."""
    return f"{NAMED}{digest}"


def named_items(number: str, sequence: int, digests: Iterable[str]) -> list[Item]:
    """Return the items that link this event to the files it names: nothing but keys."""
    return [key(named_key(digest), f"{number}#{sequence:08d}") for digest in sorted(digests)]


def position(submitted_at: str, number: str) -> str:
    """Return the position in every list, as the indexes are sorted: by time, then by number."""
    return f"{submitted_at}#{number}"


def may_be_number(text: str) -> bool:
    """Whether a record could have this number: typed text might not even fit into a key."""
    return text.isascii() and 0 < len(text) <= LONGEST_NUMBER


def key(partition: str, sort: str) -> Item:
    """Return the key of one item."""
    return {"pk": {"S": partition}, "sk": {"S": sort}}


def event_item(event: Event, keep: KeepBlob) -> Item:
    """Return the item of an event; stores a large body first, with its salt, under the digest of the two."""
    item = key(record_key(event.number), event_key(event.sequence))
    for name in ("form", "type", "actor", "previous", "body_digest", "digest"):
        item[name] = {"S": getattr(event, name)}
    item["made_at"] = {"S": event.at}
    if event.salt is None or event.body is None:
        return item
    if len(event.body) > LARGEST_INLINE:
        keep("bodies", event.body_digest, event.salt + event.body)
        return {**item, "in_blob": {"BOOL": True}}
    return {**item, "salt": {"B": event.salt}, "body": {"S": event.body.decode()}}


def event_from(item: Mapping[str, Any], read: ReadBlob) -> Event:
    """Return the event of an item; salt and body are None when they were erased."""
    salt, body = None, None
    if "body" in item:
        salt, body = item["salt"]["B"], item["body"]["S"].encode()
    elif "in_blob" in item:
        whole = read("bodies", item["body_digest"]["S"])
        salt, body = whole[:SALT_BYTES], whole[SALT_BYTES:]
    return Event(
        number=item["pk"]["S"].partition("#")[2],
        form=item["form"]["S"],
        sequence=int(item["sk"]["S"].partition("#")[2]),
        type=item["type"]["S"],
        at=item["made_at"]["S"],
        actor=item["actor"]["S"],
        previous=item["previous"]["S"],
        body_digest=item["body_digest"]["S"],
        digest=item["digest"]["S"],
        salt=salt,
        body=body,
    )


def summary_item(summary: Summary, standing: str, keep: KeepBlob) -> Item:
    """Return the item of a summary with this relation to its guard, and its keys in the indexes."""
    shard = shard_of(summary.number)
    words = summary.words.encode()
    item = key(record_key(summary.number), SUMMARY_KEY)
    item |= {name: {"N" if name in _NUMBERS else "S": str(getattr(summary, name))} for name in _PLAIN}
    item["warnings"] = {"S": orjson.dumps(summary.warnings).decode()}
    item["unit_sought"] = {"S": searchable(summary.unit_name)}
    item["standing"] = {"S": standing}
    if len(words) > LARGEST_INLINE:
        digest = hashlib.sha256(words).hexdigest()
        keep("words", digest, words)
        item["words_digest"] = {"S": digest}
    else:
        item["words"] = {"S": summary.words}
    item["at"] = {"S": position(summary.submitted_at, summary.number)}
    item["newest"] = {"S": index_key(shard)}
    item["newest_of_form"] = {"S": index_key(shard, summary.form)}
    item["newest_of_period"] = {"S": index_key(shard, summary.form, summary.period)}
    if summary.status == "submitted":
        item["waiting"] = {"S": index_key(shard)}
    return item


def summary_from(item: Mapping[str, Any], read: ReadBlob) -> Summary:
    """Return the summary of an item; the caller finds out whether it is contested."""
    said: dict[str, Any] = {name: item[name]["S"] for name in _PLAIN if name not in _NUMBERS}
    said |= {name: int(item[name]["N"]) for name in _NUMBERS}
    said["warnings"] = tuple(orjson.loads(item["warnings"]["S"]))
    said["words"] = item["words"]["S"] if "words" in item else read("words", item["words_digest"]["S"]).decode()
    return Summary(**said)
