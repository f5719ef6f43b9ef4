"""Rosters are versioned: what an import changes is known before it is made, any earlier day can be asked for (F2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from functions.errors import QingdanError, SequenceTaken
from functions.forms.authoring.rosters import read_rosters
from functions.storage.sqlite import open_store
from functions.supervision.rosters.ledger import Rosters
from functions.supervision.rosters.plan import Plan, plan_import
from functions.supervision.rosters.state import Roster, Row, key_of
from tests.conftest import ROOT
from tests.support.filings import make_uscc

FORMS = {form.id: form for form in read_rosters(ROOT / "schemas")}
PROJECTS, UNITS = FORMS["key-projects"], FORMS["units"]
START = datetime(2026, 1, 5, 2, tzinfo=UTC)
FILE = {"name": "名册.csv", "sha256": "0" * 64, "rows": 1}


def project(name: str, unit: int = 1, **more: Any) -> dict[str, Any]:
    return {"project_name": name, "unit_name": f"示例单位{unit}", "uscc": make_uscc(unit), **more}


class Desk:
    """Rosters on a store of their own, a day passing with each change."""

    def __init__(self, rosters: Rosters) -> None:
        self.rosters, self.day = rosters, START

    def plan(self, *rows: Mapping[str, Any]) -> Plan:
        return plan_import(PROJECTS, self.rosters.read(PROJECTS), rows)

    def take(self, *rows: Mapping[str, Any]) -> Plan:
        plan = self.plan(*rows)
        self.rosters.carry_out(PROJECTS, plan, file=FILE, reason="文件里没有", actor="示例甲", at=self.day)
        self.day += timedelta(days=1)
        return plan

    def by_hand(self, work: Callable[..., None], *arguments: Any) -> None:
        head = self.rosters.read(PROJECTS).head
        work(PROJECTS, *arguments, head=head, actor="示例甲", at=self.day)
        self.day += timedelta(days=1)

    def names(self, on: date | None = None) -> set[str]:
        return {row.values["project_name"] for row in self.rosters.read(PROJECTS, on).current().values()}


@pytest.fixture
def desk(tmp_path: Path) -> Any:
    store = open_store(tmp_path)
    yield Desk(Rosters(store.ledger, lambda count: b"s" * count))
    store.close()


def test_a_first_import_adds_every_row(desk: Desk) -> None:
    plan = desk.take(project("一"), project("二", 2))
    assert (len(plan.added), plan.changed, plan.gone, plan.unchanged) == (2, (), (), 0)
    assert desk.names() == {"一", "二"}


def test_the_same_file_twice_changes_nothing(desk: Desk) -> None:
    desk.take(project("一", start_date="2026-03-01"))
    again = desk.plan(project("一", start_date="2026-03-01"))
    assert again.is_empty
    assert again.unchanged == 1


def test_a_change_says_old_and_new_and_a_blank_cell_erases_nothing(desk: Desk) -> None:
    desk.take(project("一", start_date="2026-03-01", list_level="county"))
    (change,) = desk.take(project("一", start_date="2026-04-01")).changed
    assert (change.old, change.new) == ({"start_date": "2026-03-01"}, {"start_date": "2026-04-01"})
    (row,) = desk.rosters.read(PROJECTS).current().values()
    assert row.values["list_level"] == "county"


def test_a_row_left_out_of_the_file_ends_and_keeps_its_history(desk: Desk) -> None:
    desk.take(project("一"), project("二"))
    plan = desk.take(project("一"))
    assert [values["project_name"] for _, values in plan.gone] == ["二"]
    assert desk.names() == {"一"}
    row = desk.rosters.read(PROJECTS).rows[key_of(PROJECTS, project("二"))]
    assert (row.ended, row.reason) == (date(2026, 1, 6), "文件里没有")


def test_a_project_listed_under_another_unit_is_moved_not_ended(desk: Desk) -> None:
    desk.take(project("一", 1), project("二", 1))
    plan = desk.take(project("一", 2), project("二", 1))
    assert (plan.added, plan.gone) == ((), ())
    assert plan.moved[0].new == {"unit_name": "示例单位2", "uscc": make_uscc(2)}
    assert desk.names() == {"一", "二"}


def test_projects_of_one_name_at_two_units_are_not_taken_for_a_move(desk: Desk) -> None:
    desk.take(project("一", 1), project("一", 2))
    plan = desk.plan(project("一", 3))
    assert plan.moved == ()
    assert (len(plan.added), len(plan.gone)) == (1, 2)


@pytest.mark.parametrize("alike", ["示例水库一期", "示例水库1期", "示例水库（一）"])
def test_similar_names_stay_separate_rows(desk: Desk, alike: str) -> None:
    desk.take(project("示例水库"))
    assert [values["project_name"] for values in desk.plan(project("示例水库"), project(alike)).added] == [alike]


def test_the_roster_of_any_earlier_day_includes_its_last_moment(desk: Desk) -> None:
    desk.day = datetime(2026, 2, 28, 15, 59, 59, tzinfo=UTC)  # 23:59:59 in Asia/Shanghai
    desk.take(project("一"))
    desk.day = datetime(2026, 2, 28, 16, 0, 0, tzinfo=UTC)  # 00:00:00 of 1 March
    desk.take(project("一"), project("二"))
    assert desk.names(date(2026, 2, 27)) == set()
    assert desk.names(date(2026, 2, 28)) == {"一"}
    assert desk.names(date(2026, 3, 1)) == {"一", "二"}


def test_a_plan_for_a_roster_that_has_changed_meanwhile_is_refused(desk: Desk) -> None:
    stale = desk.plan(project("一"))
    desk.take(project("二"))
    with pytest.raises(SequenceTaken):
        desk.rosters.carry_out(PROJECTS, stale, file=FILE, reason="", actor="示例甲", at=desk.day)
    assert desk.names() == {"二"}


def test_the_plan_reports_manual_changes_it_would_undo(desk: Desk) -> None:
    desk.take(project("一", start_date="2026-03-01"), project("二"))
    one, two = key_of(PROJECTS, project("一")), key_of(PROJECTS, project("二"))
    desk.by_hand(desk.rosters.change, one, {"start_date": "2026-05-01"}, "开工令写的是 5 月")
    desk.by_hand(desk.rosters.end, [two], "项目停建")
    plan = desk.plan(project("一", start_date="2026-03-01"), project("二"))
    assert set(plan.by_hand) == {(one, "start_date"), (two, "")}
    assert [values["project_name"] for _, values in plan.resumed] == ["二"]


def test_a_row_can_be_added_and_ended_by_hand_with_a_reason(desk: Desk) -> None:
    desk.by_hand(desk.rosters.add, project("三"))
    assert desk.names() == {"三"}
    with pytest.raises(QingdanError, match="没有写理由"):
        desk.by_hand(desk.rosters.end, [key_of(PROJECTS, project("三"))], "  ")
    desk.by_hand(desk.rosters.end, [key_of(PROJECTS, project("三"))], "并入示例二号项目")
    assert desk.names() == set()


def test_units_are_told_apart_by_their_code_alone() -> None:
    old = {"unit_name": "旧名", "uscc": make_uscc(1), "stratum": "township"}
    plan = plan_import(UNITS, Roster(), [old])
    key = key_of(UNITS, old)
    renamed = plan_import(UNITS, Roster({key: Row(old, date(2026, 1, 5))}, 1), [{**old, "unit_name": "新名"}])
    assert len(plan.added) == 1
    assert renamed.changed[0].new == {"unit_name": "新名"}
    assert replace(renamed, changed=()).is_empty
