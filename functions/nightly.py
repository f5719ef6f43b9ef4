"""The scheduled function: what is done once a night; knows when a night is due, not who rings the bell."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from functools import cache
from typing import Any, Final

from functions.bootstrap import Services, Settings, open_services, settle
from functions.errors import SealTaken
from functions.records.sealing import seal_new
from functions.records.state import SHANGHAI

HOUR: Final = time(0, 30)


@dataclass(frozen=True, slots=True)
class Done:
    """What a night came to: the index of its seal and how many events that holds; None and 0 when nothing was new."""

    seal: int | None
    sealed: int

    def told(self) -> dict[str, Any]:
        """The same for a log and for whoever rang the bell."""
        return asdict(self)


def run(services: Services) -> Done:
    """Do everything that is due at night; doing it twice does no harm."""
    try:
        seal = seal_new(services.seals, services.keys.signer, services.clock())
    except SealTaken:
        # Somebody else has just sealed; what is new since then waits for the next night.
        return Done(None, 0)
    return Done(seal.index, seal.size) if seal else Done(None, 0)


def last_due(now: datetime) -> datetime:
    """The newest moment, at or before `now` (aware), at which a night's work was due: 00:30 in Asia/Shanghai."""
    today = datetime.combine(now.astimezone(SHANGHAI).date(), HOUR, SHANGHAI)
    return today if today <= now else today - timedelta(days=1)


def next_due(now: datetime) -> datetime:
    """The first moment after `now` (aware) at which a night's work is due."""
    return last_due(now) + timedelta(days=1)


@cache
def _open_once() -> Services:
    services = open_services(Settings.from_mapping(os.environ), lock=False)
    settle()
    return services


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """The entry for a schedule (EventBridge); the event says nothing that is needed."""
    return run(_open_once()).told()
