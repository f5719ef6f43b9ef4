"""The scheduled function: the work of one night; knows when it is due, not what triggers it."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from functools import cache
from typing import Any, Final

from functions.bootstrap import Services, open_services, settle
from functions.errors import QingdanError, SealTaken
from functions.records.attachments.inspection import scan_waiting
from functions.records.attachments.sweep import sweep
from functions.records.sealing import seal_new
from functions.records.seals.seal import Seal
from functions.records.state import SHANGHAI
from functions.settings import Settings
from functions.web.http.loggers import FAILURES, log_as_lines

HOUR: Final = time(0, 30)
BETWEEN_SEALS: Final = timedelta(hours=1)


class Failed(Exception):
    """The night's work failed. The log says where, without the error's own message, which may quote a filing."""


@dataclass(frozen=True, slots=True)
class Done:
    """The result of a night: the index of its seal and the number of events in it; None and 0 when nothing was new.

    `swept` counts the removed files that nothing named, `abandoned` the removed uploads that were never finished.
    `waiting` counts the files that still wait for the virus scanner, `mailed` the seals sent to the superior bureau.
    """

    seal: int | None
    sealed: int
    swept: int = 0
    abandoned: int = 0
    waiting: int = 0
    mailed: int = 0

    def told(self) -> dict[str, Any]:
        """Return the night's counts for a log line, and for the caller of the function."""
        return asdict(self)


def run(services: Services) -> Done:
    """Do everything that is due at night; repeating it does no harm.

    The seal comes first, so that later failures do not prevent it. The mail comes last, because it can fail for
    external reasons.
    """
    seal = seal_now(services)
    services.records.forget_answers(services.clock())
    swept = sweep(services.records.named, services.blobs, services.clock())
    scanned = scan_waiting(services.blobs, services.scanner, services.clock()) if services.scanner else None
    return Done(
        seal=seal.index if seal else None,
        sealed=seal.size if seal else 0,
        swept=swept.files,
        abandoned=swept.uploads,
        waiting=scanned.left if scanned else 0,
        mailed=_mail(services),
    )


def _mail(services: Services) -> int:
    if not services.settings.mail_to:
        return 0
    # Imported only when mail is sent: a function that sends none need not load it.
    from functions.seal_mail import send_new

    return send_new(services)


def seal_now(services: Services) -> Seal | None:
    """Seal what is new; return None when nothing is."""
    try:
        return seal_new(services.seals, services.keys.signer, services.clock())
    except SealTaken:
        # Somebody else has just sealed; events since then wait for the next hour.
        return None


def is_seal_due(services: Services, now: datetime) -> bool:
    """Whether the last seal is an hour old: until the next seal, later events could be removed unnoticed."""
    last = services.seals.last_seal()
    return last is None or now - datetime.fromisoformat(last.at) >= BETWEEN_SEALS


def last_due(now: datetime) -> datetime:
    """Return the newest moment, at or before `now` (aware), at which a night's work was due: 00:30 in Asia/Shanghai."""
    today = datetime.combine(now.astimezone(SHANGHAI).date(), HOUR, SHANGHAI)
    return today if today <= now else today - timedelta(days=1)


def next_due(now: datetime) -> datetime:
    """Return the first moment after `now` (aware) at which a night's work is due."""
    return last_due(now) + timedelta(days=1)


@cache
def _open_once() -> Services:
    services = open_services(Settings.from_mapping(os.environ), lock=False)
    settle()
    return services


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """The entry for two schedules (EventBridge): `{"seal": "hourly"}` asks for the seal alone."""
    log_as_lines(os.environ)
    try:
        return _work(_open_once(), event)
    except Exception as error:
        FAILURES.error(
            {"nightly": "failed", "why": str(error) if isinstance(error, QingdanError) else ""}, exc_info=error
        )
        raise Failed from None


def _work(services: Services, event: dict[str, Any]) -> dict[str, Any]:
    if event.get("seal") == "hourly":
        seal = seal_now(services)
        return Done(seal.index if seal else None, seal.size if seal else 0).told()
    return run(services).told()
