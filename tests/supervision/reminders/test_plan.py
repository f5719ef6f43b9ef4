"""Promises of the plan: one step a day at most, at the right day in Shanghai, never twice (domain.md T1, T5)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.supervision.contacts import NO_CONTACT, Contact, Found, contact_in
from functions.supervision.deadlines import day_in_shanghai, is_overdue
from functions.supervision.obligations.owing import owed
from functions.supervision.obligations.values import Obligation
from functions.supervision.reminders.plan import MADE_UP_FOR, STEPS, channel_of, plan, step_on
from functions.supervision.reminders.values import Channel, Reminder
from tests.support.board import moment
from tests.support.obligations import CHECK, RULES, day, filed, unit

LAST = date(2026, 9, 30)
EVERY: frozenset[Channel] = frozenset({"email", "sms", "call"})
CONTACT = Contact("示例甲", "13800000000", "13800000000", "a@unit.example", "")


def owing(on: date) -> list[Obligation]:
    """What one unit owes on that day: the self-check of 2025, until 2026-09-30."""
    return list(owed({CHECK: RULES[CHECK]}, [unit(since="2026-01-01")], [], [], [], on))


def planned(on: date, found: Found = NO_CONTACT, taken: set[str] | None = None) -> list[Reminder]:
    known = taken or set()
    return list(plan(on, owing(on), lambda one: found, EVERY, lambda one: one.id in known))


@pytest.mark.proves("T5")
@pytest.mark.parametrize(
    ("at", "step"),
    [
        ("2026-08-30 23:59:59", None),
        ("2026-08-31 00:00:00", 30),
        ("2026-09-22 23:59:59", None),
        ("2026-09-23 00:00:00", 7),
        ("2026-09-28 23:59:59", 7),
        ("2026-09-29 00:00:00", 1),
        ("2026-09-30 23:59:59", 1),
        ("2026-10-01 00:00:00", -1),
        ("2026-10-07 23:59:59", -1),
        ("2026-10-08 00:00:00", None),
    ],
)
def test_a_step_begins_at_midnight_in_shanghai_and_is_made_up_for_within_a_week(at: str, step: int | None) -> None:
    assert step_on(day_in_shanghai(moment(at)), LAST) == step


@pytest.mark.proves("T5")
def test_the_day_after_is_the_first_day_that_every_page_calls_overdue() -> None:
    """T1, T5: one definition of overdue."""
    first = next(
        LAST + timedelta(days=ahead) for ahead in range(-40, 40) if step_on(LAST + timedelta(ahead), LAST) == -1
    )
    assert is_overdue(LAST, first)
    assert not is_overdue(LAST, first - timedelta(days=1))


def test_a_unit_that_has_filed_is_not_reminded() -> None:
    on = day("2026-09-29")
    (rule,) = RULES[CHECK].filings
    papers = [filed(rule.id, "2025", "2026-09-01", status="submitted", form=CHECK)]
    found = owed({CHECK: RULES[CHECK]}, [unit(since="2026-01-01")], papers, [], [], on)
    assert [one.filed is not None for one in found] == [True]
    assert not list(plan(on, found, lambda one: NO_CONTACT, EVERY, lambda one: False))


def test_an_unknown_contact_is_called() -> None:
    (one,) = planned(day("2026-09-29"))
    assert (one.channel, one.source, one.step) == ("call", "", 1)


@pytest.mark.parametrize(
    ("columns", "ways", "channel"),
    [
        ({"contact_email": "a@unit.example", "contact_phone": "13800000000"}, EVERY, "email"),
        ({"contact_email": "a@unit.example", "contact_phone": "13800000000"}, {"call", "sms"}, "sms"),
        ({"contact_email": "a@unit.example"}, {"call", "sms"}, "call"),
        ({"contact_phone": "13800000000"}, EVERY, "sms"),
        ({"contact_phone": "0310-3891234"}, EVERY, "call"),
        ({"contact_name": "示例甲"}, EVERY, "call"),
        ({}, EVERY, "call"),
    ],
)
def test_mail_comes_before_a_message_and_that_before_a_call(
    columns: dict[str, str], ways: frozenset[str], channel: str
) -> None:
    assert channel_of(Found(contact_in(columns), "roster:units"), ways) == channel  # type: ignore[arg-type]


def test_another_last_day_is_another_reminder_and_another_channel_is_not() -> None:
    (one,) = planned(day("2026-09-29"), Found(CONTACT, "roster:units"))
    (other,) = planned(day("2026-09-29"))
    assert (one.channel, other.channel) == ("email", "call")
    assert one.id == other.id
    assert planned(day("2026-09-29"), taken={one.id}) == []


def test_a_step_made_up_for_in_the_new_year_lies_in_the_chain_of_its_own_year() -> None:
    one = Reminder(CHECK, "report", "2025", "", "示例单位", "", "2027-01-06", 7, "call")
    assert step_on(date(2027, 1, 2), date(2027, 1, 6)) == 7
    assert one.year == 2026


@given(
    last=st.dates(date(2020, 1, 1), date(2099, 12, 31)),
    steps=st.lists(st.integers(-30, 60), min_size=1, max_size=8, unique=True),
    nights=st.lists(st.integers(-70, 45), max_size=60),
)
def test_whatever_nights_run_no_step_comes_twice_nor_an_older_one_after_a_newer(
    last: date, steps: list[int], nights: list[int]
) -> None:
    (owed_once,) = owing(day("2026-09-29"))
    one = owed_once._replace(last_day=last)
    taken: dict[str, int] = {}
    for offset in sorted(nights):
        on = last + timedelta(days=offset)
        for reminder in plan(on, [one], lambda _: NO_CONTACT, EVERY, lambda each: each.id in taken, steps):
            assert reminder.id not in taken
            taken[reminder.id] = reminder.step
            assert 0 <= offset + reminder.step < MADE_UP_FOR
    assert list(taken.values()) == sorted(taken.values(), reverse=True)


@given(last=st.dates(date(2020, 1, 1), date(2099, 12, 31)))
def test_with_a_run_each_night_every_step_comes_once_on_its_own_day(last: date) -> None:
    (owed_once,) = owing(day("2026-09-29"))
    one = owed_once._replace(last_day=last)
    seen: dict[str, tuple[int, date]] = {}
    for offset in range(-40, 20):
        on = last + timedelta(days=offset)
        for reminder in plan(on, [one], lambda _: NO_CONTACT, EVERY, lambda each: each.id in seen):
            seen[reminder.id] = (reminder.step, on)
    assert list(seen.values()) == [(step, last - timedelta(days=step)) for step in STEPS]
