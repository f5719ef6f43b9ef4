"""A clock that stands still until a test moves it, and the one that the servers of a run go by.

With TODAY=2028-02-29T12:00+08:00 in the environment, it starts there when it is first asked for.
Servers and commands started by tests go by it too. Browsers, and engines that stand in for AWS, do not.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from functions import bootstrap
from functions.records.state import SHANGHAI

_TODAY: Final = "TODAY"
# Handed to the processes that this one starts, so that all are equally far ahead.
_AHEAD: Final = "TODAY_SECONDS_AHEAD"
_real = bootstrap.read_clock


@dataclass
class Clock:
    """Called, it gives `at`, aware UTC."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at


def now() -> datetime:
    """The time that servers and commands go by, aware UTC."""
    if _TODAY in os.environ and _AHEAD not in os.environ:
        ahead = datetime.fromisoformat(os.environ[_TODAY]) - _real()
        os.environ[_AHEAD] = str(ahead.total_seconds())
    return _real() + timedelta(seconds=float(os.environ.get(_AHEAD, "0")))


def today() -> date:
    """The day in China."""
    return now().astimezone(SHANGHAI).date()


def last_year() -> int:
    """The year before this one in China, which self-check reports of this year are about."""
    return today().year - 1


def is_set() -> bool:
    """Whether this run goes by another time than the real one."""
    return _TODAY in os.environ


def go_by_it() -> None:
    """Let all that this process opens go by `now`."""
    bootstrap.read_clock = now
