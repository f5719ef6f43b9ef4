"""Says when a unit was last reminded of what it owes, and how; sends nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from threading import Lock
from typing import Final

from functions.records.ledger import LedgerStore
from functions.supervision.deadlines import day_in_shanghai
from functions.supervision.obligations.values import Obligation
from functions.supervision.reminders.history import KIND, WORDS, Entry, History
from functions.supervision.reminders.values import Matter, matter_of

CHANNELS: Final = {"email": "邮件", "sms": "短信", "call": "电话"}


@dataclass(frozen=True, slots=True)
class Told:
    """The last reminder: "10-01 邮件", and what stands small below it."""

    words: str
    note: str


class Reminders:
    """Every reminder of each obligation, kept in memory and brought up to date; safe for threads."""

    def __init__(self, ledger: LedgerStore) -> None:
        self._ledger, self._lock = ledger, Lock()
        self._history, self._heads = History(), dict[str, int]()
        self._by_matter: dict[Matter, list[Entry]] = {}

    def catch_up(self) -> None:
        """Read what came since; blocks."""
        with self._lock:
            new = False
            for chain in self._ledger.chains(KIND):
                if events := self._ledger.read(chain, after=self._heads.get(chain, 0)):
                    self._history.apply(events)
                    self._heads[chain], new = events[-1].sequence, True
            if new:
                found: dict[Matter, list[Entry]] = {}
                for entry in self._history.entries.values():
                    found.setdefault(entry.reminder.matter, []).append(entry)
                self._by_matter = found

    def of(self, one: Obligation, on: date) -> list[Entry]:
        """Return the reminders of this obligation up to the day, oldest first."""
        return [entry for entry in self._by_matter.get(matter_of(one), ()) if day_of_entry(entry) <= on]

    def of_units(self, codes: Iterable[str]) -> list[Entry]:
        """Return every reminder of these units, oldest first."""
        wanted = set(codes)
        return [entry for matter, those in self._by_matter.items() if matter.unit in wanted for entry in those]


def told_of(entries: Sequence[Entry]) -> Told | None:
    """Return the last of these in words; None when there is none."""
    if not entries:
        return None
    last = entries[-1]
    note = WORDS[last.outcome].word if last.to_call else f"共 {len(entries)} 次" if len(entries) > 1 else ""
    return Told(f"{day_of_entry(last):%m-%d} {CHANNELS[last.reminder.channel]}", note)


def day_of_entry(entry: Entry) -> date:
    """Return the day in Asia/Shanghai on which it was recorded."""
    return day_in_shanghai(datetime.fromisoformat(entry.at))
