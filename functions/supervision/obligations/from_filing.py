"""How a filing on record becomes the light value that obligations are worked out from; reads no store."""

from __future__ import annotations

from datetime import date

from functions.forms import pointer
from functions.forms.definition import Definition
from functions.forms.filing_rules import Filing, Rules
from functions.forms.formats import day_of
from functions.records.state import State
from functions.supervision.obligations.values import Filed


def filed_from(number: str, state: State, definition: Definition, *, uscc: str, contested: bool) -> Filed:
    """The filing as it stands, under the form that it has pinned.

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
    """Where a form names the project that it is about, None where it is about the unit itself."""
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
    """The days in its answers from which one of the form's deadlines counts."""
    found = {}
    for at in {one.due.at for one in rules.filings if one.due.rule != "day_of_year"}:
        value = pointer.read(state.data, pointer.split(at))
        day = day_of(value) if isinstance(value, str) else None
        if day is not None:
            found[at] = day
    return found
