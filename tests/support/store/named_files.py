"""Steps that name files, made without any form."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from functions.records.event import EventType, make_event
from functions.records.store import Append, Record, Status
from tests.support.store.steps import SALT, digest_of, next_step


def file(n: int) -> dict[str, Any]:
    """A file as a filing names it: the number is its content."""
    return {"name": f"示例 {n}.pdf", "size": len(str(n)), "sha256": sha(n)}


def sha(n: int) -> str:
    return digest_of(b"%d" % n)


def shas(*numbers: int) -> frozenset[str]:
    return frozenset(map(sha, numbers))


def naming(step: Append, *files: int, **more: Any) -> Append:
    """A copy of the step whose answers name these files."""
    event = step.events[0]
    body = {**json.loads(event.body or b""), "data": {"files": {"scans": [file(n) for n in files]}, **more}}
    fields = {name: getattr(event, name) for name in ("number", "form", "sequence", "type", "at", "actor", "previous")}
    return replace(step, events=(make_event(**fields, body=body, salt=SALT),))


def after(record: Record, *files: int, type: EventType = "corrected", status: Status = "submitted") -> Append:
    return naming(next_step(record, type, status), *files)
