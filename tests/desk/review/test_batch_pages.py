"""Several filings accepted or voided at once: previewed first, each recorded separately, with its own result."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from starlette.testclient import TestClient

from functions.bootstrap import Services
from tests.desk.admin.test_audit_log import noted
from tests.desk.conftest import ComeIn, Filer, self_check
from tests.desk.review.test_pages import FORM, RETURN, Officer
from tests.support.clock import Clock
from tests.support.markup import Page, read_page


def look_over(client: TestClient, *numbers: str) -> Page:
    answer = client.get("/desk/accept?" + urlencode([("number", number) for number in numbers]))
    assert answer.status_code == 200, answer.text
    return read_page(answer.text)


def accept(client: TestClient, page: Page) -> Any:
    return client.post("/desk/accept", content=urlencode(page.posted()), headers=FORM)


def statuses(services: Services, *numbers: str) -> list[str]:
    return [services.records.read(number).summary.status for number in numbers]


def test_a_selection_is_looked_over_then_accepted_one_by_one(come_in: ComeIn, file: Filer, services: Services) -> None:
    numbers = [file(self_check(unit)) for unit in (1, 2, 3)]
    client = come_in("reviewer")
    assert "接受所选" in client.get("/desk/submissions").text
    page = look_over(client, *numbers[:2])
    assert page.one("h1").text == "接受所选的 2 件"
    assert statuses(services, *numbers) == ["submitted"] * 3, "looking accepts nothing"
    done = accept(client, page)
    assert read_page(done.text).one("h1").text == "接受了 2 件"
    assert statuses(services, *numbers) == ["accepted", "accepted", "submitted"]
    for number in numbers[:2]:
        last = services.records.read(number).events[-1]
        assert (last.type, last.actor) == ("accepted", "reviewer")


def test_each_filing_of_a_batch_has_its_own_result(come_in: ComeIn, file: Filer, services: Services) -> None:
    plain, overtaken, returned = (file(self_check(unit)) for unit in (1, 2, 3))
    twins = file(self_check(4)), file(self_check(4), contest=True)
    client, other = come_in("reviewer"), come_in("officer")
    Officer(other, returned).post("decision", RETURN)
    page = look_over(client, plain, overtaken, returned, *twins)
    assert "其中 2 件可以接受" in page.one("p", class_="measure").text
    table = page.one("tbody").text
    assert "不能接受：已退回，不用接受" in table
    assert table.count("不能接受：重复待核，先把另一件作废") == 2
    Officer(other, overtaken).post("decision", RETURN)
    done = read_page(accept(client, page).text)
    assert done.one("h1").text == "接受了 1 件，1 件没有"
    assert "officer（经办员）在 2026-09-18 10:24 退回" in done.one("tbody").text
    assert statuses(services, plain, overtaken, returned, *twins) == [
        "accepted",
        "returned",
        "returned",
        "submitted",
        "submitted",
    ]


def test_a_second_click_accepts_nothing_twice(come_in: ComeIn, file: Filer, services: Services) -> None:
    numbers = [file(self_check(unit)) for unit in (1, 2)]
    client = come_in("reviewer")
    page = look_over(client, *numbers)
    first, again = accept(client, page), accept(client, page)
    assert read_page(first.text).one("h1").text == read_page(again.text).one("h1").text == "接受了 2 件"
    assert [len(services.records.read(number).events) for number in numbers] == [2, 2]


def test_an_empty_selection_says_that_nothing_is_ticked(come_in: ComeIn, file: Filer) -> None:
    file()
    assert "一件也没有勾选" in look_over(come_in("reviewer")).one("main", id="main").text


def test_too_many_and_unknown_ones_are_refused_in_words(come_in: ComeIn, file: Filer, services: Services) -> None:
    client, number = come_in("reviewer"), file()
    many = urlencode([("number", f"SC-2026-{n:08d}") for n in range(501)])
    assert client.get(f"/desk/accept?{many}", headers={"accept": "text/html"}).status_code == 400
    assert client.get("/desk/accept?number=SC-2026-79999999", headers={"accept": "text/html"}).status_code == 404
    page = look_over(client, number)
    csrf = dict(page.posted())["csrf"]
    pairs = [("csrf", csrf), ("number", number), ("number", "SC-2026-79999999"), (f"at.{number}", "x")]
    done = client.post("/desk/accept", content=urlencode(pairs), headers=FORM)
    assert read_page(done.text).one("h1").text == "接受了 0 件，2 件没有"
    assert statuses(services, number) == ["submitted"]


def test_a_role_that_may_not_accept_sees_no_accept_button(come_in: ComeIn, file: Filer) -> None:
    file()
    for role in ("viewer", "officer"):
        client = come_in(role)
        assert "接受所选" not in client.get("/desk/submissions").text
        assert client.get("/desk/accept", headers={"accept": "text/html"}).status_code == 403


def test_the_way_back_keeps_the_filters(come_in: ComeIn, file: Filer) -> None:
    number, client = file(), come_in("reviewer")
    page = client.get(f"/desk/accept?number={number}&status=waiting&form=annual-self-check").text
    assert re.search(r'href="/desk/submissions\?form=annual-self-check&amp;status=waiting">回到列表', page)


def flood(file: Filer, clock: Clock, count: int) -> list[str]:
    """Filings for one unit and period that contest each other, newest first."""
    numbers: list[str] = []
    for _ in range(count):
        numbers.insert(0, file(self_check(4), contest=bool(numbers)))
        clock.at += timedelta(minutes=1)
    return numbers


def void_page(client: TestClient, *numbers: str) -> Page:
    return read_page(client.get("/desk/void?" + urlencode([("number", number) for number in numbers])).text)


def void(client: TestClient, page: Page, reason: str = "示例：核实过，都不是这个单位报的") -> Any:
    pairs = [(name, value) for name, value in page.posted() if name != "reason"]
    return client.post("/desk/void", content=urlencode([*pairs, ("reason", reason)]), headers=FORM)


def test_many_contested_filings_are_voided_with_one_reason(
    come_in: ComeIn, file: Filer, services: Services, clock: Clock
) -> None:
    numbers, client = flood(file, clock, 6), come_in("reviewer")
    assert "作废所选" in client.get("/desk/?status=contested").text
    assert "作废所选" not in client.get("/desk/submissions").text
    page = void_page(client, *numbers[:5])
    assert page.one("h1").text == "作废所选的 5 件"
    assert statuses(services, *numbers) == ["submitted"] * 6, "looking voids nothing"
    done = read_page(void(client, page).text)
    assert done.one("h1").text == "作废了 5 件"
    assert statuses(services, *numbers) == ["voided"] * 5 + ["submitted"]
    assert not services.records.read(numbers[5]).summary.contested
    for number in numbers[:5]:
        last = services.records.read(number).events[-1]
        assert (last.type, last.actor) == ("voided", "reviewer")
        assert "都不是这个单位报的" in (last.body or b"").decode()
        assert ("reviewer", "decided", number, {"decision": "void"}) in noted(services)


def test_voiding_all_contested_filings_leaves_the_last_one(
    come_in: ComeIn, file: Filer, services: Services, clock: Clock
) -> None:
    numbers, client = flood(file, clock, 3), come_in("reviewer")
    done = read_page(void(client, void_page(client, *numbers)).text)
    assert done.one("h1").text == "作废了 2 件，1 件没有"
    assert "这一件没有和别的重复，没有作废" in done.one("tbody").text
    assert statuses(services, *numbers) == ["voided", "voided", "submitted"]


def test_a_second_click_voids_nothing_more(come_in: ComeIn, file: Filer, services: Services, clock: Clock) -> None:
    numbers, client = flood(file, clock, 3), come_in("reviewer")
    page = void_page(client, *numbers[:2])
    first, again = (read_page(void(client, page).text).one("h1").text for _ in range(2))
    assert first == again == "作废了 2 件"
    assert [len(services.records.read(number).events) for number in numbers] == [2, 2, 1]


def test_without_a_reason_none_is_voided_and_the_selection_stays(
    come_in: ComeIn, file: Filer, services: Services, clock: Clock
) -> None:
    numbers, client = flood(file, clock, 3), come_in("reviewer")
    answer = void(client, void_page(client, *numbers[:2]), "  ")
    assert answer.status_code == 422
    again = read_page(answer.text)
    assert "请写为什么作废" in again.one("div", class_="errors").text
    assert statuses(services, *numbers) == ["submitted"] * 3
    assert read_page(void(client, again).text).one("h1").text == "作废了 2 件"


def test_a_filing_that_contests_no_other_is_not_voided(come_in: ComeIn, file: Filer, services: Services) -> None:
    number, client = file(), come_in("reviewer")
    page = void_page(client, number)
    assert "没有和别的重复，请打开这一件单独作废" in page.one("tbody").text
    csrf = dict(page.posted())["csrf"]
    pairs = [("csrf", csrf), ("number", number), (f"at.{number}", "1"), ("reason", "示例")]
    done = client.post("/desk/void", content=urlencode(pairs), headers=FORM)
    assert read_page(done.text).one("h1").text == "作废了 0 件，1 件没有"
    assert statuses(services, number) == ["submitted"]


def test_a_role_that_may_not_void_sees_no_void_button(come_in: ComeIn, file: Filer, clock: Clock) -> None:
    flood(file, clock, 2)
    for role in ("viewer", "officer"):
        assert "作废所选" not in come_in(role).get("/desk/?status=contested").text
