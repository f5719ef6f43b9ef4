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
from tests.desk.rosters.conftest import LIST, csv_of, names, roster, several, take, unit, upload
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


def test_a_unit_is_merged_into_another_whose_page_has_what_is_still_open(
    come_in: ComeIn, services: Services, clock: Clock
) -> None:
    admin = come_in("admin")
    take(admin, services, several([1, 2]))
    merged = {"do": "end", "ending": "merged", "into": f" {make_uscc(2).lower()}", "last": "2026年9月1日"}
    answer = send(admin, services, **merged)
    assert answer.headers["location"] == f"{LIST}?done=ended"
    (row,) = [row for row in roster(services).rows.values() if row.ended]
    assert (row.into, str(row.ended), row.reason) == (make_uscc(2), "2026-09-01", "并入别的单位")
    page = admin.get(f"/desk/units/{make_uscc(2)}").text
    assert "是示例县第1中学的" in page
    old = admin.get(f"/desk/units/{make_uscc(1)}").text
    assert f'href="/desk/units/{make_uscc(2)}"' in old
    assert "2026-09-01 已结束" in old
    again = upload(admin, services, several([1, 2])).text
    assert f"是在经办台并入 {make_uscc(2)} 的，导入以后又在名册上" in again


@pytest.mark.parametrize(
    ("typed", "where", "words"),
    [
        ({"ending": "merged", "into": "123"}, "into", "不是统一社会信用代码"),
        ({"ending": "merged", "into": make_uscc(1)}, "into", "是它自己的代码"),
        ({"ending": "dissolved", "into": make_uscc(2)}, "into", "才填"),
        ({"ending": "dissolved", "last": "2099-01-01"}, "last", "还没有到"),
        ({"ending": "dissolved", "last": "昨天"}, "last", "不是日期"),
    ],
)
def test_an_end_that_cannot_be_is_refused_beside_its_field(
    come_in: ComeIn, services: Services, typed: dict[str, str], where: str, words: str
) -> None:
    admin = come_in("admin")
    take(admin, services, several([1]))
    answer = send(admin, services, do="end", more="文号", **typed)
    assert answer.status_code == 422
    assert words in answer.text
    assert f'href="#{where}"' in answer.text
    assert 'value="文号"' in answer.text
    assert len(names(services)) == 1


def test_the_rows_that_counted_on_a_day_are_seen_by_their_own_dates(come_in: ComeIn, services: Services) -> None:
    admin = come_in("admin")
    header = "单位名称,统一社会信用代码,列入日期,移出日期"
    rows = (f"示例甲,{make_uscc(1)},2024-01-01,2024-12-31", f"示例乙,{make_uscc(2)},2025-01-01,")
    take(admin, services, "\n".join((header, *rows)).encode())
    page = admin.get(LIST, params={"valid": "2024-06-30"}).text
    assert ("示例甲" in page, "示例乙" in page, "2024-06-30 在册的" in page) == (True, False, True)
    told = admin.get(f"/api{LIST}", params={"valid": "2025-01-01"}).json()
    assert [row["unit_name"] for row in told["rows"]] == ["示例乙"]


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
