"""Every filing as it stood on a day, worked out from all events: what the fast way must agree with."""

from __future__ import annotations

from datetime import date

from functions.records.filed import Filed
from functions.records.filed_from import filed_from
from functions.records.state import day_in_shanghai, standing, text_at
from functions.records.store import Record, RecordStore, Selection
from tests.support.forms import registration, self_check

FORMS = {form.digest: form for form in (self_check(), registration())}


def plain_fold(records: RecordStore, day: date) -> list[Filed]:
    """Every filing as it stood on the day, worked out from all events; what claims the same is not looked at."""
    return sorted(
        as_it_stood(record, day) for form in FORMS.values() for record in records.stream(Selection(form=form.id))
    )


def as_it_stood(record: Record, day: date) -> Filed:
    place = sum(day_in_shanghai(event.at) <= day for event in record.events[1:])
    state = standing(record.events, place)
    form = FORMS[state.form_digest]
    uscc = text_at(state.data, form.rules.uscc_at) if state.data is not None else record.summary.uscc
    return filed_from(record.summary.number, state, form, uscc=uscc, contested=False)
