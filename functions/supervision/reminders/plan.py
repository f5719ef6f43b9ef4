"""Plans the reminders of one day: pure, from what is owed, contacts, and what was recorded before."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from datetime import date
from typing import Final

from functions.supervision.contacts import NO_CONTACT, Found
from functions.supervision.obligations.values import Obligation
from functions.supervision.reminders.values import Channel, Reminder, step_day

STEPS: Final = (30, 7, 1, -1)
# A machine that was off for a few nights makes up for them; what is older is not news to anybody.
MADE_UP_FOR: Final = 7

Contacts = Callable[[Obligation], Found]


def plan(
    on: date,
    obligations: Iterable[Obligation],
    contacts: Contacts,
    ways: Container[Channel],
    is_taken: Callable[[Reminder], bool],
    steps: Sequence[int] = STEPS,
) -> Iterator[Reminder]:
    """The reminders of the day `on`, at most one for each obligation, none that `is_taken`.

    `ways` are the channels that are set up; whoever none of them reaches is called.
    """
    for one in obligations:
        step = step_on(on, one.last_day, steps) if one.filed is None else None
        if step is None:
            continue
        reminder = _reminder(one, step, NO_CONTACT, "call")
        if not is_taken(reminder):
            found = contacts(one)
            yield _reminder(one, step, found, channel_of(found, ways))


def step_on(on: date, last_day: date, steps: Sequence[int] = STEPS) -> int | None:
    """The step that a day asks for: the newest whose day has come, unless that is a week or more ago."""
    come = [step for step in steps if 0 <= (on - step_day(last_day, step)).days < MADE_UP_FOR]
    return min(come, default=None)


def channel_of(found: Found, ways: Container[Channel]) -> Channel:
    """How this contact is reached: by mail, else by a message to a mobile number, else by a call."""
    contact = found.contact
    if contact is not None and contact.email and "email" in ways:
        return "email"
    return "sms" if contact is not None and contact.is_mobile and "sms" in ways else "call"


def _reminder(one: Obligation, step: int, found: Found, channel: Channel) -> Reminder:
    return Reminder(
        form=one.form,
        filing=one.rule.id,
        period=one.period,
        uscc=one.uscc,
        unit_name=one.unit_name,
        project=one.project,
        last_day=one.last_day.isoformat(),
        step=step,
        channel=channel,
        source=found.source,
    )
