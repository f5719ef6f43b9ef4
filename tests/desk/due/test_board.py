"""The due board at the desk: figures, filters, any day, files, JSON; domain.md §11, T1, T5."""

from __future__ import annotations

import io
import re
from html import unescape

import pytest
from openpyxl import load_workbook

from functions.bootstrap import Services
from functions.staff.audit_log import Sought, body_of
from functions.supervision.reminders.ledger import Chain
from functions.supervision.reminders.values import Reminder
from functions.supervision.rosters.ending import Ending
from functions.supervision.rosters.ledger import Rosters
from tests.desk.conftest import ComeIn
from tests.support.board import CHECK, PROFESSIONAL, file_at, list_units, moment
from tests.support.clock import Clock
from tests.support.filings import make_uscc, valid_self_check

SINCE = {"since": "2026-01-01"}


@pytest.fixture
def listed(services: Services, clock: Clock) -> Services:
    """On 2026-10-28 one unit is on time, one late, one overdue; a project has until the end of October."""
    clock.at = moment("2026-10-28")
    list_units(
        services,
        {"unit_name": "示例县第一中学", "uscc": make_uscc(1), "stratum": "institution", **SINCE},
        {"unit_name": "示例县林果站", "uscc": make_uscc(2), "stratum": "institution", **SINCE},
        {"unit_name": "示例商贸有限公司", "uscc": make_uscc(3), "stratum": "enterprise", **SINCE},
    )
    road = {"unit_name": "示例水务有限公司", "uscc": make_uscc(4), "project_name": "示例水厂"}
    list_units(services, {**road, "start_date": "2026-04-30"}, roster="key-projects", at="2026-01-06")
    file_at(services, "2026-09-18", valid_self_check(uscc=make_uscc(1), unit_name="示例县第一中学"))
    file_at(services, "2026-10-06", valid_self_check(uscc=make_uscc(2), unit_name="示例县林果站"))
    return services


def said(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def units_in(html: str) -> list[str]:
    return re.findall(r'/desk/units/[0-9A-Z]{18}">([^<]+)<', html)


@pytest.mark.proves("O1")
def test_one_sentence_and_one_picture_say_all_numbers(listed: Services, come_in: ComeIn) -> None:
    page = come_in("viewer").get("/desk/due").text
    assert "1 份要处理 ；2 份没到期；2 份已报。共应报 5 份。" in said(page)
    assert (
        'aria-label="应报 5 份。要处理 1 份：逾期未报 1，不报 0，漏报 0。没到期 2 份：未到期 2，已延期 0。'
        '已报 2 份：按期 1，延报 1。"'
    ) in page
    assert "截至 2026-10-28 （今天）" in said(page)
    assert " style=" not in page


def test_rows_begin_with_what_is_to_be_handled_and_say_the_days(listed: Services, come_in: ComeIn) -> None:
    page = come_in("viewer").get("/desk/due").text
    assert units_in(page)[0] == "示例商贸有限公司"
    words = said(page)
    assert "09-18 收到，早 12 天" in words
    assert "10-06 收到，晚 6 天" in words
    assert '<span class="late-by">过 28 天</span>' in page
    assert re.search(r'href="/desk/submissions/SC-2026-[^"]+">SC-2026-', page)


@pytest.mark.parametrize(
    ("query", "units"),
    [
        ("state=overdue", ["示例商贸有限公司"]),
        ("state=act", ["示例商贸有限公司"]),
        ("state=in&sort=unit", ["示例县林果站", "示例县第一中学"]),
        ("q=slgyz", []),
        ("q=slxlgz", ["示例县林果站"]),
        ("q=商贸", ["示例商贸有限公司"]),
        (f"q={make_uscc(2).lower()}", ["示例县林果站"]),
        ("stratum=企业", ["示例商贸有限公司"]),
        ("form=annual-self-check/2025&state=late", ["示例县林果站"]),
        ("form=key-project-registration&period=start", ["示例水务有限公司"]),
    ],
)
def test_the_rows_are_narrowed(query: str, units: list[str], listed: Services, come_in: ComeIn) -> None:
    assert units_in(come_in("viewer").get(f"/desk/due?{query}").text) == units


@pytest.mark.parametrize(("query", "word"), [(f"form={CHECK}", "自查报告"), ("period=2025", "2025")])
def test_a_form_or_a_period_alone_narrows_too_and_is_named(
    query: str, word: str, listed: Services, come_in: ComeIn
) -> None:
    page = come_in("viewer").get(f"/desk/due?{query}").text
    assert len(units_in(page)) == 3
    assert f'aria-label="去掉筛选：{word}"' in page


def test_a_filter_that_leaves_nothing_offers_to_drop_each_condition(listed: Services, come_in: ComeIn) -> None:
    page = come_in("viewer").get("/desk/due?state=refused&q=商贸").text
    assert "没有符合这些条件的应报事项" in page
    assert "去掉“不报”再看" in page
    assert "去掉“商贸”再看" in page


@pytest.mark.proves("O1", "T5")
@pytest.mark.parametrize(("on", "state"), [("2026-09-30", "未到期"), ("2026-10-01", "逾期未报")])
def test_t5_another_day_shows_how_it_was_then_and_says_so(
    on: str, state: str, listed: Services, come_in: ComeIn
) -> None:
    page = come_in("viewer").get(f"/desk/due?on={on}&q=商贸").text
    assert f"这是 {on} 那天的样子，不是今天" in said(page)
    assert page.count(f'">{state}</span></td>') == 1


def test_a_day_too_far_away_is_refused_above_its_field(listed: Services, come_in: ComeIn) -> None:
    answer = come_in("viewer").get("/desk/due?on=2031-01-01")
    assert answer.status_code == 400
    assert "截至日期要在 2020-01-01 和 2030-12-31 之间" in answer.text
    assert come_in("viewer").get("/desk/due?on=2030-12-31").status_code == 200


def test_without_a_roster_the_page_says_what_to_do_first(services: Services, come_in: ComeIn) -> None:
    page = come_in("viewer").get("/desk/due").text
    assert "这一期还没有应报的单位" in page
    assert '先<a href="/desk/rosters">导入名册</a>' in page


def test_when_all_is_in_the_page_says_so_and_keeps_the_picture(services: Services, come_in: ComeIn) -> None:
    list_units(services, {"unit_name": "示例县第一中学", "uscc": make_uscc(1), **SINCE})
    file_at(services, "2026-09-18", valid_self_check())
    page = come_in("viewer").get("/desk/due").text
    assert "都报齐了" in page
    assert "pic--states" in page


def test_earlier_periods_are_counted_and_led_to(services: Services, come_in: ComeIn) -> None:
    list_units(services, {"unit_name": "示例县第一中学", "uscc": make_uscc(1), "since": "2025-01-01"}, at="2025-01-05")
    browser = come_in("viewer")
    assert "以前各期还有 1 份要处理" in browser.get("/desk/due").text
    assert len(units_in(browser.get("/desk/due?form=all").text)) == 2


def test_programs_get_the_same_as_json(listed: Services, come_in: ComeIn) -> None:
    answer = come_in("viewer").get(f"/api/desk/due?form={CHECK}&period=2025&on=2026-10-28&state=overdue")
    assert answer.json() == {
        "on": "2026-10-28",
        "items": [
            {
                "unit_name": "示例商贸有限公司",
                "uscc": make_uscc(3),
                "project": "",
                "period": "2025",
                "due": "2026-09-30",
                "basis": "丙五2",
                "state": "overdue",
                "number": "",
                "form": CHECK,
            }
        ],
    }


@pytest.mark.parametrize("query", ["on=2026-02-30", "state=nothing", f"q={'长' * 101}"])
def test_programs_are_told_what_is_wrong(query: str, listed: Services, come_in: ComeIn) -> None:
    assert come_in("viewer").get(f"/api/desk/due?{query}").status_code == 400


def test_a_form_that_there_is_not_is_not_found(listed: Services, come_in: ComeIn) -> None:
    assert come_in("viewer").get("/api/desk/due?form=nothing").status_code == 404


def test_looking_is_noted_without_what_was_looked_for(listed: Services, come_in: ComeIn) -> None:
    come_in("viewer").get(f"/api/desk/due?form={CHECK}&q=商贸")
    come_in("viewer").get("/api/desk/due?state=late&q=第一中学&on=2026-10-01")
    listed.records.check_writable()
    assert [body_of(event)["details"] for event in listed.trail.stream(Sought())][-2:] == [
        {"where": "due_board", "form": CHECK, "narrowed": True},
        {"where": "due_board", "state": "late", "on": "2026-10-01", "narrowed": True},
    ]


def test_the_rows_are_had_as_csv_and_xlsx(listed: Services, come_in: ComeIn) -> None:
    browser = come_in("officer")
    lines = browser.get("/desk/due.csv?state=act").content.decode("utf-8-sig").splitlines()
    header = "单位,统一社会信用代码,类别,项目,表,期,依据,状态,期限,天数,编号"
    row = f"示例商贸有限公司,{make_uscc(3)},企业,,自查报告,2025 年度,丙五2,逾期未报,2026-09-30,↑ 过 28 天,"
    assert lines == [header, row]
    book = load_workbook(io.BytesIO(browser.get("/desk/due.xlsx?state=act").content))
    assert [cell.value or "" for cell in book.active[2]] == row.split(",")
    assert browser.get("/desk/due.pdf").status_code == 404


def test_a_unit_has_a_page_with_what_it_owes_and_what_it_filed(listed: Services, come_in: ComeIn) -> None:
    browser = come_in("viewer")
    words = said(browser.get(f"/desk/units/{make_uscc(2)}").text)
    form = listed.catalogue.roster(PROFESSIONAL)
    assert f"{form.title} 2026-01-01 起" in words
    assert "自查报告 2025 年度 丙五2 2026-09-30 延报" in words
    assert "2026-10-06 12:00" in words
    assert "下一次应报 自查报告 2026 年度 2027-09-30，还有 337 天" in words
    assert browser.get(f"/desk/units/{make_uscc(9)}").status_code == 404


def test_a_unit_on_no_roster_still_shows_what_it_filed(services: Services, come_in: ComeIn) -> None:
    number = file_at(services, "2026-09-18", valid_self_check())
    page = come_in("viewer").get(f"/desk/units/{make_uscc(1)}").text
    assert "这个单位不在任何名册上，没有应报的" in page
    assert number in page


def reminded(services: Services, uscc: str, *, step: int = -1) -> str:
    """One reminder by mail that was sent the moment it is by the clock; gives its id."""
    one = Reminder(CHECK, "yearly", "2025", uscc, "示例商贸有限公司", "", "2026-09-30", step, "email", "roster:x")
    chain = Chain(services.ledger, one.year, services.clock, services.entropy)
    chain.begin([one], {}, "console")
    chain.begin([], {one.id: "sent"}, "console")
    return one.id


def test_a_row_says_when_it_was_last_reminded_and_how_often(listed: Services, clock: Clock, come_in: ComeIn) -> None:
    clock.at = moment("2026-10-01")
    first = reminded(listed, make_uscc(3), step=1)
    clock.at = moment("2026-10-12")
    reminded(listed, make_uscc(3))
    clock.at = moment("2026-10-28")
    browser = come_in("viewer")
    assert "10-12 邮件 共 2 次" in said(browser.get("/desk/due?q=商贸").text)
    assert "10-01 邮件 " in said(browser.get("/desk/due?q=商贸&on=2026-10-11").text)
    words = said(browser.get(f"/desk/units/{make_uscc(3)}").text)
    assert "邮件：自查报告 2025 年度，期限 2026-09-30 已发出 2026-10-12" in words
    Chain(listed.ledger, 2026, clock, listed.entropy).bounced(first, "主管")
    assert "10-01 邮件 退信" in said(browser.get("/desk/due?q=商贸&on=2026-10-11").text)


def test_the_page_of_a_unit_tells_all_that_happened_newest_first(
    listed: Services, clock: Clock, come_in: ComeIn
) -> None:
    form, rosters = listed.catalogue.roster(PROFESSIONAL), Rosters(listed.ledger, listed.entropy)
    head = rosters.read(form).head
    clock.at = moment("2026-10-28")
    new = {"unit_name": "示例县林业站"}
    rosters.change(form, (make_uscc(2),), new, "示编〔2026〕6 号", head=head, actor="主管", at=moment("2026-10-20"))
    why = Ending("并入", into=make_uscc(2))
    rosters.end(form, [(make_uscc(3),)], why, head=head + 1, actor="主管", at=moment("2026-10-21"))
    page = come_in("viewer").get(f"/desk/units/{make_uscc(2)}").text
    log = said(page[page.index('id="log"') :])
    told = [
        "示例商贸有限公司并入",
        "改名，原示例县林果站，现示例县林业站，示编〔2026〕6 号",
        "提交自查报告 2025 年度",
        "：列入",
    ]
    places = [log.index(words) for words in told]
    assert places == sorted(places)
    assert "接下来" in page


def test_the_desk_begins_with_the_board_and_old_addresses_of_the_list_go_on(listed: Services, come_in: ComeIn) -> None:
    browser = come_in("officer")
    assert "<h1>到期看板</h1>" in browser.get("/desk/").text
    assert "<h1>待我处理</h1>" in browser.get("/desk/?status=waiting").text
    assert 'href="/desk/submissions?status=waiting"' in browser.get("/desk/").text
    assert "<h1>全部填报</h1>" in browser.get("/desk/submissions").text
