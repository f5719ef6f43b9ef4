"""Reads and extends the yearly chains of reminders; sends nothing and decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from functions.errors import NotFound, QingdanError, SequenceTaken
from functions.records.event import SALT_BYTES
from functions.records.ledger import LedgerStore, Step, chain_name
from functions.supervision.reminders.history import (
    BOUNCED,
    CALLED,
    ENDED,
    INTENDED,
    KIND,
    Entry,
    History,
)
from functions.supervision.reminders.values import Matter, Reminder, Result

NOT_SENT: Final = "这一条没有发出去过，不会有退信。请回到名单刷新后再看"
UNKNOWN: Final = "没有这一条提醒。请回到名单刷新后再看"


class NotSent(QingdanError):
    """A reminder cannot come back that nobody sent."""

    def __init__(self) -> None:
        super().__init__(NOT_SENT)


def history_of(ledger: LedgerStore) -> History:
    """Every reminder of every year; blocks."""
    history = History()
    for chain in ledger.chains(KIND):
        history.apply(ledger.read(chain))
    return history


def reminders_of(ledger: LedgerStore) -> Mapping[Matter, Entry]:
    """The last reminder of each obligation (`matter_of`), whatever became of it; blocks."""
    return history_of(ledger).last()


class Chain:
    """One year's chain, as this process last saw it. Calls block and may raise StoreUnavailable."""

    def __init__(
        self, ledger: LedgerStore, year: int, clock: Callable[[], datetime], entropy: Callable[[int], bytes]
    ) -> None:
        self.history = History()
        self._name = chain_name(KIND, str(year))
        self._ledger, self._clock, self._entropy = ledger, clock, entropy
        self._head = 0
        self._refresh()

    def begin(self, wanted: Sequence[Reminder], results: Mapping[str, Result], actor: str) -> list[Reminder]:
        """Record the results of earlier ones, and that these are begun; return those to send.

        A reminder that somebody else began meanwhile is not among them: the chain's order decides who sends.
        """
        while True:
            fresh = [one for one in wanted if not self.history.is_taken(one.id)]
            steps: list[tuple[str, Any]] = []
            if results:
                steps.append((ENDED, {"results": dict(results)}))
            if fresh:
                steps.append((INTENDED, {"reminders": [one.facts() for one in fresh]}))
            if not steps or self._append(steps, actor):
                return fresh

    def called(self, id: str, said: str, actor: str) -> None:
        """Note that the unit was told by telephone, and what was said."""
        while not (self._entry(id) and self._append([(CALLED, {"id": id, "said": said})], actor)):
            pass

    def bounced(self, id: str, actor: str) -> None:
        """Note that the mail came back; NotSent for one that nobody sent."""
        while True:
            entry = self._entry(id)
            if entry.bounced is not None:
                return
            if entry.reminder.channel == "call" or entry.result not in ("sent", None):
                raise NotSent
            if self._append([(BOUNCED, {"id": id})], actor):
                return

    def _entry(self, id: str) -> Entry:
        try:
            return self.history.entries[id]
        except KeyError:
            raise NotFound(UNKNOWN) from None

    def _append(self, steps: Sequence[tuple[str, Any]], actor: str) -> bool:
        """Store the steps; False when the chain has moved on, which is then read anew."""
        at = self._clock()
        made = [Step(type, actor, at, body, self._entropy(SALT_BYTES)) for type, body in steps]
        try:
            events = self._ledger.append(self._name, made, expect=self._head)
        except SequenceTaken:
            self._refresh()
            return False
        self.history.apply(events)
        self._head = events[-1].sequence
        return True

    def _refresh(self) -> None:
        events = self._ledger.read(self._name, after=self._head)
        self.history.apply(events)
        self._head = events[-1].sequence if events else self._head


def chain_with(ledger: LedgerStore, id: str, clock: Callable[[], datetime], entropy: Callable[[int], bytes]) -> Chain:
    """The chain that holds the reminder, the newest year first; NotFound when none does."""
    for name in reversed(ledger.chains(KIND)):
        chain = Chain(ledger, int(name.rpartition("/")[2]), clock, entropy)
        if id in chain.history.entries:
            return chain
    raise NotFound(UNKNOWN)
