"""Writes records as JSON Lines without loss, and reads them back; canonical bodies pass through unchanged.

One line is one record: facts for orientation, then `events`, each with salt (hexadecimal) and body. A body is embedded
in its canonical form, so its RFC 8785 form after reading is byte for byte what the digest covers.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice

from functions.records.event import Event, canonical
from functions.records.store import Record, Summary

LINES_A_CHUNK = 100


def stream_jsonl(records: Iterable[Record]) -> Iterator[bytes]:
    """The file in chunks, UTF-8 without byte-order mark, LF, in constant memory; any forms together."""
    lines = (write_record(record) + b"\n" for record in records)
    while chunk := b"".join(islice(lines, LINES_A_CHUNK)):
        yield chunk


def read_events(line: bytes) -> tuple[Event, ...]:
    """Return the events of one line, as they were stored.

    Raises ValueError, KeyError or TypeError for a line that is not ours.
    """
    return tuple(_event(raw) for raw in json.loads(line, parse_int=_number)["events"])


def write_record(record: Record) -> bytes:
    """Write one record as a JSON object, without loss."""
    facts = _dump(_facts(record.summary))
    return b'%s,"events":[%s]}' % (facts[:-1], b",".join(map(write_event, record.events)))


def _facts(summary: Summary) -> dict[str, object]:
    return {
        "number": summary.number,
        "form": summary.form,
        "form_digest": summary.form_digest,
        "period": summary.period,
        "unit_name": summary.unit_name,
        "uscc": summary.uscc,
        "submitted_at": summary.submitted_at,
        "due": summary.due,
        "timeliness": summary.timeliness,
        "status": summary.status,
        "contested": summary.contested,
        "version": summary.version,
        "warnings": list(summary.warnings),
    }


def write_event(event: Event) -> bytes:
    """Write one event for a line: all its fields, its body in canonical form."""
    salt = event.salt.hex() if event.salt is not None else None
    fields = _dump(
        {
            "sequence": event.sequence,
            "type": event.type,
            "number": event.number,
            "form": event.form,
            "at": event.at,
            "actor": event.actor,
            "previous": event.previous,
            "body_digest": event.body_digest,
            "digest": event.digest,
            "salt": salt,
        }
    )
    return b'%s,"body":%s}' % (fields[:-1], event.body if event.body is not None else b"null")


def _number(digits: str) -> int | float:
    """JSON numbers are doubles: the canonical form writes a large one without fraction but takes it only as a float."""
    whole = int(digits)
    return whole if abs(whole) < 2**53 else float(digits)


def _dump(fields: dict[str, object]) -> bytes:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()


def _event(raw: dict[str, object]) -> Event:
    fields = dict(raw)
    salt, body = fields.pop("salt"), fields.pop("body")
    sequence = fields.get("sequence")
    if type(sequence) is not int or not all(isinstance(fields[name], str) for name in fields.keys() - {"sequence"}):
        raise ValueError("a step has a whole number and texts")
    return Event(
        **fields,  # type: ignore[arg-type]
        salt=bytes.fromhex(str(salt)) if salt is not None else None,
        body=canonical(body) if body is not None else None,
    )
