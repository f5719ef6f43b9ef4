"""Token buckets by client address, in memory that forked processes share; knows neither HTTP nor what is limited."""

from __future__ import annotations

import fcntl
import mmap
import os
import struct
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryFile

SETS = 8192
WAYS = 8
# Each part is asked for and sent: a file of 50 MB comes in ten, a filing has ten files.
PARTS = 10
# A unit whose place is taken by a stranger can contest it from another address than the stranger's.
RIVALS = 2
DAY = 24 * 60
_BUCKET = struct.Struct("=Qdd")  # whose it is, tokens left, the tick when they were counted
_NOBODY = 0
_SET_BYTES = WAYS * _BUCKET.size


class Buckets:
    """`per_minute` tokens come back to an address each minute, as many may be used at once, or `at_once`. `ticks` are
    seconds, the same in every process.

    Processes that are forked off later share the count; each uses it from one thread only. 65,536 addresses are known
    at once, by their hash, in sets of eight; where a set is full, the address seen longest ago gives way.
    """

    def __init__(self, *, per_minute: float, ticks: Callable[[], float], at_once: float | None = None) -> None:
        self._full, self._rate, self._ticks = float(at_once or per_minute), per_minute / 60, ticks
        self._memory = mmap.mmap(-1, SETS * _SET_BYTES)
        with TemporaryFile(prefix="qingdan-rate-") as file:
            self._locks = os.dup(file.fileno())
        weakref.finalize(self, os.close, self._locks)

    def take(self, address: str, tokens: int = 1) -> float:
        """Take so many tokens; the seconds to wait when there are not enough, else 0."""
        # Strings are hashed with a secret of the interpreter, which its forks inherit and strangers cannot know.
        whose = hash(address) % 2**64 or 1
        with self._alone(whose % SETS):
            now = self._ticks()
            offset, left, since = self._find(whose, whose % SETS * _SET_BYTES)
            left = self._full if since is None else min(self._full, left + (now - since) * self._rate)
            wait = 0.0 if left >= tokens else (tokens - left) / self._rate
            _BUCKET.pack_into(self._memory, offset, whose, left - tokens if wait == 0 else left, now)
        return wait

    def _find(self, whose: int, start: int) -> tuple[int, float, float | None]:
        """Where the bucket is, with its tokens and tick; a place for a new one, without a tick, when there is none."""
        found = [(at, *_BUCKET.unpack_from(self._memory, at)) for at in range(start, start + _SET_BYTES, _BUCKET.size)]
        for offset, known, left, since in found:
            if known == whose:
                return offset, left, since
        # The bucket that was used longest ago is the fullest: forgetting it forgives least.
        return min(found, key=lambda bucket: (bucket[1] != _NOBODY, bucket[3]))[0], 0.0, None

    @contextmanager
    def _alone(self, part: int) -> Iterator[None]:
        """One process at a time in this set. The system lets go of what a killed process held."""
        fcntl.lockf(self._locks, fcntl.LOCK_EX, 1, part)
        try:
            yield
        finally:
            fcntl.lockf(self._locks, fcntl.LOCK_UN, 1, part)


@dataclass(frozen=True, slots=True)
class Rates:
    """What an address may do: changes, parts of files, megabytes of files, new filings, each counted apart.

    `contests` are filings although another holds their place, by address, and `rivals` those by place.
    """

    changes: Buckets
    parts: Buckets
    megabytes: Buckets
    filings: Buckets
    contests: Buckets
    rivals: Buckets

    @classmethod
    def of(
        cls,
        *,
        per_minute: int,
        megabytes_per_hour: int,
        ticks: Callable[[], float],
        filings_per_hour: int = 60,
        contested_per_day: int = 10,
    ) -> Rates:
        """Counts that begin anew; of parts there may be PARTS times as many as of changes, of rivals RIVALS times as
        many as an address may contest.
        """
        most = RIVALS * contested_per_day
        return cls(
            changes=Buckets(per_minute=per_minute, ticks=ticks),
            parts=Buckets(per_minute=PARTS * per_minute, ticks=ticks),
            megabytes=Buckets(per_minute=megabytes_per_hour / 60, at_once=megabytes_per_hour, ticks=ticks),
            filings=Buckets(per_minute=filings_per_hour / 60, at_once=filings_per_hour, ticks=ticks),
            contests=Buckets(per_minute=contested_per_day / DAY, at_once=contested_per_day, ticks=ticks),
            rivals=Buckets(per_minute=most / DAY, at_once=most, ticks=ticks),
        )

    def file(self, address: str, place: str, contest: bool) -> float:
        """Take one new filing for this place from the address; the seconds to wait when it has no more, else 0."""
        wait = self.contests.take(address) or self.rivals.take(place) if contest else 0.0
        return wait or self.filings.take(address)
