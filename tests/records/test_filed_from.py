"""Obligations read case, project, day and dates from a stored filing, for T1 to T5."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from functions.records.filed_from import filed_from, project_at
from functions.records.state import CodeRef, State
from tests.support.filings import valid_registration, valid_self_check
from tests.support.forms import registration, self_check
from tests.support.obligations import ACCEPTED, START, USCC


def state(data: Any, period: str, **fields: Any) -> State:
    return State(
        status="accepted",
        version=1,
        sequence=2,
        data=data,
        form_digest="",
        period=period,
        due="2026-02-28",
        timeliness="on_time",
        contest=False,
        code=CodeRef("k", 1),
        submitted_at="2026-02-28T15:59:59.000000Z",
        digest="",
        **fields,
    )


def test_t1_a_registration_brings_its_case_project_and_dates() -> None:
    data = valid_registration("start", start_date="2025-08-31")
    given = filed_from("KP-1", state(data, "start"), registration(), uscc=USCC, contested=True)
    assert (given.form, given.filing, given.period, given.status) == (
        "key-project-registration",
        "start",
        "start",
        "accepted",
    )
    assert (given.project, given.contested) == (data["project"]["project_name"], True)
    assert given.dates == {START: date(2025, 8, 31)}


def test_t3_a_later_phase_brings_both_dates() -> None:
    given = filed_from(
        "KP-1",
        state(valid_registration("post_acceptance"), "post_acceptance"),
        registration(),
        uscc=USCC,
        contested=False,
    )
    assert set(given.dates) == {START, ACCEPTED}


def test_t5_a_self_check_is_about_the_unit_itself() -> None:
    given = filed_from("SC-1", state(valid_self_check(), "2025"), self_check(), uscc=USCC, contested=False)
    assert (given.filing, given.period, given.project, given.dates) == ("yearly", "2025", "", {})


def test_the_day_is_the_one_in_shanghai_that_timeliness_goes_by() -> None:
    first = filed_from("SC-1", state(valid_self_check(), "2025"), self_check(), uscc=USCC, contested=False)
    assert first.counted_day == date(2026, 2, 28)
    later = state(valid_self_check(), "2025", counted_on="2026-10-10")
    assert filed_from("SC-1", later, self_check(), uscc=USCC, contested=False).counted_day == date(2026, 10, 10)


def test_an_erased_filing_keeps_its_case_and_period() -> None:
    erased = replace(state(None, "post_acceptance"), data=None)
    given = filed_from("KP-1", erased, registration(), uscc=USCC, contested=False)
    assert (given.filing, given.project, given.dates) == ("post_acceptance", "", {})
    yearly = filed_from("KP-1", replace(erased, period="2025"), registration(), uscc=USCC, contested=False)
    assert (yearly.filing, yearly.period) == ("annual", "2025")


def test_a_form_says_where_its_project_is() -> None:
    assert project_at(registration().rules) == "/project/project_name"
    assert project_at(self_check().rules) is None
