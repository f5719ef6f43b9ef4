"""Makes the pool of a draw from a roster as it was on a day; reads no store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from functions.errors import QingdanError
from functions.forms.roster_form import RosterForm
from functions.supervision.draws.pool import LeftOut, Member, Pool, make_pool
from functions.supervision.rosters.state import Roster, Row

OFFICERS: Final = "officers"
OTHER: Final = "other"


def pool_of(form: RosterForm, roster: Roster, on: date, spared: Mapping[str, str] | None = None) -> Pool:
    """The pool on the day `on`: `spared` are those left out by their ids, with the reason.

    Rows that do not count on that day are left out too. QingdanError for a spared id that is not on the roster.
    """
    spared = dict(spared or {})
    members: dict[str, Member] = {}
    left_out: dict[str, LeftOut] = {}
    for row in roster.current().values():
        member = _member(form, row.values)
        reason = spared.get(member.id) or _not_counted(form, row, on)
        if reason:
            left_out.setdefault(member.id, LeftOut(member.id, member.name, reason))
        else:
            members.setdefault(member.id, member)
    unknown = sorted(set(spared) - {*members, *left_out})
    if unknown:
        raise QingdanError(f"{form.title}里没有 {'、'.join(unknown)}，不用写它为什么不抽。请核对代码")
    # A unit with several rows, one for each project, can be drawn when one of them counts.
    return make_pool(members.values(), (one for id, one in left_out.items() if id not in members))


def _member(form: RosterForm, values: Mapping[str, Any]) -> Member:
    if form.id == OFFICERS:
        return Member(OFFICERS, str(values["certificate"]), str(values["officer_name"]))
    return Member(str(values.get("stratum", OTHER)), str(values["uscc"]), str(values["unit_name"]))


def _not_counted(form: RosterForm, row: Row, on: date) -> str:
    return next(_outside(form, row, on.isoformat()), "")


def _outside(form: RosterForm, row: Row, on: str) -> Iterator[str]:
    since, until = row.values.get(form.since), row.values.get(form.until)
    if since and since > on:
        yield f"名册上的{form.label(form.since)}是 {since}，还没有到"
    if until and until < on:
        yield f"名册上的{form.label(form.until)}是 {until}，已经过了"
