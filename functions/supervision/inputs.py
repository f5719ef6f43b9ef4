"""Keeps in memory what obligations are worked out from, and asks the stores only for what came since.

The stores are the truth: each use begins by asking them, so what another process has stored counts at once.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from threading import Lock
from typing import Final, Protocol
from weakref import WeakKeyDictionary

from functions.forms.catalogue import Catalogue
from functions.forms.formats import day_of
from functions.forms.roster_form import RosterForm
from functions.records.filed import Filed
from functions.records.ledger import LedgerStore, chain_name
from functions.records.store import RecordStore
from functions.supervision.obligations.values import Listed
from functions.supervision.rosters.state import KIND, Roster, Row, begins, ends, roster_on

_GONE: Final = ("withdrawn", "voided")


class Ports(Protocol):
    """Give what is read: the filings, the chains of the rosters, the forms in use."""

    @property
    def records(self) -> RecordStore: ...
    @property
    def ledger(self) -> LedgerStore: ...
    @property
    def catalogue(self) -> Catalogue: ...


class Filings:
    """Keeps every filing after each of its steps; safe for threads."""

    def __init__(self) -> None:
        self._lock, self._mark, self._version = Lock(), "", 0
        self._steps: dict[str, tuple[Filed, ...]] = {}
        self._last: list[Filed] = []
        self._newest = date.min

    def catch_up(self, records: RecordStore) -> int:
        """Read what came since; return a number that changes whenever that was anything."""
        with self._lock:
            since = records.filed(self._mark)
            new = [one for one in since.found if since.whole or one not in self._steps.get(one.number, ())]
            if new or since.whole:
                self._take(new, whole=since.whole)
                self._version += 1
            self._mark = since.mark
            return self._version

    def on(self, day: date) -> list[Filed]:
        """Return every filing as it stood at the end of this day; one that came later stands as it came."""
        with self._lock:
            steps, last, newest = self._steps, self._last, self._newest
        return last if newest <= day else marked((_as_of(each, day) for each in steps.values()), day)

    def of_units(self, codes: Container[str]) -> list[tuple[Filed, ...]]:
        """Return the filings under these codes, each after each of its steps."""
        with self._lock:
            steps = self._steps
        return [each for each in steps.values() if any(one.uscc in codes for one in each)]

    def _take(self, found: Iterable[Filed], *, whole: bool) -> None:
        # What readers hold already never changes under their hands.
        steps = {} if whole else dict(self._steps)
        for one in found:
            others = (other for other in steps.get(one.number, ()) if other.sequence != one.sequence)
            steps[one.number] = tuple(sorted((*others, one), key=_sequence)) if one.number in steps else (one,)
        self._steps = steps
        self._newest = max((max(each[-1].day, each[-1].counted_day) for each in steps.values()), default=date.min)
        self._last = marked((each[-1] for each in steps.values()), self._newest)


class Rosters:
    """Keeps the rows of every roster; safe for threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: dict[str, tuple[RosterForm, Roster, tuple[Listed, ...]]] = {}
        self._heads: tuple[int, ...] = ()
        self._rows: list[Listed] = []

    def catch_up(self, ledger: LedgerStore, forms: Iterable[RosterForm]) -> tuple[tuple[int, ...], list[Listed]]:
        """Return the heads of the rosters, and the rows of all, those that ended too."""
        with self._lock:
            found = [self._read(ledger, form) for form in forms]
            heads = tuple(roster.head for roster, _ in found)
            if heads != self._heads:
                self._heads, self._rows = heads, _followed([row for _, rows in found for row in rows])
            return heads, self._rows

    def _read(self, ledger: LedgerStore, form: RosterForm) -> tuple[Roster, tuple[Listed, ...]]:
        known, roster, rows = self._known.get(form.id, (form, Roster(), ()))
        if known is not form:
            roster, rows = Roster(), ()
        if events := ledger.read(chain_name(KIND, form.id), after=roster.head):
            roster = roster_on(form, events, before=roster)
            rows = tuple(_listed(form, time) for row in roster.rows.values() for time in (*row.earlier, row))
        self._known[form.id] = form, roster, rows
        return roster, rows


_filings: WeakKeyDictionary[RecordStore, Filings] = WeakKeyDictionary()
_rosters: WeakKeyDictionary[LedgerStore, Rosters] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Inputs:
    """Hold what there is by now; `version` changes whenever any of it does."""

    version: tuple[int, ...]
    rows: list[Listed]
    filings: Filings

    def rows_are(self, other: Inputs) -> bool:
        """Return whether the rosters are those of the other."""
        return self.version[1:] == other.version[1:]


@contextmanager
def without_collection() -> Iterator[None]:
    """Pause the search for circles of objects: many thousands are made here, and none of them is in a circle."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def inputs_of(ports: Ports) -> Inputs:
    """Return what obligations are worked out from, as the stores have it now; blocks."""
    filings = _filings.setdefault(ports.records, Filings())
    rosters = _rosters.setdefault(ports.ledger, Rosters())
    heads, rows = rosters.catch_up(ports.ledger, ports.catalogue.rosters.values())
    return Inputs((filings.catch_up(ports.records), *heads), rows, filings)


def codes_of(row: Listed) -> tuple[str, ...]:
    """Return the codes under which filings of this row may stand: its own, the earlier ones, and its successor's."""
    if not row.into and not row.former:
        return (row.uscc,)
    return tuple(code for code in (row.uscc, row.into, *(unit for unit, _ in row.former)) if code)


def marked(filings: Iterable[Filed], day: date) -> list[Filed]:
    """Return the filings, each marked when another one that counts on this day claims the same."""
    found = list(filings)
    claims = Counter(one.guard for one in found if _counts(one, day))
    several = {guard for guard, count in claims.items() if count > 1 and guard}
    if not several:
        return found
    return [one._replace(contested=True) if one.guard in several and _counts(one, day) else one for one in found]


def _counts(one: Filed, day: date) -> bool:
    return one.status not in _GONE and one.counted_day <= day


def _as_of(steps: tuple[Filed, ...], day: date) -> Filed:
    return next((one for one in reversed(steps) if one.day <= day), steps[0])


def _sequence(one: Filed) -> int:
    return one.sequence


def _listed(form: RosterForm, row: Row) -> Listed:
    """Return the row as obligations see it."""
    dates = ((at, day_of(str(row.values.get(column, "")))) for column, at in form.feeds.items())
    names = ((str(was.get("uscc", "")), str(was.get(form.project, ""))) for was in row.former)
    return Listed(
        roster=form.id,
        uscc=str(row.values.get("uscc", "")),
        unit_name=str(row.values.get("unit_name", "")),
        since=begins(form, row),
        until=ends(form, row),
        project=str(row.values.get(form.project, "")) if form.project else "",
        dates={at: day for at, day in dates if day is not None},
        columns={key: value for key, value in row.values.items() if isinstance(value, str)},
        former=tuple(names),
        into=row.into,
    )


def _followed(rows: list[Listed]) -> list[Listed]:
    merged = {row.uscc: row.into for row in rows if row.into}
    return [replace(row, into=_last(merged, row.into)) if row.into in merged else row for row in rows]


def _last(merged: Mapping[str, str], uscc: str) -> str:
    """Return the unit that is left where one was merged into another, and that one into a third."""
    seen = {uscc}
    while (following := merged.get(uscc, "")) and following not in seen:
        seen.add(following)
        uscc = following
    return uscc
