"""A unit renamed, merged or ended keeps its history and what it still owes; dates say from when to when (F2)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from functions.bootstrap import Services
from functions.records.erasing import erase
from functions.supervision.board import due_of, read_rows, rows_of
from functions.supervision.rosters.ending import Ending, into_error, last_error
from functions.supervision.rosters.ledger import Rosters
from functions.supervision.rosters.plan import plan_import
from functions.supervision.rosters.state import Row, in_effect, key_of
from tests.support.board import CHECK, PROFESSIONAL, PROJECT, file_at, list_units, moment
from tests.support.filings import make_uscc, valid_registration, valid_self_check

A, B, C = make_uscc(1), make_uscc(2), make_uscc(3)
OLD = {"unit_name": "示例县第一中学", "uscc": A, "since": "2020-01-01"}
NEW = {"unit_name": "示例县实验中学", "uscc": B, "since": "2020-01-01"}
ROAD = {"unit_name": "示例公司", "uscc": A, "project_name": "示例河综合治理工程", "since": "2025-01-01"}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """No page is looked at here."""
    return tmp_path / "site"


class Hand:
    """Changes of one roster by hand."""

    def __init__(self, services: Services, roster: str = PROFESSIONAL) -> None:
        self._rosters = Rosters(services.ledger, services.entropy)
        self.form = services.catalogue.roster(roster)

    def end(self, row: dict[str, str], ending: Ending, at: str = "2026-05-20") -> None:
        head = self._rosters.read(self.form).head
        self._rosters.end(self.form, [key_of(self.form, row)], ending, head=head, actor="示例甲", at=moment(at))

    def change(self, row: dict[str, str], at: str = "2026-05-20", **new: str) -> None:
        head, key = self._rosters.read(self.form).head, key_of(self.form, row)
        self._rosters.change(self.form, key, new, "更名", head=head, actor="示例甲", at=moment(at))

    def row(self, row: dict[str, str]) -> Row:
        return self._rosters.read(self.form).rows[key_of(self.form, row)]


def owed(services: Services, on: str, form: str = CHECK, uscc: str | None = None) -> list[tuple[str, str, str, str]]:
    found = due_of(services, form=form, on=date.fromisoformat(on), uscc=uscc)
    return [(one.uscc, one.period, one.state, one.into) for one in found if one.period in ("2025", "start")]


@pytest.mark.parametrize(("last", "period_2026"), [("2025-12-31", False), ("2026-05-20", True)])
def test_a_merged_unit_still_owes_up_to_its_last_day_and_the_successor_sees_it(
    services: Services, last: str, period_2026: bool
) -> None:
    list_units(services, OLD, NEW)
    hand = Hand(services)
    hand.end(OLD, Ending("并入别的单位", date.fromisoformat(last), B))
    assert hand.row(OLD).ended == date.fromisoformat(last)
    found = owed(services, "2026-10-01")
    assert ((A, "2025", "overdue", B) in found) is period_2026
    assert (B, "2025", "overdue", "") in found
    assert owed(services, "2026-10-01", uscc=B) == found
    years = {one.period for one in due_of(services, form=CHECK, on=date(2026, 10, 1)) if one.uscc == A}
    assert "2024" in years


def test_what_an_old_unit_filed_stays_with_it_after_the_merger(services: Services) -> None:
    list_units(services, OLD, NEW)
    file_at(services, "2026-05-01", valid_self_check(uscc=A))
    Hand(services).end(OLD, Ending("并入别的单位", None, B))
    assert sorted(owed(services, "2026-09-01")) == sorted([(A, "2025", "on_time", B), (B, "2025", "upcoming", "")])


def test_a_unit_merged_twice_passes_all_to_the_last_one(services: Services) -> None:
    list_units(services, OLD, NEW, {**NEW, "unit_name": "示例县第三中学", "uscc": C})
    hand = Hand(services)
    hand.end(OLD, Ending("并入别的单位", None, B))
    hand.end(NEW, Ending("并入别的单位", None, C))
    rows = read_rows(services)
    assert {row.uscc: row.into for row in rows} == {A: C, B: C, C: ""}
    assert [row.uscc for row in rows_of(rows, C)] == [A, B, C]


def test_units_merged_into_each_other_by_mistake_do_not_hang(services: Services) -> None:
    list_units(services, OLD, NEW)
    hand = Hand(services)
    hand.end(OLD, Ending("并入别的单位", None, B))
    hand.end(NEW, Ending("并入别的单位", None, A))
    assert {row.uscc for row in read_rows(services)} == {A, B}


@pytest.mark.proves("T1")
def test_t1_the_successor_files_for_the_project_that_it_took_over(services: Services) -> None:
    list_units(services, ROAD, roster="key-projects")
    Hand(services, "key-projects").end(ROAD, Ending("并入别的单位", None, B))
    filing = valid_registration(uscc=B, project_name=ROAD["project_name"], start_date="2026-03-01")
    number = file_at(services, "2026-08-20", filing, form=PROJECT)
    (one,) = due_of(services, form=PROJECT, period="start", on=date(2026, 9, 15))
    assert (one.uscc, one.state, one.number) == (A, "on_time", number)


@pytest.mark.proves("T1")
@pytest.mark.parametrize("new", [{"uscc": B, "unit_name": "示例集团"}, {"project_name": "示例河治理工程"}])
def test_t1_a_project_under_a_new_code_or_name_keeps_what_was_filed_under_the_old(
    services: Services, new: dict[str, str]
) -> None:
    list_units(services, {**ROAD, "start_date": "2026-03-01"}, roster="key-projects")
    filing = valid_registration(uscc=A, project_name=ROAD["project_name"], start_date="2026-03-01")
    number = file_at(services, "2026-04-20", filing, form=PROJECT)
    Hand(services, "key-projects").change(ROAD, **new)
    (one,) = due_of(services, form=PROJECT, period="start", on=date(2026, 9, 15))
    assert (one.state, one.number, one.uscc) == ("on_time", number, new.get("uscc", A))
    (again,) = due_of(services, form=PROJECT, period="start", on=date(2026, 9, 15), uscc=one.uscc)
    assert again.number == number


def test_a_renamed_unit_keeps_its_earlier_names(services: Services) -> None:
    list_units(services, OLD)
    hand = Hand(services)
    hand.change(OLD, unit_name="示例县高级中学")
    row = hand.row(OLD)
    assert (row.values["unit_name"], [was["unit_name"] for was in row.former]) == (
        "示例县高级中学",
        ["示例县第一中学"],
    )


def test_an_import_says_that_it_undoes_a_merger_and_then_the_unit_is_its_own_again(services: Services) -> None:
    list_units(services, OLD, NEW)
    hand, rosters = Hand(services), Rosters(services.ledger, services.entropy)
    hand.end(OLD, Ending("并入别的单位", None, B))
    plan = plan_import(hand.form, rosters.read(hand.form), [OLD, NEW])
    assert plan.by_hand == ((key_of(hand.form, OLD), ""),)
    rosters.carry_out(hand.form, plan, file={}, reason="", actor="示例甲", at=moment("2026-06-01"))
    assert (hand.row(OLD).ended, hand.row(OLD).into) == (None, "")


def test_an_import_says_that_it_ends_a_row_that_was_added_by_hand(services: Services) -> None:
    list_units(services, OLD)
    form, rosters = services.catalogue.roster(PROFESSIONAL), Rosters(services.ledger, services.entropy)
    rosters.add(form, NEW, head=1, actor="示例甲", at=moment("2026-05-20"))
    plan = plan_import(form, rosters.read(form), [OLD])
    key = key_of(form, NEW)
    assert plan.by_hand == ((key, ""),)
    assert plan.keeping([key]).by_hand == ()


@pytest.mark.parametrize(
    ("on", "names"),
    [("2023-12-31", set()), ("2024-01-01", {A}), ("2025-12-31", {A}), ("2026-01-01", set())],
)
def test_a_row_counts_from_its_first_to_its_last_day_both_included(
    services: Services, on: str, names: set[str]
) -> None:
    list_units(services, {**OLD, "since": "2024-01-01", "until": "2025-12-31"})
    form, rosters = services.catalogue.roster(PROFESSIONAL), Rosters(services.ledger, services.entropy)
    known = rosters.read(form)
    assert {row.values["uscc"] for row in in_effect(form, known, date.fromisoformat(on)).values()} == names


def test_what_was_known_on_a_day_and_what_counted_on_a_day_are_two_questions(services: Services) -> None:
    """An end that is entered late is known late, and counts from its own day."""
    list_units(services, OLD)
    hand, rosters = Hand(services), Rosters(services.ledger, services.entropy)
    hand.end(OLD, Ending("撤销", date(2026, 3, 31)), at="2026-05-20")
    on, before, after = date(2026, 4, 15), date(2026, 5, 19), date(2026, 5, 20)
    assert len(in_effect(hand.form, rosters.read(hand.form, before), on)) == 1
    assert len(in_effect(hand.form, rosters.read(hand.form, after), on)) == 0
    assert len(in_effect(hand.form, rosters.read(hand.form, after), date(2026, 3, 31))) == 1


def test_what_is_typed_about_an_end_is_checked(services: Services) -> None:
    form = services.catalogue.roster(PROFESSIONAL)
    row, today = Row({**OLD, "since": "2026-03-01"}, date(2026, 3, 1)), date(2026, 5, 20)
    assert [into_error(row, "merged", code)[:6] for code in ("", B, A, "123")] == [
        "",
        "",
        "是它自己的代",
        "不是统一社会",
    ]
    assert into_error(row, "dissolved", B).startswith("只有“并入别的单位”")
    days = ("", "2026-03-01", "2026-05-20", "2026-05-21", "2026-02-28", "昨天")
    assert [last_error(form, row, last, today)[:3] for last in days] == ["", "", "", "还没有", "比列入", "不是日"]


@pytest.mark.proves("T1", "T2")
@pytest.mark.parametrize("after", [None, {"contact_phone": "0310-5550101"}])
def test_t1_t2_a_project_stays_owed_by_its_roster_row_when_its_registration_was_erased(
    services: Services, after: dict[str, str] | None
) -> None:
    """The content is gone by law, with it which project it was about: the roster still says who must file."""
    list_units(services, {**ROAD, "start_date": "2025-03-01"}, roster="key-projects")
    before = {(one.rule.id, one.period) for one in due_of(services, form=PROJECT, on=date(2026, 9, 15))}
    filing = valid_registration(uscc=A, project_name=ROAD["project_name"], start_date="2025-03-01")
    number = file_at(services, "2025-04-20", filing, form=PROJECT)
    made = erase(
        services.records.read(number),
        version=1,
        reason="示例决定",
        actor="示例甲",
        at=moment("2026-06-01"),
        entropy=services.entropy,
    )
    services.records.erase(made.step, made.sequence)
    if after:
        Hand(services, "key-projects").change(ROAD, **after)
    found = due_of(services, form=PROJECT, on=date(2026, 9, 15))
    assert {(one.rule.id, one.period) for one in found} == before
    assert {one.project for one in found} == {ROAD["project_name"]}
    (start,) = [one for one in found if one.period == "start"]
    assert (start.number, start.state) == ("", "missing")
    assert due_of(services, form=PROJECT, on=date(2026, 9, 15), uscc=A) == found


@pytest.mark.proves("T5")
def test_t5_a_unit_that_is_listed_again_still_owes_what_was_open_when_it_ended(services: Services) -> None:
    list_units(services, {**OLD, "since": "2022-01-01"}, at="2022-01-05")
    Hand(services).end(OLD, Ending("不再符合条件", date(2023, 12, 31)), at="2024-01-05")
    list_units(services, {**OLD, "since": "2026-01-01"})
    found = [(one.period, one.state) for one in due_of(services, form=CHECK, on=date(2026, 2, 1))]
    assert sorted(found) == [("2021", "missing"), ("2022", "overdue"), ("2025", "upcoming")]
    form, rosters = services.catalogue.roster(PROFESSIONAL), Rosters(services.ledger, services.entropy)
    days = ("2021-12-31", "2022-01-01", "2023-12-31", "2024-01-01", "2025-12-31", "2026-01-01")
    counted = [len(in_effect(form, rosters.read(form), date.fromisoformat(day))) for day in days]
    assert counted == [0, 1, 1, 0, 0, 1]
