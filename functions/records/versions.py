"""The versions of a filing: what the unit filed, and each time that it corrected it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from functions.records.event import Event


@dataclass(frozen=True, slots=True)
class Version:
    """What the unit filed at one time: the answers, as of the event that brought them; None after an erasure."""

    number: int
    event: Event
    data: dict[str, Any] | None


def versions_of(events: Sequence[Event]) -> list[Version]:
    """Every version, the first one first."""
    filed = (event for event in events if event.type in ("submitted", "corrected"))
    return [
        Version(number, event, json.loads(event.body)["data"] if event.body is not None else None)
        for number, event in enumerate(filed, start=1)
    ]
