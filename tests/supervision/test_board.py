"""What rosters and filings in a real store add up to on a day, past, present or coming (domain.md §11)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.bootstrap import Services, reopen
from functions.errors import NotFound, QingdanError
from functions.records.filed import Filed
from functions.records.store import Selection
from functions.records.transitions import Act, OpenRecord, withdraw
from functions.supervision.board import Board, due_of
from functions.supervision.inputs import Rosters as Rows
from functions.supervision.obligations.owing import owed
from functions.supervision.obligations.values import Obligation
from functions.supervision.obligations.words import place_of
from functions.supervision.rosters.ending import Ending
from functions.supervision.rosters.ledger import Rosters
from tests.support.board import CHECK, PROFESSIONAL, PROJECT, file_at, list_units, moment
from tests.support.filings import make_uscc, valid_registration, valid_self_check
from tests.support.plain_fold import plain_fold

UNIT = {"unit_name": "示例县第一中学", "uscc": make_uscc(1), "since": "2020-01-01"}
ROAD = {"unit_name": "示例公司", "uscc": make_uscc(2), "project_name": "示例河综合治理工程", "since": "2025-01-01"}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """No page is looked at here."""
    return tmp_path / "site"


def states(services: Services, on: str, form: str = CHECK, period: str = "2025") -> list[str]:
    return [one.state for one in due_of(services, form=form, period=period, on=date.fromisoformat(on))]


@pytest.mark.proves("O1")
@pytest.mark.parametrize(("on", "state"), [("2026-09-30", "upcoming"), ("2026-10-01", "overdue")])
def test_t5_nothing_filed_is_not_overdue_on_the_last_day_and_is_on_the_next(
    services: Services, on: str, state: str
) -> None:
    list_units(services, UNIT)
    assert states(services, on) == [state]


@pytest.mark.parametrize(("at", "state"), [("2026-09-30 23:59:59", "on_time"), ("2026-10-01 00:00:00", "late")])
def test_t5_a_filing_of_the_last_second_is_on_time(services: Services, at: str, state: str) -> None:
    list_units(services, UNIT)
    number = file_at(services, at, valid_self_check())
    (one,) = due_of(services, form=CHECK, period="2025", on=date(2026, 11, 1))
    assert (one.state, one.number, one.last_day) == (state, number, date(2026, 9, 30))


def test_a_past_day_is_shown_without_what_came_after_it(services: Services) -> None:
    list_units(services, UNIT)
    file_at(services, "2026-10-06", valid_self_check())
    assert [states(services, on) for on in ("2026-10-05", "2026-10-06")] == [["overdue"], ["late"]]


def test_a_filing_that_was_withdrawn_later_still_stood_on_the_day_before(services: Services) -> None:
    list_units(services, UNIT)
    number = file_at(services, "2026-09-18", valid_self_check())
    opened = OpenRecord.of(services.records.read(number), lambda digest: services.catalogue.get(CHECK))
    act = Act("filer", moment("2026-09-25"), services.entropy)
    step = withdraw(opened, act)
    services.records.append(step).result()
    assert [states(services, on) for on in ("2026-09-24", "2026-09-25")] == [["on_time"], ["upcoming"]]


def test_a_paper_that_was_entered_later_counts_from_the_day_it_came_in(services: Services) -> None:
    list_units(services, UNIT)
    file_at(services, "2026-10-09", valid_self_check(), received="2026-09-30")
    assert [states(services, on) for on in ("2026-09-29", "2026-09-30")] == [["upcoming"], ["on_time"]]


@pytest.mark.parametrize(("on", "state"), [("2026-02-28", "upcoming"), ("2026-03-01", "overdue")])
def test_t1_counts_six_months_from_the_start_that_the_roster_knows(services: Services, on: str, state: str) -> None:
    list_units(services, {**ROAD, "start_date": "2025-08-31"}, roster="key-projects")
    (one,) = due_of(services, form=PROJECT, period="start", on=date.fromisoformat(on))
    assert (one.state, one.last_day, one.project, one.basis) == (
        state,
        date(2026, 2, 28),
        ROAD["project_name"],
        "甲四1",
    )


def test_t1_a_registration_is_found_by_unit_and_project(services: Services) -> None:
    list_units(services, {**ROAD, "start_date": "2026-03-01"}, roster="key-projects")
    number = file_at(services, "2026-09-01", valid_registration(), form=PROJECT)
    (one,) = due_of(services, form=PROJECT, period="start", on=date(2026, 11, 1))
    assert (one.state, one.number) == ("on_time", number)


@pytest.mark.parametrize(("listed", "owes"), [("2026-12-31", ["overdue"]), ("2027-01-01", [])])
def test_without_a_day_of_listing_a_row_counts_from_the_january_of_its_year(
    services: Services, listed: str, owes: list[str]
) -> None:
    list_units(services, {"unit_name": "示例单位", "uscc": make_uscc(3)}, at=listed)
    assert states(services, "2026-10-01") == owes


def test_a_row_that_was_ended_counts_up_to_that_day(services: Services) -> None:
    list_units(services, UNIT, at="2025-01-05")
    form, rosters = services.catalogue.roster(PROFESSIONAL), Rosters(services.ledger, services.entropy)
    rosters.end(form, [(make_uscc(1),)], "撤销", head=1, actor="主管", at=moment("2025-12-31"))
    assert states(services, "2026-10-01") == []
    assert states(services, "2026-10-01", period="2024") == ["overdue"]


def test_a_year_is_found_up_to_one_year_before_it_is_owed(services: Services) -> None:
    list_units(services, UNIT)
    assert [states(services, "2026-11-30", period=year) for year in ("2026", "2027")] == [["upcoming"], []]


def test_a_form_that_there_is_not_is_not_found(services: Services) -> None:
    with pytest.raises(NotFound):
        due_of(services, form="nothing", on=date(2026, 1, 1))


def plainly(services: Services, on: date) -> list[Obligation]:
    """What is owed on the day, from every event of every filing and roster."""
    rules = {form.id: form.rules for form in services.catalogue}
    _, rows = Rows().catch_up(services.ledger, services.catalogue.rosters.values())
    return sorted(owed(rules, rows, plain_fold(services.records, on), (), (), on), key=place_of)


def bare(one: Obligation) -> Obligation:
    """Without what tells steps of a filing apart, which nobody sees."""
    filed = one.filed and Filed(*one.filed[:8], dates=dict(one.filed.dates))
    return one._replace(filed=filed, contested=False)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    derandomize=True,
)
@given(
    moves=st.lists(
        st.tuples(st.sampled_from(("list", "file", "withdraw", "end", "merge", "recode")), st.integers(0, 9)),
        max_size=12,
    )
)
def test_the_board_is_right_at_once_after_whatever_happens(services: Services, moves: list[tuple[str, int]]) -> None:
    board, days = Board(services), [date(2026, 9, 20), date(2026, 10, 20), date(2027, 3, 1)]
    for name, number in moves:
        uscc = make_uscc(100 + number)
        with suppress(QingdanError):  # it is listed, filed, withdrawn or ended already
            MOVES[name](services, uscc)
        for on in days:
            assert list(map(bare, board.day(on).obligations)) == list(map(bare, plainly(services, on)))


def end(services: Services, uscc: str) -> None:
    form, rosters = services.catalogue.roster(PROFESSIONAL), Rosters(services.ledger, services.entropy)
    roster = rosters.read(form)
    if (uscc,) in roster.current():
        rosters.end(form, [(uscc,)], "撤销", head=roster.head, actor="主管", at=moment("2026-12-01"))


def merge(services: Services, uscc: str) -> None:
    form, rosters = services.catalogue.roster(PROFESSIONAL), Rosters(services.ledger, services.entropy)
    roster = rosters.read(form)
    if (uscc,) in roster.current():
        why = Ending("并入", into=make_uscc(100))
        rosters.end(form, [(uscc,)], why, head=roster.head, actor="主管", at=moment("2026-12-02"))


def recode(services: Services, uscc: str) -> None:
    form, rosters = services.catalogue.roster(PROFESSIONAL), Rosters(services.ledger, services.entropy)
    roster, new = rosters.read(form), make_uscc(150 + int(uscc[-4:-1]))
    if (uscc,) in roster.current():
        rosters.change(form, (uscc,), {"uscc": new}, "换码", head=roster.head, actor="主管", at=moment("2026-12-03"))


def withdraw_of(services: Services, uscc: str) -> None:
    for item in services.records.page(Selection(unit=uscc), limit=1).items:
        opened = OpenRecord.of(services.records.read(item.number), lambda digest: services.catalogue.get(CHECK))
        services.records.append(withdraw(opened, Act("filer", moment("2026-10-01"), services.entropy))).result()


MOVES: dict[str, Callable[[Services, str], object]] = {
    "list": lambda services, uscc: list_units(services, {**UNIT, "uscc": uscc}),
    "file": lambda services, uscc: file_at(services, "2026-09-25", valid_self_check(uscc=uscc)),
    "withdraw": withdraw_of,
    "end": end,
    "merge": merge,
    "recode": recode,
}


def test_what_another_process_stores_counts_at_once(services: Services) -> None:
    list_units(services, UNIT)
    board, on = Board(services), date(2026, 11, 1)
    assert [one.state for one in board.day(on).obligations if one.period == "2025"] == ["overdue"]
    other = reopen(services)
    file_at(other, "2026-09-18", valid_self_check())
    other.close()
    assert [one.state for one in board.day(on).obligations if one.period == "2025"] == ["on_time"]
