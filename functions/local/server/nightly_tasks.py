"""When the one-machine server does what nobody asks for: a seal each hour, a night's work, the scan of waiting files.

Tasks on its event loop that end with it; they do no work themselves.
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
from functions.records.attachments.inspection import scan_waiting
from functions.web.filing.documents import tools_of
from functions.web.http.loggers import FAILURES, NIGHTS

FIRST_SECONDS: Final = 10.0
# In steps, since a machine that was asleep has a clock that jumps.
STEP_SECONDS: Final = 300.0
SCAN_SECONDS: Final = 60.0
# What documents a night does not come to are left to the next one.
PAPERS_AT_MOST: Final = timedelta(hours=2)
_NEVER: Final = datetime.min.replace(tzinfo=UTC)

Sleep = Callable[[float], Awaitable[None]]


async def watch(services: Services, sleep: Sleep = asyncio.sleep) -> None:
    """Do each night's work once it is due, until cancelled; what was due while the machine was off, soon after a start.

    In between, what is new is sealed each hour. The night's work comes first, whose seal tells that it was done.

    What fails is logged and tried again at the next look; the documents that packages ask for wait for the next night.
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
    """Have the files that wait scanned every minute, until cancelled; what was found is logged, and what fails."""
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
    """Whether the night's work is done, by this call or before this server started.

    The seal tells that it was; not when it is done `again` after a failure, which may have come behind the seal.
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


def _set_papers(services: Services, stopped: threading.Event) -> None:
    """Set the documents that are missing, until it is done, or time is up, or the server ends."""
    until = services.clock() + PAPERS_AT_MOST
    try:
        press = tools_of(services).press
        papers = set_missing(services, press, lambda: stopped.is_set() or services.clock() >= until)
    except Exception as error:
        FAILURES.error({"papers": "failed"}, exc_info=error)
        return
    if papers.set or papers.failed or not papers.finished:
        NIGHTS.info(papers.told())
