"""Everybody at the desk reads rosters, of any day; an admin changes single rows, with a reason (F2)."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import openpyxl
import pytest

from functions.bootstrap import Services
from functions.desk.rosters.words import row_id
from functions.staff.audit_log import Sought
from tests.desk.conftest import ComeIn, csrf_of
from tests.desk.rosters.conftest import LIST, csv_of, names, roster, several, take, unit
from tests.support.clock import Clock
from tests.support.filings import make_uscc

ROW = f"{LIST}/rows/{row_id((make_uscc(1),))}"


def send(client: Any, services: Services, address: str = ROW, **fields: str) -> Any:
    given = {"csrf": csrf_of(client, services), "head": str(roster(services).head), **fields}
    return client.post(address, data={name.replace("__", "."): value for name, value in given.items()})


def test_the_list_says_how_many_rows_and_who_imported_last(come_in: ComeIn, services: Services) -> None:
    take(come_in("admin"), services, several([1, 2]))
    page = come_in("viewer").get("/desk/rosters").text
    assert "2 个单位" in page
    assert "admin</td>" in page
    assert "还没有导入过" in page
    assert "0 个项目" in page


def test_a_viewer_finds_rows_and_changes_nothing(come_in: ComeIn, services: Services) -> None:
    take(come_in("admin"), services, csv_of(unit(1), unit(2, phone="0310-5550102")))
    viewer = come_in("viewer")
    page = viewer.get(LIST, params={"q": "5550102"}).text
    assert "示例县第2中学" in page
    assert "示例县第1中学" not in page
    assert "/rows/" not in page
    assert "/import" not in page
    assert "没有哪一行有" in viewer.get(LIST, params={"q": "没有这样的"}).text
    assert services.trail.page(Sought(action="listed"), limit=5)


def test_any_earlier_day_can_be_seen(come_in: ComeIn, services: Services, clock: Clock) -> None:
    admin, day = come_in("admin"), clock().date()
    take(admin, services, several([1]))
    clock.at += timedelta(days=2)
    take(come_in("admin"), services, several([1, 2]))
    viewer = come_in("viewer")
    assert "有 2 个单位" in viewer.get(LIST).text
    page = viewer.get(LIST, params={"on": (day + timedelta(days=1)).isoformat()}).text
    assert "有 1 个单位" in page
    assert "有 0 个单位" in viewer.get(LIST, params={"on": "2020年1月1日"}).text
    assert viewer.get(LIST, params={"on": "2026-02-30"}).status_code == 400


def test_the_rows_as_a_workbook_can_be_imported_again(come_in: ComeIn, services: Services) -> None:
    admin = come_in("admin")
    take(admin, services, several([1, 2]))
    answer = come_in("viewer").get(f"{LIST}/rows.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    assert sheet.max_row == 3
    given = {"csrf": csrf_of(admin, services)}
    again = admin.post(f"{LIST}/files", data=given, files={"file": ("名册.xlsx", answer.content)})
    assert "和名册一样，没有要导入的" in again.text
    assert services.trail.page(Sought(action="exported"), limit=5)
    assert openpyxl.load_workbook(io.BytesIO(admin.get(f"{LIST}/template.xlsx").content)).worksheets[0].max_row == 1


def test_a_hundred_rows_a_page(come_in: ComeIn, services: Services) -> None:
    admin = come_in("admin")
    take(admin, services, several(range(101)))
    assert "第 1 到 100 行，共 101 行" in admin.get(LIST).text
    assert "第 101 到 101 行，共 101 行" in admin.get(LIST, params={"from": "100"}).text
    assert admin.get(LIST, params={"from": "x"}).status_code == 400


def test_a_row_is_added_by_hand(come_in: ComeIn, services: Services) -> None:
    admin = come_in("admin")
    fields = {"row__unit_name": "示例县气象站", "row__uscc": make_uscc(7), "do": "save"}
    answer = send(admin, services, f"{LIST}/rows/new", **fields)
    assert answer.headers["location"] == f"{LIST}?done=added"
    assert names(services) == ["示例县气象站"]
    assert [each.actor for each in services.trail.page(Sought(action="roster_changed"), limit=5)] == ["admin"]
    again = send(admin, services, f"{LIST}/rows/new", **fields)
    assert again.status_code == 422
    assert "已经在名册上" in again.text


def test_what_the_gate_refuses_stands_beside_its_field_and_nothing_typed_is_lost(
    come_in: ComeIn, services: Services
) -> None:
    admin = come_in("admin")
    take(admin, services, several([1]))
    answer = send(admin, services, row__unit_name="示例县第一中学", row__uscc="12130426", reason="更正")
    assert answer.status_code == 422
    assert 'id="row.uscc-e"' in answer.text or "row-uscc-e" in answer.text
    for typed in ("示例县第一中学", 'value="12130426"', "更正"):
        assert typed in answer.text
    assert names(services) == ["示例县第1中学"]


def test_a_row_is_changed_with_a_reason_and_a_cleared_field_is_cleared(come_in: ComeIn, services: Services) -> None:
    admin = come_in("admin")
    take(admin, services, csv_of(unit(1, phone="0310-5550101")))
    fields = {"row__unit_name": "示例县第一中学", "row__uscc": make_uscc(1), "row__contact_phone": ""}
    assert "请写为什么改" in send(admin, services, **fields).text
    assert send(admin, services, **fields, reason="来文更名").headers["location"] == f"{LIST}?done=changed"
    (row,) = roster(services).current().values()
    assert row.values == {"unit_name": "示例县第一中学", "uscc": make_uscc(1)}
    assert send(admin, services, **fields, reason="再来").headers["location"] == f"{LIST}?done=same"


def test_a_row_that_would_stand_where_another_is_is_refused(come_in: ComeIn, services: Services) -> None:
    admin = come_in("admin")
    take(admin, services, several([1, 2]))
    answer = send(admin, services, row__unit_name="示例县第1中学", row__uscc=make_uscc(2), reason="更正代码")
    assert answer.status_code == 422
    assert len(names(services)) == 2


def test_a_row_ends_with_a_reason(come_in: ComeIn, services: Services) -> None:
    admin = come_in("admin")
    take(admin, services, several([1]))
    refused = send(admin, services, do="end", more="示例县教育局")
    assert refused.status_code == 422
    assert 'value="示例县教育局"' in refused.text
    answer = send(admin, services, do="end", ending="merged", more="示例县教育局")
    assert answer.headers["location"] == f"{LIST}?done=ended"
    assert [row.reason for row in roster(services).rows.values()] == ["并入别的单位：示例县教育局"]
    assert admin.get(ROW).status_code == 404


@pytest.mark.parametrize("act", [{"do": "end", "ending": "dissolved"}, {"do": "save", "reason": "更名"}])
def test_a_row_of_a_roster_that_changed_meanwhile_is_looked_at_again(
    come_in: ComeIn, services: Services, act: dict[str, str]
) -> None:
    admin = come_in("admin")
    take(admin, services, several([1]))
    take(admin, services, several([1, 2]))
    fields = {"row__unit_name": "示例县第一中学", "row__uscc": make_uscc(1)}
    answer = send(admin, services, head="1", **fields, **act)
    assert answer.status_code == 409
    assert "被admin改过" in answer.text
    assert len(names(services)) == 2
