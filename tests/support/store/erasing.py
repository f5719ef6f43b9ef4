"""An erasure as a step to append, made without any form."""

from __future__ import annotations

from dataclasses import replace

from functions.records.event import make_event
from functions.records.store import Append, Record
from tests.support.store.steps import SALT, next_step

NUMBER = "SC-2026-000001"


def erasure(record: Record, sequence: int) -> Append:
    """The step that erases an event, with a summary that no longer holds its words."""
    step = next_step(record, "noted", record.summary.status)
    last = record.events[-1]
    event = make_event(
        number=last.number,
        form=last.form,
        sequence=last.sequence + 1,
        type="erased",
        at="2026-10-02T00:00:00.000000Z",
        actor="(console)",
        previous=last.digest,
        body={"erased": sequence, "version": 1, "reason": "示例决定", "left": {}},
        salt=SALT,
    )
    return replace(step, events=(event,), summary=replace(step.summary, words="sc-2026-000001"))
