"""Steps to append, made without any form, so that a store is tested by what it is given and nothing else."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

from functions.records.event import EventType, make_event
from functions.records.state import searchable
from functions.records.store import Append, Idempotency, Record, Status, Summary

SALT = bytes(range(32))
FORM = "annual-self-check"


def first_step(
    n: int,
    *,
    number: str | None = None,
    guard: str | None = None,
    contest: bool = False,
    key: str | None = None,
    request: str = "a" * 64,
    text: str = "",
    **fields: Any,
) -> Append:
    """The n-th filing, one microsecond after the one before; `fields` go into the summary."""
    number = number or f"SC-2026-{n:06d}"
    unit_name = fields.pop("unit_name", f"示例县第 {n} 中学")
    summary = Summary(
        number=number,
        form=fields.pop("form", FORM),
        form_digest=fields.pop("form_digest", "d" * 64),
        period=fields.pop("period", "2025"),
        unit_name=unit_name,
        uscc=fields.pop("uscc", f"12000000{n:010d}"),
        submitted_at=fields.pop("submitted_at", f"2026-09-18T02:24:{n / 1_000_000:09.6f}Z"),
        due="2026-09-30",
        timeliness=fields.pop("timeliness", "on_time"),
        status="submitted",
        version=1,
        sequence=1,
        guard=guard or f"guard of {number}",
        warnings=fields.pop("warnings", ()),
        words=searchable(f"{number}\n{unit_name}\n{text}"),
    )
    assert not fields
    event = make_event(
        number=number,
        form=summary.form,
        sequence=1,
        type="submitted",
        at=summary.submitted_at,
        actor="filer",
        previous="",
        body={"text": text, "n": n},
        salt=SALT,
    )
    return Append(
        events=(event,),
        summary=summary,
        claim=None if contest else summary.guard,
        answer=json.dumps({"number": number}).encode(),
        idempotency=Idempotency(key, request) if key else None,
    )


def next_step(record: Record, type: EventType, status: Status, *, contest: bool = False, body: Any = None) -> Append:
    """One more event on a record."""
    last = record.events[-1]
    event = make_event(
        number=last.number,
        form=last.form,
        sequence=last.sequence + 1,
        type=type,
        at="2026-10-01T00:00:00.000000Z",
        actor="示例甲",
        previous=last.digest,
        body=body or {"reason": "示例理由"},
        salt=SALT,
    )
    summary = replace(record.summary, status=status, sequence=event.sequence, contested=False)
    return Append((event,), summary, None if contest else summary.guard, b"{}", None)


def digest_of(document: bytes) -> str:
    return hashlib.sha256(document).hexdigest()
