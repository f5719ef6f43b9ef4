"""The schedule of the one-machine server: a seal each hour, a night's work, reminders, the scan of waiting files.

Tasks on its event loop that end with it; other modules do the work.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from functions import nightly
from functions.background.overnight_documents import set_missing
from functions.bootstrap import Services
from functions.local.server.reminding import remind_apart
from functions.records.attachments.inspection import scan_waiting
from functions.supervision.deadlines import day_in_shanghai
from functions.supervision.rosters.state import KIND as ROSTER
from functions.web.filing.documents import tools_of
from functions.web.http.loggers import FAILURES, NIGHTS

FIRST_SECONDS: Final = 10.0
# Waits in short steps, since the clock jumps when a machine wakes up.
STEP_SECONDS: Final = 300.0
SCAN_SECONDS: Final = 60.0
# Documents that a night does not reach are left to the next one.
PAPERS_AT_MOST: Final = timedelta(hours=2)
_NEVER: Final = datetime.min.replace(tzinfo=UTC)

Sleep = Callable[[float], Awaitable[None]]


async def watch(services: Services, sleep: Sleep = asyncio.sleep) -> None:
    """Do each night's work when it is due, until cancelled; work due while the machine was off comes after a start.

    In between, new events are sealed each hour. The night's work comes first: its seal shows that it was done.

    Failures are logged and tried again later; the documents for packages wait for the next night.
    """
    stopped = threading.Event()
    try:
        await sleep(FIRST_SECONDS)
        done, failed = _NEVER, False
        while True:
            now = services.clock()
            if done < nightly.last_due(now):
                failed = not await asyncio.to_thread(_work, services, now, failed)
                done = done if failed else now
                if not failed:
                    await asyncio.to_thread(_remind, services, now, stopped)
                    await asyncio.to_thread(_set_papers, services, stopped)
                    now = services.clock()
            else:
                await asyncio.to_thread(_seal, services, now)
            left = (nightly.next_due(now) - now).total_seconds()
            await sleep(min(STEP_SECONDS, left))
    finally:
        # A thread cannot be cancelled, and the process ends only after it.
        stopped.set()


async def watch_waiting(services: Services, sleep: Sleep = asyncio.sleep) -> None:
    """Scan the waiting files every minute, until cancelled; logs results and failures."""
    scanner = services.scanner
    while scanner is not None:
        await sleep(SCAN_SECONDS)
        try:
            found = await asyncio.to_thread(scan_waiting, services.blobs, scanner, services.clock())
        except Exception as error:
            FAILURES.error({"scan": "failed"}, exc_info=error)
            continue
        if found.clean or found.refused or found.left:
            NIGHTS.info({"scanned": found.clean + found.refused, "refused": found.refused, "waiting": found.left})


def _work(services: Services, now: datetime, again: bool) -> bool:
    """Do the night's work if needed; return whether it is done, by this call or before this server started.

    The seal shows that it was done; with `again` after a failure it does not, since the failure may have come later.
    """
    try:
        last = services.seals.last_seal()
        if not again and last is not None and datetime.fromisoformat(last.at) >= nightly.last_due(now):
            return True
        NIGHTS.info(nightly.run(services).told())
    except Exception as error:
        FAILURES.error({"nightly": "failed"}, exc_info=error)
        return False
    return True


def _seal(services: Services, now: datetime) -> None:
    """Seal what is new if the last seal is an hour old."""
    try:
        seal = nightly.seal_now(services) if nightly.is_seal_due(services, now) else None
    except Exception as error:
        FAILURES.error({"seal": "failed"}, exc_info=error)
        return
    if seal is not None:
        NIGHTS.info({"seal": seal.index, "sealed": seal.size})


def _remind(services: Services, now: datetime, stopped: threading.Event) -> None:
    """Remind the units for whom it is time; what was done before a restart is not done again."""
    try:
        if services.settings.reminders.days and services.ledger.chains(ROSTER):
            NIGHTS.info(remind_apart(services.settings, day_in_shanghai(now), stopped))
    except Exception as error:
        FAILURES.error({"reminders": "failed"}, exc_info=error)


def _set_papers(services: Services, stopped: threading.Event) -> None:
    """Typeset the missing documents, until all are done, or time is up, or the server ends."""
    until = services.clock() + PAPERS_AT_MOST
    try:
        press = tools_of(services).press
        papers = set_missing(services, press, lambda: stopped.is_set() or services.clock() >= until)
    except Exception as error:
        FAILURES.error({"papers": "failed"}, exc_info=error)
        return
    if papers.set or papers.failed or not papers.finished:
        NIGHTS.info(papers.told())
