"""One night's reminders: planned, recorded, then sent; knows what to send, not what triggers it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from typing import Any, Final

from functions.bootstrap import Services
from functions.reminding.sending import Sender, ways_of
from functions.staff.audit_log import CONSOLE
from functions.supervision.board import due_of, read_rows
from functions.supervision.deadlines import day_in_shanghai
from functions.supervision.obligations.values import Obligation
from functions.supervision.reminders.ledger import Chain
from functions.supervision.reminders.plan import plan
from functions.supervision.reminders.values import Channel, Reminder, Result, matter_of
from functions.supervision.reminders.who import ContactBook

# So many are of unknown fate at most when the process dies.
SENT_AT_ONCE: Final = 20
LISTED_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Planned:
    """A reminder and what it is about."""

    reminder: Reminder
    about: Obligation


@dataclass(frozen=True, slots=True)
class Done:
    """How many reminders came to which end; "call" are those for the list to telephone."""

    counts: Counter[str] = field(default_factory=Counter)

    def told(self) -> dict[str, Any]:
        """The counts for a log line."""
        return {"reminders": dict(sorted(self.counts.items()))}


class Night:
    """The reminders of one day. Calls block and may raise StoreUnavailable.

    What is owed is judged as it stands now: a day that is over decides about the steps alone.
    """

    def __init__(self, services: Services, on: date) -> None:
        self._services, self._on = services, on
        self._as_of = max(on, day_in_shanghai(services.clock()))
        self._chains: dict[int, Chain] = {}
        self._rows = read_rows(services)
        self._contacts = ContactBook(services, self._rows)

    def plan(self) -> list[Planned]:
        """Who is to be reminded, by which step and channel; records nothing."""
        settings = self._services.settings
        days = settings.reminders.days
        if not days:
            return []
        until = self._as_of + timedelta(days=max(*days, 0))
        owed = {matter_of(one): one for one in due_of(self._services, on=self._as_of, until=until, rows=self._rows)}
        planned = plan(self._on, owed.values(), self._contacts, ways_of(settings), self._is_taken, days)
        return sorted((Planned(one, owed[one.matter]) for one in planned), key=_group)

    def send(self, stopped: Callable[[], bool] = lambda: False) -> Done:
        """Record and send what is planned, until all is done or `stopped`; the rest is left to the next run."""
        done, planned = Done(), self.plan()
        with ExitStack() as stack:
            sender = Sender(self._services, self._as_of, self._rows, self._contacts, stack) if planned else None
            for (year, channel), those in groupby(planned, key=_group):
                chain, batches = self._chain(year), _batches(list(those), channel)
                if channel == "call":
                    done.counts["call"] += sum(len(_begin(chain, batch)) for batch in batches if not stopped())
                elif sender is not None:
                    _send_all(chain, batches, sender, done, stopped)
        return done

    def _is_taken(self, reminder: Reminder) -> bool:
        return self._chain(reminder.year).history.is_taken(reminder.id)

    def _chain(self, year: int) -> Chain:
        if year not in self._chains:
            services = self._services
            self._chains[year] = Chain(services.ledger, year, services.clock, services.entropy)
        return self._chains[year]


def _send_all(
    chain: Chain, batches: Iterator[list[Planned]], sender: Sender, done: Done, stopped: Callable[[], bool]
) -> None:
    """Store each batch together with the results of the one before: nothing is sent that is not on record."""
    results: dict[str, Result] = {}
    for batch in batches:
        if stopped():
            break
        begun, results = _begin(chain, batch, results), {}
        for one in begun:
            result = sender.send(one.reminder, one.about)
            done.counts[result or "unknown"] += 1
            if result is not None:
                results[one.reminder.id] = result
    chain.begin([], results, CONSOLE)


def _begin(chain: Chain, batch: list[Planned], results: dict[str, Result] | None = None) -> list[Planned]:
    begun = {one.id for one in chain.begin([one.reminder for one in batch], results or {}, CONSOLE)}
    return [one for one in batch if one.reminder.id in begun]


def _group(one: Planned) -> tuple[int, Channel]:
    return one.reminder.year, one.reminder.channel


def _batches(planned: Sequence[Planned], channel: Channel) -> Iterator[list[Planned]]:
    size = LISTED_AT_ONCE if channel == "call" else SENT_AT_ONCE
    return (list(planned[first : first + size]) for first in range(0, len(planned), size))
