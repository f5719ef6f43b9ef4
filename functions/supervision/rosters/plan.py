"""What importing rows would change in a roster, worked out before anything is stored; stores nothing itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from functions.forms.roster_form import RosterForm
from functions.supervision.rosters.state import Roster, RowKey, Values, key_of

# Why rows end: one reason for all, or each one's own.
Reasons = str | Mapping[RowKey, str]


@dataclass(frozen=True, slots=True)
class Change:
    """A row whose columns get other values: `old` and `new` hold those columns alone."""

    key: RowKey
    values: Values
    old: Mapping[str, Any]
    new: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """The difference between a roster and a file; made for the roster's `head`, and worthless for another.

    `moved` are projects that another unit has now. `gone` are the rows that the file leaves out, `resumed` those that
    had ended and are in the file again. `by_hand` are the rows and columns in which what was set at the desk is undone,
    "" where the row's end is, or where a row that was touched there ends: nothing of that kind goes without being said.
    """

    head: int
    added: tuple[Values, ...]
    changed: tuple[Change, ...]
    moved: tuple[Change, ...]
    gone: tuple[tuple[RowKey, Values], ...]
    resumed: tuple[tuple[RowKey, Values], ...]
    by_hand: tuple[tuple[RowKey, str], ...]
    unchanged: int

    @property
    def is_empty(self) -> bool:
        """Whether the roster says already what the file says."""
        return not (self.added or self.changed or self.moved or self.gone or self.resumed)

    def keeping(self, keys: Collection[RowKey]) -> Plan:
        """The plan without an end for these rows, which the file left out by mistake."""
        gone = tuple((key, values) for key, values in self.gone if key not in keys)
        by_hand = tuple((key, name) for key, name in self.by_hand if key not in keys)
        return replace(self, gone=gone, by_hand=by_hand, unchanged=self.unchanged + len(self.gone) - len(gone))

    def body(self, file: Mapping[str, Any], why: Reasons) -> dict[str, Any]:
        """The body of the event that carries the plan out; `file` names what it was read from, `why` rows end."""
        changes = [{"key": list(one.key), "set": dict(one.new)} for one in (*self.changed, *self.moved)]
        return {
            "file": dict(file),
            "added": [dict(values) for values in self.added],
            "changed": changes,
            "ended": [{"key": list(key), "reason": why if isinstance(why, str) else why[key]} for key, _ in self.gone],
            "resumed": [list(key) for key, _ in self.resumed],
        }


def plan_import(form: RosterForm, roster: Roster, rows: Sequence[Values]) -> Plan:
    """Return what the rows of a file change. A blank cell changes nothing; names that are merely alike stay two."""
    wanted = {key_of(form, values): values for values in rows}
    current = roster.current()
    moves = _moves(form, current, wanted)
    came, went = set(moves.values()), set(moves)
    changes = [_change(key, current[key].values, values) for key, values in wanted.items() if key in current]
    changed = tuple(change for change in changes if change.new)
    resumed = tuple((key, values) for key, values in wanted.items() if key in roster.rows and key not in current)
    again = [_change(key, roster.rows[key].values, values) for key, values in resumed]
    both = (*changed, *(change for change in again if change.new))
    moved = tuple(_change(old, current[old].values, wanted[new]) for old, new in moves.items())
    gone = tuple((key, row.values) for key, row in current.items() if key not in wanted and key not in went)
    return Plan(
        head=roster.head,
        added=tuple(values for key, values in wanted.items() if key not in roster.rows and key not in came),
        changed=both,
        moved=moved,
        gone=gone,
        resumed=resumed,
        by_hand=(
            *_undone(roster, (*both, *moved), [key for key, _ in resumed]),
            *((key, "") for key, _ in gone if current[key].by_hand),
        ),
        unchanged=len(changes) - len(changed),
    )


def _change(key: RowKey, old: Values, values: Values) -> Change:
    new = {name: value for name, value in values.items() if value != old.get(name)}
    return Change(key, {**old, **values}, {name: old.get(name) for name in new}, new)


def _moves(form: RosterForm, current: Mapping[RowKey, Any], wanted: Mapping[RowKey, Values]) -> dict[RowKey, RowKey]:
    """Old to new key of each project that left one unit and came to another, where both can be only one."""
    if not form.project or form.project not in form.key:
        return {}
    place = form.key.index(form.project)
    gone = _by_part((key for key in current if key not in wanted), place)
    new = _by_part((key for key in wanted if key not in current), place)
    return {gone[name][0]: new[name][0] for name in gone if len(gone[name]) == 1 and len(new.get(name, ())) == 1}


def _by_part(keys: Iterable[RowKey], place: int) -> dict[str, list[RowKey]]:
    found: dict[str, list[RowKey]] = {}
    for key in keys:
        found.setdefault(key[place], []).append(key)
    return found


def _undone(roster: Roster, changes: Iterable[Change], resumed: Iterable[RowKey]) -> Iterable[tuple[RowKey, str]]:
    for change in changes:
        for name in change.new:
            if name in roster.rows[change.key].by_hand:
                yield change.key, name
    for key in resumed:
        if "" in roster.rows[key].by_hand:
            yield key, ""
