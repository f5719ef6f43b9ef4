"""When the one-machine server does what nobody asks for: a night's work, and the scan of the files that wait for it.

Tasks on its event loop that end with it; they do no work themselves.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Final

from functions import nightly
from functions.bootstrap import Services
from functions.records.inspecting import scan_waiting
from functions.web.logs import FAILURES, NIGHTS

FIRST_SECONDS: Final = 10.0
# In steps, since a machine that was asleep has a clock that jumps.
STEP_SECONDS: Final = 300.0
SCAN_SECONDS: Final = 60.0
_NEVER: Final = datetime.min.replace(tzinfo=UTC)

Sleep = Callable[[float], Awaitable[None]]


async def watch(services: Services, sleep: Sleep = asyncio.sleep) -> None:
    """Do each night's work once it is due, until cancelled; what was due while the machine was off, soon after a start.

    What fails is logged and tried again at the next look.
    """
    await sleep(FIRST_SECONDS)
    done, failed = _NEVER, False
    while True:
        now = services.clock()
        if done < nightly.last_due(now):
            failed = not await asyncio.to_thread(_work, services, now, failed)
            done = done if failed else now
        left = (nightly.next_due(now) - now).total_seconds()
        await sleep(min(STEP_SECONDS, left))


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
