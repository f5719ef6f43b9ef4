"""Reads and changes rosters on the ledger; decides nothing about what a change means."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from functions.forms.roster_form import RosterForm
from functions.records.event import SALT_BYTES, Event
from functions.records.ledger import LedgerStore, Step, chain_name
from functions.supervision.rosters.ending import Ending, said
from functions.supervision.rosters.plan import Plan, Reasons
from functions.supervision.rosters.state import (
    ADDED,
    CHANGED,
    ENDED,
    IMPORTED,
    KIND,
    Roster,
    RowKey,
    Values,
    roster_on,
)


class Rosters:
    """The rosters of one bureau. Calls block and may raise StoreUnavailable."""

    def __init__(self, ledger: LedgerStore, entropy: Callable[[int], bytes]) -> None:
        self._ledger = ledger
        self._entropy = entropy

    def read(self, form: RosterForm, on: date | None = None) -> Roster:
        """The roster at the end of the day `on` in Asia/Shanghai, or now."""
        return roster_on(form, self.events(form), on)

    def events(self, form: RosterForm) -> tuple[Event, ...]:
        """Return what was done to the roster, oldest first."""
        return self._ledger.read(chain_name(KIND, form.id))

    def carry_out(
        self, form: RosterForm, plan: Plan, *, file: Mapping[str, Any], reason: Reasons, actor: str, at: datetime
    ) -> None:
        """Store what the plan changes as one event; SequenceTaken when the roster has changed since it was planned."""
        self._append(form, IMPORTED, plan.body(file, reason), plan.head, actor, at)

    def add(self, form: RosterForm, values: Values, *, head: int, actor: str, at: datetime) -> None:
        """Add one row by hand."""
        self._append(form, ADDED, {"added": [dict(values)]}, head, actor, at)

    def change(
        self, form: RosterForm, key: RowKey, new: Values, reason: str, *, head: int, actor: str, at: datetime
    ) -> None:
        """Give columns of one row other values by hand; None takes a value away."""
        body = {"changed": [{"key": list(key), "set": dict(new)}], "reason": said(reason)}
        self._append(form, CHANGED, body, head, actor, at)

    def end(
        self, form: RosterForm, keys: Sequence[RowKey], why: Ending | str, *, head: int, actor: str, at: datetime
    ) -> None:
        """End rows by hand: the unit was dissolved, merged, or is not obliged any more."""
        ending = why if isinstance(why, Ending) else Ending(why)
        ended = [{"key": list(key), **ending.body} for key in keys]
        self._append(form, ENDED, {"ended": ended}, head, actor, at)

    def _append(self, form: RosterForm, type: str, body: Any, head: int, actor: str, at: datetime) -> None:
        step = Step(type, actor, at, body, self._entropy(SALT_BYTES))
        self._ledger.append(chain_name(KIND, form.id), [step], expect=head)
