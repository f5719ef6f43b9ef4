"""Formats a moment in Beijing time for the desk and a filing's history; knows no page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

BEIJING: Final = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment in Beijing time: to the minute, to the second, and for machines."""

    minute: str
    second: str
    machine: str


def moment_of(at: str) -> Moment:
    """Return the moment of a UTC time from an event."""
    local = datetime.fromisoformat(at).astimezone(BEIJING)
    return Moment(
        local.strftime("%Y-%m-%d %H:%M"), local.strftime("%Y-%m-%d %H:%M:%S"), local.isoformat(timespec="seconds")
    )
