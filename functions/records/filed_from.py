"""Makes of a filing on record the light value that obligations are worked out from; reads no store."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import date

from functions.forms import pointer
from functions.forms.definition import Definition
from functions.forms.filing_rules import Filing, Rules
from functions.forms.formats import day_of
from functions.records.event import Event
from functions.records.filed import Filed
from functions.records.state import State, day_in_shanghai, standing, text_at

GUARD_DIGITS = 16


def filed_after(event: Event, state: State, definition: Definition) -> Filed:
    """Return the filing after this event, which led to this state; its content must not be erased."""
    uscc = text_at(state.data, definition.rules.uscc_at)
    return _stamped(event, state, definition, uscc, definition.guard(state.data))


def filed_through(
    events: Sequence[Event], definition_of: Callable[[str], Definition], *, uscc: str, guard: str
) -> Iterator[Filed]:
    """Yield the filing after each of its events but erasures, which change nothing that obligations see.

    `uscc` and `guard` are those of its summary, for versions that were erased.
    """
    for place, event in enumerate(events):
        if event.type == "erased":
            continue
        state = standing(events, place)
        definition = definition_of(state.form_digest)
        if state.data is None:
            yield _stamped(event, state, definition, uscc, guard)
        else:
            yield filed_after(event, state, definition)


def _stamped(event: Event, state: State, definition: Definition, uscc: str, guard: str) -> Filed:
    return filed_from(event.number, state, definition, uscc=uscc, contested=False)._replace(
        guard=hashlib.sha256(guard.encode()).hexdigest()[:GUARD_DIGITS],
        version=state.version,
        sequence=event.sequence,
        day=day_in_shanghai(event.at),
    )


def filed_from(number: str, state: State, definition: Definition, *, uscc: str, contested: bool) -> Filed:
    """Return the filing as it stands, under the form that it has pinned.

    Of one whose content was erased the case and period are known, and neither its project nor its dates.
    """
    rules = definition.rules
    return Filed(
        number=number,
        form=definition.id,
        filing=_case_of(rules, state).id,
        period=state.period,
        uscc=uscc,
        counted_day=state.counted_day,
        status=state.status,
        project=_project_in(rules, state),
        contested=contested,
        dates=_dates_in(rules, state),
    )


def project_at(rules: Rules) -> str | None:
    """Return where a form names the project that it is about, None where it is about the unit itself."""
    return next((key.at for key in rules.unique if key.at != rules.uscc_at), None)


def _case_of(rules: Rules, state: State) -> Filing:
    if state.data is not None:
        return next(one for one in rules.filings if one.applies_to(state.data))
    by_word = (one for one in rules.filings if one.period == state.period)
    return next(by_word, None) or next(one for one in rules.filings if one.period.startswith("/"))


def _project_in(rules: Rules, state: State) -> str:
    at = project_at(rules)
    return "" if at is None or state.data is None else str(pointer.read(state.data, pointer.split(at)) or "")


def _dates_in(rules: Rules, state: State) -> dict[str, date]:
    """Return the days in its answers from which one of the form's deadlines counts."""
    found = {}
    for at in {one.due.at for one in rules.filings if one.due.rule != "day_of_year"}:
        value = pointer.read(state.data, pointer.split(at))
        day = day_of(value) if isinstance(value, str) else None
        if day is not None:
            found[at] = day
    return found
