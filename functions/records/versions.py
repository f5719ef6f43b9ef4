"""The versions of a filing: what the unit filed and each correction, with the last decision."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from functions.records.event import Event
from functions.records.store import Answers, Decided, Record

# Each may have hundreds of KB.
SHOWN: Final = 5
DECISIONS: Final = frozenset(("accepted", "returned", "reopened", "voided"))


@dataclass(frozen=True)
class Version:
    """What the unit filed at one time: the event that brought it, and its answers, which are read when asked for."""

    number: int
    event: Event

    @cached_property
    def data(self) -> dict[str, Any] | None:
        """The answers; None after an erasure."""
        return json.loads(self.event.body)["data"] if self.event.body is not None else None


def versions_of(events: Sequence[Event]) -> list[Version]:
    """Return every version, in order."""
    filed = (event for event in events if event.type in ("submitted", "corrected"))
    return [Version(number, event) for number, event in enumerate(filed, start=1)]


def shown_versions(versions: Sequence[Version], until: int | None = None) -> range:
    """The numbers of the versions that are shown whole at once: the last ones, or the last ones up to `until`."""
    last = min(until or len(versions), len(versions))
    return range(max(1, last - SHOWN + 1), last + 1)


def answers_of(record: Record) -> Answers:
    """Return the part of the record that tables show."""
    summary = record.summary
    event = next(event for event in reversed(record.events) if event.type in ("submitted", "corrected"))
    return Answers(
        number=summary.number,
        form=summary.form,
        form_digest=summary.form_digest,
        period=summary.period,
        unit_name=summary.unit_name,
        submitted_at=summary.submitted_at,
        due=summary.due,
        timeliness=summary.timeliness,
        status=summary.status,
        version=summary.version,
        digest=event.digest,
        contested=summary.contested,
        corrected_at=event.at if event.type == "corrected" else "",
        decision=_decided(record.events),
        body=event.body,
    )


def _decided(events: Sequence[Event]) -> Decided | None:
    for event in reversed(events):
        if event.type in DECISIONS:
            return Decided(event.type, event.at, event.actor, event.body.decode() if event.body is not None else None)
    return None


def last_decision(events: Sequence[Event]) -> int | None:
    """Return the sequence of the last decision told to the unit; None when there is none, or its words are erased."""
    for event in reversed(events):
        if event.type in DECISIONS and event.body is not None and json.loads(event.body).get("complete", True):
            return event.sequence
    return None
