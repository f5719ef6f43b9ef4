"""The count of an address is one, in whatever process it is taken, and is forgotten only for want of room."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable

from functions.web.edge.token_buckets import SETS, WAYS, Buckets


def fork(work: Callable[[], int]) -> int:
    """The id of a forked process that exits with what `work` gives, 255 when it fails."""
    with warnings.catch_warnings():
        # Newer Pythons warn of forking beside other tests' threads, of which the fork has none.
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid == 0:
        code = 255
        try:
            code = work()
        finally:
            os._exit(code)
    return pid


def ended(pid: int) -> int:
    """The exit code of a forked process."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_processes_that_were_forked_share_the_count() -> None:
    buckets = Buckets(per_minute=3, ticks=lambda: 0)
    assert ended(fork(lambda: int(buckets.take("192.0.2.1")))) == 0
    assert ended(fork(lambda: int(buckets.take("192.0.2.1")))) == 0
    assert buckets.take("192.0.2.1") == 0
    assert buckets.take("192.0.2.1") == 20, "three a minute: one comes back in twenty seconds"
    assert ended(fork(lambda: int(buckets.take("192.0.2.1")))) == 20
    assert ended(fork(lambda: int(buckets.take("192.0.2.2")))) == 0


def test_no_token_is_lost_or_found_when_processes_race() -> None:
    buckets = Buckets(per_minute=1000, ticks=lambda: 0)

    def take(times: int) -> int:
        return sum(buckets.take("192.0.2.1") == 0 for _ in range(times))

    racing = [fork(lambda: take(200)) for _ in range(4)]
    assert [ended(pid) for pid in racing] == [200] * 4
    assert take(400) == 200


def test_more_addresses_than_there_is_room_for_are_still_counted() -> None:
    now = [0.0]
    buckets = Buckets(per_minute=1, ticks=lambda: now[0])
    for n in range(3 * SETS * WAYS):
        now[0] += 1e-6
        assert buckets.take(f"2001:db8::{n:x}") == 0
    latest = f"2001:db8::{3 * SETS * WAYS - 1:x}"
    assert buckets.take(latest) > 0, "the address seen last is known"
