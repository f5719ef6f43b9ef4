"""Who owes what on which day, and in which state (domain.md §3: T1, T2, T3, T5, T8, T10; §11; K1, K8)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from functions.supervision.deadlines import is_overdue
from tests.support.obligations import (
    ACCEPTED,
    CALENDAR,
    CHECK,
    PROJECT,
    RULES,
    START,
    changed_rules,
    day,
    extension,
    filed,
    found,
    one_of,
    order,
    project,
    unit,
)

ROLLED = {
    PROJECT: changed_rules(PROJECT, start={"due": {"next_workday": CALENDAR.document()}}),
    CHECK: changed_rules(CHECK, yearly={"due": {"next_workday": CALENDAR.document()}}),
}
HOLDING = ("start", "start")


def judged(obligations: Any, filing: str, period: str) -> tuple[str, str] | None:
    """The last day and the state; None where nothing is owed."""
    one = one_of(obligations, filing, period)
    return None if one is None else (one.last_day.isoformat(), one.state)


@pytest.mark.proves("T1")
@pytest.mark.parametrize(
    ("start", "came", "on", "expected"),
    [
        # nothing is owed before work starts; from that day it is
        ("2025-08-31", "", "2025-08-30", None),
        ("2025-08-31", "", "2025-08-31", ("2026-02-28", "upcoming")),
        # both sides of the last day, at the end of a shorter month
        ("2025-08-31", "", "2026-02-27", ("2026-02-28", "upcoming")),
        ("2025-08-31", "", "2026-02-28", ("2026-02-28", "upcoming")),
        ("2025-08-31", "", "2026-03-01", ("2026-02-28", "overdue")),
        ("2025-08-30", "", "2026-03-01", ("2026-02-28", "overdue")),
        ("2025-08-29", "", "2026-03-01", ("2026-02-28", "overdue")),
        ("2025-08-28", "", "2026-02-28", ("2026-02-28", "upcoming")),
        ("2025-08-27", "", "2026-02-28", ("2026-02-27", "overdue")),
        # the same in a leap year
        ("2023-08-31", "", "2024-02-29", ("2024-02-29", "upcoming")),
        ("2023-08-31", "", "2024-03-01", ("2024-02-29", "overdue")),
        ("2023-08-29", "", "2024-02-29", ("2024-02-29", "upcoming")),
        ("2023-08-28", "", "2024-02-29", ("2024-02-28", "overdue")),
        ("2024-02-29", "", "2024-08-29", ("2024-08-29", "upcoming")),
        ("2024-02-29", "", "2024-08-30", ("2024-08-29", "overdue")),
        # a corresponding day that is not the end of its month, and months of 30 days
        ("2026-02-28", "", "2026-08-28", ("2026-08-28", "upcoming")),
        ("2026-02-28", "", "2026-08-29", ("2026-08-28", "overdue")),
        ("2026-03-31", "", "2026-09-30", ("2026-09-30", "upcoming")),
        ("2026-03-31", "", "2026-10-01", ("2026-09-30", "overdue")),
        ("2025-12-31", "", "2026-06-30", ("2026-06-30", "upcoming")),
        ("2025-12-31", "", "2026-07-01", ("2026-06-30", "overdue")),
        # filed on the first day, on the last, and a day after
        ("2025-08-31", "2025-08-31", "2026-03-01", ("2026-02-28", "on_time")),
        ("2025-08-31", "2026-02-28", "2026-03-01", ("2026-02-28", "on_time")),
        ("2025-08-31", "2026-03-01", "2026-03-01", ("2026-02-28", "late")),
        ("2025-08-31", "2026-03-01", "2026-02-28", ("2026-02-28", "upcoming")),
        ("2023-08-31", "2024-02-29", "2024-12-01", ("2024-02-29", "on_time")),
        ("2023-08-31", "2024-03-01", "2024-12-01", ("2024-02-29", "late")),
    ],
)
def test_t1_within_six_months_of_the_start(start: str, came: str, on: str, expected: Any) -> None:
    papers = [filed("start", "start", came)] if came else []
    assert judged(found(on, [project(start)], *papers), *HOLDING) == expected


@pytest.mark.proves("T1")
@pytest.mark.parametrize(
    ("start", "on", "expected", "years"),
    [
        ("2026-03-30", "2026-09-30", ("2026-09-30", "upcoming"), ()),
        ("2026-03-30", "2026-10-01", ("2026-09-30", "overdue"), ()),
        ("2026-04-01", "2026-10-01", ("2026-10-08", "upcoming"), ()),  # the first holiday
        ("2026-04-01", "2026-10-08", ("2026-10-08", "upcoming"), ()),
        ("2026-04-01", "2026-10-09", ("2026-10-08", "overdue"), ()),
        ("2026-04-07", "2026-10-08", ("2026-10-08", "upcoming"), ()),  # the last holiday
        ("2026-04-10", "2026-10-11", ("2026-10-10", "overdue"), ()),  # a Saturday that is worked
        ("2026-04-11", "2026-10-12", ("2026-10-12", "upcoming"), ()),  # a Sunday
        ("2026-03-20", "2026-09-21", ("2026-09-20", "overdue"), ()),  # a Sunday that is worked
        ("2025-08-31", "2026-03-02", ("2026-02-28", "overdue"), ()),  # a Saturday that is worked, at a month's end
        ("2027-10-01", "2028-04-03", ("2028-04-03", "upcoming"), (2028,)),  # an unknown year: only the weekend counts
        ("2027-10-01", "2028-04-04", ("2028-04-03", "overdue"), (2028,)),
        ("2027-09-29", "2028-03-29", ("2028-03-29", "upcoming"), (2028,)),
    ],
)
def test_t1_a_last_day_on_a_day_off_moves_where_the_rule_says_so(
    start: str, on: str, expected: Any, years: Any
) -> None:
    """Civil Code 203; the years whose days off are not announced are named."""
    one = one_of(found(on, [project(start)], rules=ROLLED), *HOLDING)
    assert one is not None
    assert (one.last_day.isoformat(), one.state) == expected
    assert one.unannounced == years


@pytest.mark.proves("T3")
@pytest.mark.parametrize(
    ("accepted", "came", "on", "expected"),
    [
        ("", "", "2026-12-31", None),
        ("2026-11-30", "", "2026-11-29", None),
        ("2026-11-30", "", "2026-11-30", ("2027-02-28", "upcoming")),
        ("2026-11-30", "", "2027-02-28", ("2027-02-28", "upcoming")),
        ("2026-11-30", "", "2027-03-01", ("2027-02-28", "overdue")),
        ("2023-11-30", "", "2024-02-29", ("2024-02-29", "upcoming")),
        ("2023-11-30", "", "2024-03-01", ("2024-02-29", "overdue")),
        ("2026-01-31", "2026-04-30", "2026-05-01", ("2026-04-30", "on_time")),
        ("2026-01-31", "2026-05-01", "2026-05-01", ("2026-04-30", "late")),
    ],
)
def test_t3_within_three_months_of_the_archive_acceptance(accepted: str, came: str, on: str, expected: Any) -> None:
    papers = [filed("post_acceptance", "post_acceptance", came)] if came else []
    rows = [project("2022-03-01", accepted)]
    assert judged(found(on, rows, *papers), "post_acceptance", "post_acceptance") == expected


@pytest.mark.proves("T2")
@pytest.mark.parametrize(
    ("start", "accepted", "listed", "on", "years"),
    [
        ("2024-12-31", "", "2020-01-01", "2024-12-30", []),
        ("2024-12-31", "", "2020-01-01", "2024-12-31", ["2024"]),
        ("2024-12-31", "", "2020-01-01", "2025-01-01", ["2024", "2025"]),
        ("2024-01-01", "", "2020-01-01", "2026-06-30", ["2024", "2025", "2026"]),
        ("2024-01-01", "2025-01-01", "2020-01-01", "2026-06-30", ["2024", "2025"]),
        ("2024-01-01", "2024-12-31", "2020-01-01", "2026-06-30", ["2024"]),
        ("2024-01-01", "2026-12-31", "2020-01-01", "2027-06-30", ["2024", "2025", "2026"]),
        ("2024-01-01", "", "2025-12-31", "2026-06-30", ["2025", "2026"]),
        ("2024-01-01", "", "2026-01-01", "2026-06-30", ["2026"]),
        ("", "", "2020-01-01", "2026-06-30", []),
    ],
)
def test_t2_every_year_from_start_to_acceptance(start: str, accepted: str, listed: str, on: str, years: Any) -> None:
    """The reading marked P; who is listed later does not owe the years before."""
    obligations = found(on, [project(start, accepted, listed)])
    assert [one.period for one in obligations if one.rule.id == "annual"] == years
    assert {one.due.isoformat() for one in obligations if one.rule.id == "annual"} == {
        f"{year}-12-31" for year in years
    }


@pytest.mark.proves("T2")
@pytest.mark.parametrize(
    ("came", "on", "expected"),
    [
        ("", "2026-12-31", ("2026-12-31", "upcoming")),
        ("", "2027-01-01", ("2026-12-31", "overdue")),
        ("2026-12-31", "2027-01-01", ("2026-12-31", "on_time")),
        ("2027-01-01", "2027-01-01", ("2026-12-31", "late")),
        ("2026-01-01", "2026-01-01", ("2026-12-31", "on_time")),
    ],
)
def test_t2_by_the_end_of_december(came: str, on: str, expected: Any) -> None:
    papers = [filed("start", "start", "2026-02-01"), *([filed("annual", "2026", came)] if came else [])]
    assert judged(found(on, [project("2026-01-01")], *papers), "annual", "2026") == expected


@pytest.mark.proves("T5")
@pytest.mark.parametrize(
    ("listed", "ended", "came", "on", "expected"),
    [
        ("2020-01-01", "", "", "2025-12-31", None),
        ("2020-01-01", "", "", "2026-01-01", ("2026-09-30", "upcoming")),
        ("2020-01-01", "", "", "2026-09-30", ("2026-09-30", "upcoming")),
        ("2020-01-01", "", "", "2026-10-01", ("2026-09-30", "overdue")),
        ("2020-01-01", "", "2026-09-30", "2026-10-01", ("2026-09-30", "on_time")),
        ("2020-01-01", "", "2026-10-01", "2026-10-01", ("2026-09-30", "late")),
        ("2020-01-01", "", "2028-03-01", "2028-03-01", ("2026-09-30", "late")),
        # listed on the last day, and a day later
        ("2026-09-30", "", "", "2026-10-01", ("2026-09-30", "overdue")),
        ("2026-10-01", "", "", "2026-10-01", None),
        # ended before the year in which it is due, and on its first day
        ("2020-01-01", "2025-12-31", "", "2026-10-01", None),
        ("2020-01-01", "2026-01-01", "", "2026-10-01", ("2026-09-30", "overdue")),
        ("2020-01-01", "2026-06-30", "", "2026-09-30", ("2026-09-30", "upcoming")),
        ("2020-01-01", "2026-06-30", "2026-09-01", "2027-10-01", ("2026-09-30", "on_time")),
        # not on the roster yet
        ("2026-05-01", "", "", "2026-04-30", None),
        ("2026-05-01", "", "", "2026-05-01", ("2026-09-30", "upcoming")),
    ],
)
def test_t5_by_30_september_for_the_year_before(listed: str, ended: str, came: str, on: str, expected: Any) -> None:
    """A unit that ended keeps what it already owed."""
    papers = [filed("yearly", str(year), f"{year + 1}-05-01", form=CHECK) for year in (2021, 2022, 2023, 2024)]
    papers += [filed("yearly", "2025", came, form=CHECK)] if came else []
    assert judged(found(on, [unit(listed, ended)], *papers), "yearly", "2025") == expected


@pytest.mark.parametrize(
    ("until", "came", "on", "expected"),
    [
        ("2026-11-15", "", "2026-09-30", ("2026-11-15", "extended")),
        ("2026-11-15", "", "2026-10-01", ("2026-11-15", "extended")),
        ("2026-11-15", "", "2026-11-15", ("2026-11-15", "extended")),
        ("2026-11-15", "", "2026-11-16", ("2026-11-15", "overdue")),
        ("2026-11-15", "2026-11-15", "2026-11-16", ("2026-11-15", "on_time")),
        ("2026-11-15", "2026-11-16", "2026-11-16", ("2026-11-15", "late")),
        ("2026-09-01", "", "2026-09-30", ("2026-09-30", "upcoming")),  # it never takes days away
        ("2026-09-01", "", "2026-10-01", ("2026-09-30", "overdue")),
    ],
)
def test_an_extension_moves_the_last_day(until: str, came: str, on: str, expected: Any) -> None:
    papers = [filed("yearly", "2025", came, form=CHECK)] if came else []
    granted = extension("yearly", "2025", until, "2026-09-01", CHECK)
    assert judged(found(on, [unit("2026-01-01")], granted, *papers), "yearly", "2025") == expected


def test_an_extension_counts_from_the_day_on_which_it_was_granted_and_the_last_one_counts() -> None:
    first = extension("yearly", "2025", "2026-11-15", "2026-10-08", CHECK)
    second = extension("yearly", "2025", "2026-11-30", "2026-11-10", CHECK)
    rows = [unit("2026-01-01")]
    assert judged(found("2026-10-07", rows, second, first), "yearly", "2025") == ("2026-09-30", "overdue")
    assert judged(found("2026-10-08", rows, second, first), "yearly", "2025") == ("2026-11-15", "extended")
    assert judged(found("2026-11-10", rows, second, first), "yearly", "2025") == ("2026-11-30", "extended")


@pytest.mark.proves("T8")
@pytest.mark.parametrize(
    ("correct_by", "came", "on", "state"),
    [
        ("2026-10-20", "", "2026-10-08", "overdue"),
        ("2026-10-20", "", "2026-10-09", "overdue"),
        ("2026-10-20", "", "2026-10-20", "overdue"),
        ("2026-10-20", "", "2026-10-21", "refused"),
        ("2026-10-20", "2026-10-20", "2026-10-21", "late"),
        ("2026-10-20", "2026-10-21", "2026-10-21", "late"),
        ("2026-10-20", "2026-10-21", "2026-10-20", "overdue"),
    ],
)
def test_t8_k1_k8_no_filing_by_the_date_of_the_order_is_a_refusal(
    correct_by: str, came: str, on: str, state: str
) -> None:
    papers = [filed("yearly", "2025", came, form=CHECK)] if came else []
    given = order("yearly", "2025", correct_by, "2026-10-09", CHECK)
    (one,) = found(on, [unit("2026-01-01")], given, *papers)
    assert one.state == state
    assert one.order == (given if on >= "2026-10-09" else None)


def test_an_extension_after_an_order_counts_until_it_ends() -> None:
    given = order("yearly", "2025", "2026-10-20", "2026-10-09", CHECK)
    granted = extension("yearly", "2025", "2026-11-15", "2026-10-21", CHECK)
    rows = [unit("2026-01-01")]
    states = [found(on, rows, given, granted)[0].state for on in ("2026-10-21", "2026-11-15", "2026-11-16")]
    assert states == ["extended", "extended", "refused"]


@pytest.mark.proves("O1")
@pytest.mark.parametrize(
    ("came", "on", "states"),
    [
        ([], "2025-09-30", ["upcoming"]),
        ([], "2025-10-01", ["overdue"]),
        ([], "2026-09-30", ["overdue", "upcoming"]),
        ([], "2026-10-01", ["missing", "overdue"]),
        ([("2025", "2026-05-01")], "2026-04-30", ["overdue", "upcoming"]),
        ([("2025", "2026-05-01")], "2026-05-01", ["missing", "on_time"]),
        ([("2024", "2026-05-01")], "2026-10-01", ["late", "overdue"]),
    ],
)
def test_s11_a_skipped_filing_is_missing_once_a_later_one_came_or_was_due(came: Any, on: str, states: Any) -> None:
    papers = [filed("yearly", period, counted, form=CHECK) for period, counted in came]
    assert [one.state for one in found(on, [unit("2025-03-01")], *papers)] == states


def test_s11_a_registration_that_skips_the_start_is_missing_once_a_year_was_filed() -> None:
    papers = [filed("annual", "2025", "2025-12-20")]
    obligations = found("2026-01-10", [project("2025-03-01")], *papers)
    assert judged(obligations, "start", "start") == ("2025-09-01", "missing")
    assert judged(obligations, "annual", "2025") == ("2025-12-31", "on_time")
    assert judged(obligations, "annual", "2026") == ("2026-12-31", "upcoming")


@pytest.mark.parametrize("status", ["withdrawn", "voided"])
def test_a_filing_that_was_taken_back_does_not_count(status: str) -> None:
    papers = [filed("yearly", "2025", "2026-05-01", status, form=CHECK)]
    (one,) = found("2026-10-01", [unit("2026-01-01")], *papers)
    assert (one.state, one.number) == ("overdue", "")


@pytest.mark.parametrize("status", ["submitted", "returned", "accepted"])
def test_a_filing_counts_before_it_is_accepted(status: str) -> None:
    papers = [filed("yearly", "2025", "2026-05-01", status, form=CHECK, number="SC-2026-1")]
    (one,) = found("2026-10-01", [unit("2026-01-01")], *papers)
    assert (one.state, one.number, one.contested) == ("on_time", "SC-2026-1", False)


def test_a_contested_filing_counts_and_is_marked() -> None:
    contested = filed("yearly", "2025", "2026-05-01", "submitted", form=CHECK, contested=True, number="A")
    (one,) = found("2026-10-01", [unit("2026-01-01")], contested)
    assert (one.state, one.number, one.contested) == ("on_time", "A", True)
    other = filed("yearly", "2025", "2026-10-09", "accepted", form=CHECK, number="B")
    (one,) = found("2026-10-10", [unit("2026-01-01")], contested, other)
    assert (one.state, one.number, one.contested) == ("late", "B", True)


@pytest.mark.parametrize(
    ("status", "said", "came", "due", "by_filing", "last_day", "state"),
    [
        ("accepted", "2025-03-01", "2025-09-01", "2025-09-01", None, "2025-09-01", "on_time"),
        ("accepted", "2025-04-01", "2025-09-15", "2025-09-01", "2025-10-01", "2025-10-01", "on_time"),
        ("accepted", "2025-02-01", "2025-08-15", "2025-09-01", "2025-08-01", "2025-08-01", "late"),
        ("submitted", "2025-04-01", "2025-09-15", "2025-09-01", "2025-10-01", "2025-09-01", "late"),
        ("submitted", "2025-02-01", "2025-08-15", "2025-09-01", "2025-08-01", "2025-09-01", "on_time"),
    ],
)
def test_t1_both_dates_are_shown_where_roster_and_filing_differ(
    status: str, said: str, came: str, due: str, by_filing: str | None, last_day: str, state: str
) -> None:
    """The roster's date counts until the filing is accepted, then the filing's; the officer sees both."""
    papers = [filed("start", "start", came, status, dates={START: said})]
    one = one_of(found("2025-12-01", [project("2025-03-01")], *papers), *HOLDING)
    assert one is not None
    given = (one.due.isoformat(), one.due_by_filing and one.due_by_filing.isoformat(), one.last_day.isoformat())
    assert (*given, one.state) == (due, by_filing, last_day, state)


def test_t3_a_date_that_only_a_filing_has_is_taken_from_it() -> None:
    papers = [filed("annual", "2025", "2025-12-01", dates={START: "2024-03-01", ACCEPTED: "2025-11-20"})]
    obligations = found("2026-03-01", [project()], *papers)
    assert judged(obligations, "post_acceptance", "post_acceptance") == ("2026-02-20", "overdue")
    assert judged(obligations, "annual", "2026") is None
    assert [one.due_by_filing for one in obligations] == [None] * 4


def test_a_project_is_the_same_however_its_name_is_spaced() -> None:
    papers = [filed("start", "start", "2025-05-01", project="示例县 环城路")]
    assert judged(found("2025-12-01", [project("2025-03-01")], *papers), *HOLDING) == ("2025-09-01", "on_time")
    papers = [filed("start", "start", "2025-05-01", project="示例县环城路二期")]
    assert judged(found("2025-12-01", [project("2025-03-01")], *papers), *HOLDING) == ("2025-09-01", "overdue")


def test_two_projects_of_one_unit_have_separate_obligations() -> None:
    rows = [project("2025-03-01"), project("2025-06-01", project="示例县第二水厂")]
    obligations = found("2025-10-01", rows, filed("start", "start", "2025-05-01"))
    assert [(one.project, one.state) for one in obligations if one.rule.id == "start"] == [
        ("示例县环城路", "on_time"),
        ("示例县第二水厂", "upcoming"),
    ]


@pytest.mark.proves("T5")
def test_t5_a_unit_on_two_rosters_owes_one_report() -> None:
    rows = [unit("2026-06-01"), unit("2026-03-01", roster="backup-registration", name="旧名")]
    (one,) = found("2026-10-01", rows)
    assert (one.unit_name, one.state, one.basis) == ("示例县档案馆", "overdue", "丙五2")


def test_t5_a_roster_that_a_form_does_not_name_owes_nothing() -> None:
    assert found("2026-10-01", [unit("2026-01-01", roster="units")]) == ()


def test_units_without_a_code_are_told_apart_by_name() -> None:
    rows = [unit("2026-01-01", uscc="", name="甲单位"), unit("2026-01-01", uscc="", name="乙单位")]
    assert [one.unit_name for one in found("2026-10-01", rows)] == ["甲单位", "乙单位"]


def test_t5_a_condition_narrows_the_roster() -> None:
    rules = {CHECK: changed_rules(CHECK)}
    narrowed = {CHECK: replace(rules[CHECK], condition=(("kind", "医院"),))}
    rows = [unit("2026-01-01", columns={"kind": "学校"}), unit("2026-01-01", uscc="other", columns={"kind": "医院"})]
    assert len(found("2026-10-01", rows, rules=rules)) == 2
    assert [one.uscc for one in found("2026-10-01", rows, rules=narrowed)] == ["other"]


def test_a_unit_that_left_and_came_back_owes_the_years_in_which_it_was_listed() -> None:
    rows = [unit("2021-01-01", "2022-03-31"), unit("2025-02-01")]
    assert [one.period for one in found("2026-10-01", rows)] == ["2020", "2021", "2024", "2025"]


def test_a_project_that_ended_before_its_acceptance_does_not_owe_it() -> None:
    rows = [project("2024-03-01", "2026-02-01", until="2026-01-31")]
    assert judged(found("2026-12-01", rows), "post_acceptance", "post_acceptance") is None
    rows = [project("2024-03-01", "2026-02-01", until="2026-02-01")]
    assert judged(found("2026-12-01", rows), "post_acceptance", "post_acceptance") == ("2026-05-01", "overdue")


def test_upcoming_obligations_are_shown_on_request() -> None:
    """A unit's page and the public page name the next due date."""
    assert [one.period for one in found("2026-10-01", [unit("2026-01-01")], until=day("2027-12-31"))] == [
        "2025",
        "2026",
    ]
    assert [one.state for one in found("2026-10-01", [unit("2026-01-01")], until=day("2027-12-31"))] == [
        "overdue",
        "upcoming",
    ]


CHANGES = {
    CHECK: changed_rules(
        CHECK,
        yearly={
            "due": {
                "rule": "workdays_after",
                "at": "/unit/report_year",
                "workdays": 20,
                "next_workday": CALENDAR.document(),
            },
            "repeats": "at_each_change",
        },
    )
}


@pytest.mark.parametrize(
    ("on", "states"),
    [
        ("2026-03-01", []),
        ("2026-03-02", [("2026-03-02", "2026-03-30", "upcoming")]),
        ("2026-03-30", [("2026-03-02", "2026-03-30", "upcoming")]),
        ("2026-03-31", [("2026-03-02", "2026-03-30", "overdue")]),
        ("2026-10-10", [("2026-03-02", "2026-03-30", "overdue"), ("2026-09-18", "2026-10-22", "upcoming")]),
        ("2026-10-23", [("2026-03-02", "2026-03-30", "missing"), ("2026-09-18", "2026-10-22", "overdue")]),
    ],
)
def test_t10_each_change_is_owed_within_twenty_working_days(on: str, states: Any) -> None:
    rows = [unit("2026-01-01", changes=(day("2026-09-18"), day("2026-03-02")))]
    obligations = found(on, rows, rules=CHANGES)
    assert [(one.period, one.last_day.isoformat(), one.state) for one in obligations] == states


@pytest.mark.parametrize(("on", "overdue"), [("2026-09-29", False), ("2026-09-30", False), ("2026-10-01", True)])
def test_overdue_has_one_definition(on: str, overdue: bool) -> None:
    assert is_overdue(day("2026-09-30"), day(on)) is overdue
    (one,) = found(on, [unit("2026-01-01")])
    assert (one.state == "overdue") is overdue


def test_the_shipped_rules_name_the_obliged_rosters() -> None:
    assert RULES[PROJECT].rosters == ("key-projects",)
    assert RULES[CHECK].rosters == ("professional-archives", "backup-registration")
