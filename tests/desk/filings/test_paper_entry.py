"""A filing on paper, entered by an officer: its timeliness goes by the day on which it came in (T5, T1)."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient

from functions.bootstrap import Services
from functions.forms.page.encode import encode
from functions.records.store import Selection
from tests.desk.conftest import ComeIn, Filer, self_check
from tests.desk.review.test_pages import FORM
from tests.support.clock import Clock
from tests.support.filings import valid_registration, valid_self_check
from tests.support.markup import Page, read_page

PATH = "/desk/records/annual-self-check"
API = "/api/desk/records/annual-self-check"


@pytest.fixture
def october(clock: Clock) -> Clock:
    """A week after the deadline of the self-check reports."""
    clock.at = datetime(2026, 10, 7, 2, 0, tzinfo=UTC)
    return clock


class Desk:
    """A browser without JavaScript on the pages of a paper filing."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.page = read_page(client.get(PATH).text)

    def send(self, action: str, changes: dict[str, str] | None = None, status: int = 200) -> Page:
        held = [(name, value) for name, value in self.page.posted() if name not in (changes or {})]
        pairs = [*held, *(changes or {}).items(), ("action", action)]
        answer = self.client.post(PATH, content=urlencode(pairs), headers=FORM)
        assert answer.status_code == status, answer.text
        assert "style=" not in answer.text
        self.page = read_page(answer.text)
        return self.page

    def fill(self, data: dict[str, Any], services: Services) -> dict[str, str]:
        return dict(encode(services.catalogue.get("annual-self-check"), data))


def test_a_paper_report_is_entered_from_the_empty_form_to_the_receipt(
    come_in: ComeIn, services: Services, october: Clock
) -> None:
    client = come_in("officer")
    chooser = client.get("/desk/records/").text
    assert f'href="{PATH}"' in chooser
    desk = Desk(client)
    assert desk.page.one("input", name="received_on").attributes["form"] == "form"
    assert "data-unkept" in desk.page.one("form", id="form").attributes
    for _ in range(2):
        desk.send("add:databases.databases")
    desk.send("add:rectification.issues")
    answers = {**_answers(services, valid_self_check(databases=2))}
    wrong = desk.send("review", answers, 422)
    assert "请填收到纸质件的日期" in wrong.one(class_="errors").text
    assert "#received_on" in [each.attributes.get("href") for each in wrong.find("a")]
    check = desk.send("review", {"received_on": "2026-09-29"})
    assert "2026-09-29" in check.one("main", id="main").text
    assert services.records.count(Selection()) == 0
    receipt = desk.send("file", status=201)
    slip = receipt.one("dl", class_="slip").text
    assert "2026年9月29日" in slip
    assert "按期" in slip
    assert "早 1 天" in slip
    assert len(receipt.one("p", class_="secret").text.replace("-", "")) == 16
    (summary,) = services.records.page(Selection(), limit=2).items
    assert (summary.timeliness, summary.received_on) == ("on_time", "2026-09-29")
    (event,) = services.records.read(summary.number).events
    body = json.loads(event.body or b"")
    assert (event.actor, body["channel"], body["role"]) == ("officer", "paper", "officer")
    shown = client.get(f"/desk/submissions/{summary.number}").text
    assert "收到纸质件" in shown
    assert "录入纸质件（第 1 版）" in shown
    assert "纸质件，2026-09-29 收到" in client.get("/desk/submissions").text


def _answers(services: Services, data: dict[str, Any]) -> dict[str, str]:
    """Single answers by name; choices of several are left to the first."""
    return dict(reversed(encode(services.catalogue.get("annual-self-check"), data)))


@pytest.mark.proves("T5")
@pytest.mark.parametrize(
    ("received_on", "timeliness"), [("2026-09-30", "on_time"), ("2026-10-01", "late"), ("2026-10-07", "late")]
)
def test_t5_the_day_of_receipt_divides_on_time_from_late(
    come_in: ComeIn, services: Services, october: Clock, received_on: str, timeliness: str
) -> None:
    answer = come_in("officer").post(API, json={"received_on": received_on, "data": valid_self_check()})
    told = answer.json()
    assert (answer.status_code, told["timeliness"], told["received_on"]) == (201, timeliness, received_on)
    assert answer.headers["location"] == f"/api/desk/submissions/{told['number']}"
    assert services.keys.verify(told["receipt"])["received_on"] == received_on


def test_the_checks_go_by_the_day_of_receipt_too(come_in: ComeIn, clock: Clock) -> None:
    """domain.md §10: start_date ≤ day of submission, which for paper is the day on which it came in."""
    clock.at = datetime(2026, 4, 10, tzinfo=UTC)
    data = valid_registration(start_date="2026-04-02")
    path = "/api/desk/records/key-project-registration"
    early = come_in("officer").post(path, json={"received_on": "2026-04-01", "data": data})
    assert early.status_code == 422
    assert [error["pointer"] for error in early.json()["errors"]] == ["/progress/start_date"]
    assert come_in("officer").post(path, json={"received_on": "2026-04-02", "data": data}).status_code == 201


@pytest.mark.parametrize("typed", ["2026年9月30日", "2026/9/30", "2026.9.30", "20260930", "２０２６－９－３０"])
def test_the_day_is_taken_as_forms_take_days(come_in: ComeIn, services: Services, october: Clock, typed: str) -> None:
    answer = come_in("officer").post(API, json={"received_on": typed, "data": valid_self_check()})
    assert (answer.status_code, answer.json()["received_on"]) == (201, "2026-09-30")


def test_a_day_that_only_looks_right_names_the_character(come_in: ComeIn, october: Clock) -> None:
    answer = come_in("officer").post(API, json={"received_on": "2026-9-3①", "data": valid_self_check()})
    [error] = answer.json()["errors"]
    assert error["message"] == "收到纸质件的日期里有“①”（U+2460）。请用 0 到 9 的数字写，如 2026-03-01"


@pytest.mark.parametrize(
    ("received_on", "rule"),
    [
        (None, "required"),
        ("", "required"),
        ("2026-10-08", "format"),
        ("2026-02-30", "format"),
        ("1999-12-31", "format"),
        ("7.10.2026", "format"),
        (7, "format"),
    ],
)
def test_a_day_that_cannot_be_is_refused_with_everything_else(
    come_in: ComeIn, services: Services, october: Clock, received_on: Any, rule: str
) -> None:
    data = valid_self_check(uscc="1")
    answer = come_in("officer").post(API, json={"received_on": received_on, "data": data})
    assert answer.status_code == 422
    assert [(error["pointer"], error["rule"]) for error in answer.json()["errors"]] == [
        ("/received_on", rule),
        ("/unit/uscc", "format"),
    ]
    assert services.records.count(Selection()) == 0


@pytest.mark.parametrize("body", [[], {"data": {}, "more": 1}, "x"])
def test_another_shape_is_400(come_in: ComeIn, october: Clock, body: Any) -> None:
    assert come_in("officer").post(API, json=body).status_code == 400


def test_the_same_key_enters_once(come_in: ComeIn, services: Services, october: Clock) -> None:
    client = come_in("officer")
    body = {"received_on": "2026-09-29", "data": valid_self_check()}
    first, again = (client.post(API, json=body, headers={"Idempotency-Key": "k"}) for _ in range(2))
    assert first.json() == again.json()
    other = client.post(API, json={**body, "received_on": "2026-09-28"}, headers={"Idempotency-Key": "k"})
    assert other.status_code == 409
    assert services.records.count(Selection()) == 1


def test_an_officer_sees_which_filing_holds_the_place(
    come_in: ComeIn, file: Filer, services: Services, october: Clock
) -> None:
    online = file(self_check(3))
    client = come_in("officer")
    body = {"received_on": "2026-09-29", "data": self_check(3)}
    answer = client.post(API, json=body)
    assert (answer.status_code, online in answer.json()["detail"]) == (409, True)
    assert client.post(f"{API}?contest=true", json=body).status_code == 201
    assert services.records.count(Selection(status="contested")) == 2


def test_a_place_that_is_taken_offers_to_enter_all_the_same(
    come_in: ComeIn, file: Filer, services: Services, october: Clock
) -> None:
    online = file(self_check(3))
    desk = Desk(come_in("officer"))
    for row in ("databases.databases", "rectification.issues"):
        desk.send(f"add:{row}")
    desk.send("review", {**_answers(services, self_check(3, databases=1)), "received_on": "2026-09-29"})
    stopped = desk.send("file", status=409)
    assert online in stopped.one(class_="errors").text
    assert dict(stopped.posted())["received_on"] == "2026-09-29"
    desk.send("file", {"contest": "true"}, 201)
    assert services.records.count(Selection(status="contested")) == 2


def test_a_returned_paper_filing_is_corrected_by_its_unit(come_in: ComeIn, services: Services, october: Clock) -> None:
    """The unit has the number and code from the receipt; its correction is online and keeps the paper's timeliness."""
    from functions.local.server.server import create_app
    from functions.records.decision import Decision
    from functions.records.transitions import decide
    from functions.web.filing.stepper import Stepper

    told = come_in("officer").post(API, json={"received_on": "2026-09-29", "data": valid_self_check()}).json()
    stepper = Stepper(services)
    act = stepper.act("jia", role="reviewer")
    decision = Decision("return", "示例意见", date(2026, 10, 20))
    stepper.take(told["number"], act, lambda open_record: decide(open_record, act, decision))
    unit = TestClient(create_app(services))
    headers = {"Authorization": f"Bearer {told['access_code']}", "If-Match": '"1"'}
    answer = unit.put(f"/api/submissions/{told['number']}", json=valid_self_check(databases=1), headers=headers)
    assert (answer.status_code, answer.json()["timeliness"]) == (200, "on_time")
    unit.close()


def test_an_unknown_form_is_404(come_in: ComeIn) -> None:
    client = come_in("officer")
    assert client.get("/desk/records/nothing", headers={"accept": "text/html"}).status_code == 404
    assert client.post("/api/desk/records/nothing", json={}).status_code == 404
